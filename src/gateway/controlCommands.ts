/**
 * The SANDBOX command of the control endpoint, as the table of verbs (view/verbs) declares it: parses
 * its words into an operation, or into an error with the usage, and prints its HELP.
 *
 * Invariant: words that fit a usage become an operation; whether its values are within their limits is
 * checked with all other operations.
 */

import { parseMemory } from '../engine/process/values/numbers.ts';
import { quoteArgument } from '../engine/resp/splitArguments.ts';
import { type Argument, PORT_MAX } from '../view/verbs/arguments.ts';
import { allVerbs, type Operation, type VerbName } from '../view/verbs/table.ts';
import type { Verb } from '../view/verbs/verb.ts';

type Parsed =
  | {
      readonly operation: Operation;
      /** Whether data is asked for as JSON. */
      readonly asJson: boolean;
    }
  | { readonly error: string };

/** Parses the words after SANDBOX. */
export function parseSandboxCommand(words: readonly string[]): Parsed {
  const [first = ''] = words;
  const named = allVerbs().filter(([, verb]) => startsWith(words, wordsOf(verb).slice(0, 1)));
  if (named.length === 0) {
    return { error: `ERR unknown subcommand '${first.slice(0, 128)}'. Try SANDBOX HELP.` };
  }
  // LOAD STOP is meant by its words, not as LOAD with a rate.
  const [verb] = named
    .filter(([, candidate]) => startsWith(words, wordsOf(candidate)))
    .sort(([, a], [, b]) => wordsOf(b).length - wordsOf(a).length);
  const parsed = verb && parseArguments(verb, words.slice(wordsOf(verb[1]).length));
  if (parsed !== undefined) return parsed;
  const usages = named.map(([, candidate]) => usageOf(candidate)).join(' | ');
  return { error: `ERR usage: SANDBOX ${usages}` };
}

/** The lines of SANDBOX HELP, in the form of Redis's own HELP subcommands. */
export function sandboxHelp(): string[] {
  const lines = ['SANDBOX <subcommand> [<arg> [value] [opt] ...]. Subcommands are:'];
  for (const [, verb] of allVerbs()) {
    lines.push(usageOf(verb), `    ${verb.help}`);
    const limits = limitsOf(verb);
    if (limits !== '') lines.push(`    ${limits}`);
  }
  return [...lines, 'HELP', '    Print this help.'];
}

function wordsOf({ words }: Verb): string[] {
  return words.split(' ');
}

function startsWith(words: readonly string[], beginning: readonly string[]): boolean {
  return beginning.every((word, index) => words[index]?.toUpperCase() === word);
}

// Arguments.

function parseArguments(
  [op, verb]: readonly [VerbName, Verb],
  words: string[],
): Parsed | undefined {
  const operation: Record<string, unknown> = { op };
  const asJson = verb.hasData === true && words.at(-1)?.toUpperCase() === 'JSON';
  const rest = asJson ? words.slice(0, -1) : words;
  for (const [name, argument] of Object.entries(verb.takes)) {
    const value = take(argument, rest);
    if (value === undefined) return undefined;
    if (value !== OMITTED) operation[name] = value;
  }
  if (rest.length > 0) return undefined;
  return { operation: operation as unknown as Operation, asJson };
}

/** The value of an optional argument that the words leave out. */
const OMITTED = Symbol('omitted');

/** Removes an argument's words from the beginning; undefined when they do not fit. */
function take(argument: Argument, words: string[]): unknown {
  switch (argument.kind) {
    case 'node':
    case 'masterName':
    case 'path':
      return words.shift();
    case 'label':
      return words.length === 0 && argument.optional ? OMITTED : words.shift();
    case 'place':
      return words.length === 0 && argument.optional ? OMITTED : words.shift();
    case 'port':
      return words.length === 0 && argument.optional ? OMITTED : numberIn(words.shift());
    case 'integer':
    case 'milliseconds':
    case 'factor':
      return words.length === 0 ? argument.default : numberIn(words.shift());
    case 'bytes':
      return words.length === 0 ? argument.default : memoryIn(words.shift()!);
    case 'line':
      if (words.length === 0) return argument.optional ? OMITTED : undefined;
      return words.splice(0).map(quoteArgument).join(' ');
    case 'flag':
      if (words.length === 0) return argument.optional ? OMITTED : false;
      return words.shift()!.toUpperCase() === argument.word ? true : undefined;
    case 'target':
      return targetIn(words.splice(0));
  }
}

function numberIn(word: string | undefined): number | undefined {
  return word !== undefined && /^\d+(\.\d+)?$/.test(word) ? Number(word) : undefined;
}

/** Sizes beyond the integers of a double are rejected by every limit. */
function memoryIn(word: string): number | undefined {
  const bytes = parseMemory(word);
  return bytes === undefined ? undefined : Number(bytes);
}

function targetIn([first, second, ...more]: readonly string[]): unknown {
  if (first === undefined || more.length > 0) return undefined;
  if (second === undefined) return { node: first };
  if (first.toUpperCase() === 'NO' && second.toUpperCase() === 'ONE') return null;
  const port = numberIn(second);
  return port === undefined ? undefined : { host: first, port };
}

// Usage.

/** `CUT a b [ONEWAY]`, `HEAL [a [b]]`. */
function usageOf({ words, takes, hasData }: Verb): string {
  const usage = Object.entries(takes).reduceRight((rest, [name, argument]) => {
    const whole = [usageIn(name, argument), rest].filter((part) => part !== '').join(' ');
    return isOptional(argument) ? `[${whole}]` : whole;
  }, '');
  return [words, usage, hasData === true ? '[JSON]' : ''].filter((part) => part !== '').join(' ');
}

function usageIn(name: string, argument: Argument): string {
  if (argument.kind === 'flag') return argument.word;
  if (argument.kind === 'target') return '(node | host port | NO ONE)';
  return argument.usage ?? name;
}

function isOptional(argument: Argument): boolean {
  if ('least' in argument) return argument.default !== undefined;
  return argument.kind === 'flag' || ('optional' in argument && argument.optional);
}

/** `rate: 1 to 100000 writes a second. bytes: 1 to 65536 bytes, 64 by default.` */
function limitsOf({ takes }: Verb): string {
  return Object.entries(takes)
    .map(([name, argument]) => limitIn(argument.usage ?? name, argument))
    .filter((limit) => limit !== '')
    .join(' ');
}

function limitIn(usage: string, argument: Argument): string {
  if (argument.kind === 'port') return `${usage}: 1 to ${PORT_MAX}.`;
  if (!('least' in argument)) return '';
  const { least, most, unit, default: byDefault } = argument;
  const counted = unit === undefined ? '' : ` ${unit}`;
  const otherwise = byDefault === undefined ? '' : `, ${byDefault} by default`;
  return `${usage}: ${least} to ${most}${counted}${otherwise}.`;
}
