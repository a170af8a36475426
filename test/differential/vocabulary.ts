/**
 * What the generators of hashes, lists, sets and sorted sets have in common: members, numbers good
 * and bad, keys of a wrong type, commands with an argument too many or too few.
 */

import type { Random } from '../../src/engine/machine/random.ts';
import type { Arg } from './realServer.ts';
import { type Comparison, childrenOf, sameShape, unordered, unorderedPairs } from './replies.ts';
import { anyCase, type Command, type Generator, pick } from './runner.ts';

const MEMBERS: readonly string[] = [
  ...'abcdefgh',
  '',
  '0',
  '1',
  '-1',
  '42',
  '007',
  '12345678901234567890',
  'a b',
  '\x00\x01\xff',
  'line\r\nbreak',
  '[x*]',
  'm'.repeat(65),
  'n'.repeat(2000),
];

const INTEGERS: readonly string[] = [
  ...['0', '1', '-1', '2', '-2', '3', '-3', '5', '-5', '100', '-100'],
  ...['9223372036854775807', '-9223372036854775807', '9223372036854775808'],
  ...['9007199254740993', '1e3', '1.5', '+1', '01', '-0', ' 1', '1 ', '', 'abc', '0x10'],
];

/** Patterns for MATCH. */
const PATTERNS: readonly string[] = ['*', '**', 'a*', '[a-d]', '[^a]', '?', '\\[*', 'nothing', ''];

export function member(random: Random): string {
  return pick(random, MEMBERS);
}

export function members(random: Random, most: number): string[] {
  return Array.from({ length: 1 + random.below(most) }, () => member(random));
}

/** Mostly a small integer, sometimes an extreme one or none at all. */
export function integer(random: Random): string {
  return random.chance(0.8) ? String(random.below(14) - 6) : pick(random, INTEGERS);
}

/** A count that is a number, mostly. */
export function count(random: Random): string {
  return random.chance(0.8) ? String(random.below(6)) : pick(random, INTEGERS);
}

/** MATCH and COUNT; COUNT is so large that a real server, too, gets to the end at once. */
export function scanOptions(random: Random): string[] {
  const options = ['COUNT', random.chance(0.95) ? '1000' : pick(random, ['0', 'x', '-1'])];
  if (random.chance(0.4)) options.unshift(anyCase(random, 'match'), pick(random, PATTERNS));
  if (random.chance(0.03)) options.push(pick(random, ['TYPE', 'COUNT', 'x']));
  return options;
}

export function cursor(random: Random): string {
  return random.chance(0.9)
    ? '0'
    : pick(random, ['', '-', 'x', '1x', '+0', '18446744073709551616']);
}

/** As many elements, whichever they are. */
export const sameCount: Comparison = (ours, real) =>
  sameShape(ours, real) &&
  (ours[0] === 0x2d ? ours.equals(real) : childrenOf(ours).length === childrenOf(real).length);

/** A count for draws with repetition: small, as a real server would go on for ever. */
export function drawCount(random: Random): string {
  if (random.chance(0.3)) return '2000';
  return random.chance(0.9) ? String(random.below(13) - 6) : pick(random, ['x', '', '1.5', '+1']);
}

/** A draw of pairs: flat in RESP2, nested in RESP3. */
export function drawnPairs(countText: string): Comparison {
  if (Number(countText) <= 1000) return sameCount;
  return (ours, real) =>
    childrenOf(real)[0]?.[0] === 0x2a ? unordered(ours, real) : unorderedPairs(ours, real);
}

/** The reply to a draw: a positive count of at least all members fixes them, others only their number. */
export function drawComparison(countText: string): Comparison {
  return Number(countText) > 1000 ? unordered : sameCount;
}

/** What a generator adds to its own commands. */
interface Surroundings {
  readonly keys: readonly string[];
  /** A key of another type, always there. */
  readonly wrongKey: string;
  /** Makes a key of another type. */
  readonly wrongType: readonly Arg[];
}

/**
 * A generator that also deletes keys, replaces one by a value of another type, and sends commands
 * with too few and too many arguments. `choose` may give several commands that belong together.
 */
export function surrounded(
  { keys, wrongKey, wrongType }: Surroundings,
  choose: (random: Random, key: string) => Command | Command[],
): Generator {
  let run: Random | undefined;
  let queued: Command[] = [];
  return (random) => {
    // Each run has a stream, and data, of its own.
    if (random !== run) queued = [{ args: wrongType }];
    run = random;
    const waiting = queued.shift();
    if (waiting !== undefined) return waiting;
    const key = random.chance(0.04) ? wrongKey : pick(random, keys);
    if (random.chance(0.03)) return { args: ['DEL', pick(random, keys)] };
    if (random.chance(0.02)) return { args: ['EXPIRE', pick(random, keys), '1000'] };
    const chosen = choose(random, key);
    if (!Array.isArray(chosen)) return mangled(random, chosen);
    queued.push(...chosen.slice(1));
    return chosen[0]!;
  };
}

/** The command with its name in another case and, rarely, a wrong number of arguments. */
function mangled(random: Random, command: Command): Command {
  const [name, ...rest] = command.args;
  const args: Arg[] = [anyCase(random, String(name)), ...rest];
  if (command.compare !== undefined || random.chance(0.98)) return { ...command, args };
  if (random.chance(0.5)) args.pop();
  else args.push(member(random));
  return { args };
}
