/**
 * Which words are secrets: the password of AUTH, the value of requirepass. It follows from the tables of
 * directives and from the few commands that take a password.
 *
 * Deliberately absent: what a client stores. A password that an application keeps in a key is data.
 */

import type { Directive } from '../../engine/process/directives/directive.ts';
import {
  type SentinelDirective,
  sentinelDirectives,
} from '../../engine/process/directives/sentinelDirectives.ts';
import { serverDirectives } from '../../engine/process/directives/serverDirectives.ts';

const ofServer = Object.entries<Directive>(serverDirectives).filter(([, each]) => each.isSecret);
const ofSentinel = Object.entries<SentinelDirective>(sentinelDirectives).filter(
  ([, each]) => each.isSecret,
);
const SETTINGS: ReadonlySet<string> = new Set([...ofServer, ...ofSentinel].map(([name]) => name));
/** In a line `sentinel …`, the index of the word that is the password. */
const SENTINEL_LINES: ReadonlyMap<string, number> = new Map(
  ofSentinel.map(([name, each]) => [name, each.of === 'master' ? 3 : 2]),
);

/** The commands that may have secret words. */
const COMMANDS: ReadonlySet<string> = new Set([
  ...['AUTH', 'HELLO', 'CONFIG', 'SENTINEL', 'ACL', 'MIGRATE'],
]);
const COMMAND_LENGTHS: ReadonlySet<number> = new Set([...COMMANDS].map((name) => name.length));

/** Whether the value of this directive is a secret. */
export function isSecretSetting(name: string): boolean {
  return SETTINGS.has(name.toLowerCase());
}

/** The names of the directives whose values are secrets. */
export function secretSettings(): string[] {
  return [...SETTINGS];
}

/** Whether a command of this name may have secret words. */
export function mayHaveSecrets(name: string): boolean {
  return COMMAND_LENGTHS.has(name.length) && COMMANDS.has(name.toUpperCase());
}

/** The indices of the secret words of a command; its name has index 0. */
export function secretsOfCommand(words: readonly string[]): number[] {
  const [name = '', subcommand = ''] = words.slice(0, 2).map((word) => word.toUpperCase());
  switch (name) {
    case 'AUTH':
      // AUTH user password; anything longer is an error, of which nothing is shown.
      return words.length === 3 ? [2] : indices(words, 1, () => true);
    case 'HELLO':
      return behindAuth(words, 2);
    case 'MIGRATE':
      return [...behindAuth(words, 1), ...behindWord(words, 'AUTH2', 2)];
    case 'CONFIG':
      return subcommand === 'SET' ? valuesOf(words, 2) : [];
    case 'SENTINEL':
      if (subcommand === 'SET') return valuesOf(words, 3);
      return subcommand === 'CONFIG' && words[2]?.toUpperCase() === 'SET' ? valuesOf(words, 3) : [];
    case 'ACL':
      return subcommand === 'SETUSER' ? indices(words, 3, isPasswordRule) : [];
    default:
      return [];
  }
}

/** The indices of the secret words of a line of a configuration file; the directive has index 0. */
export function secretsOfLine(words: readonly string[]): number[] {
  const name = words[0]?.toLowerCase() ?? '';
  if (SETTINGS.has(name)) return indices(words, 1, () => true);
  if (name === 'user') return indices(words, 2, isPasswordRule);
  if (name !== 'sentinel') return [];
  const first = SENTINEL_LINES.get(words[1]?.toLowerCase() ?? '');
  return first === undefined ? [] : indices(words, first, () => true);
}

function behindAuth(words: readonly string[], distance: number): number[] {
  return behindWord(words, 'AUTH', distance);
}

/** The word `distance` words behind each word `option`. */
function behindWord(words: readonly string[], option: string, distance: number): number[] {
  const found: number[] = [];
  for (let at = 1; at < words.length; at += 1) {
    if (words[at]!.toUpperCase() !== option) continue;
    at += distance;
    if (at < words.length) found.push(at);
  }
  return found;
}

/** The values of secret settings among names and values. SENTINEL SET's rename-command has two values. */
function valuesOf(words: readonly string[], first: number): number[] {
  const found: number[] = [];
  for (let at = first; at + 1 < words.length; at += 2) {
    const name = words[at]!.toLowerCase();
    if (SETTINGS.has(name)) found.push(at + 1);
    if (name === 'rename-command') at += 1;
  }
  return found;
}

/** A user's `>password`, `<password`, `#hash`, `!hash`. */
function isPasswordRule(word: string): boolean {
  return /^[><#!]/.test(word);
}

function indices(
  words: readonly string[],
  first: number,
  isSecret: (word: string) => boolean,
): number[] {
  const found: number[] = [];
  for (let at = first; at < words.length; at += 1) if (isSecret(words[at]!)) found.push(at);
  return found;
}
