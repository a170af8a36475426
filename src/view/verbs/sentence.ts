/** An operation in words, as the feed tells it: `crash m`, `cut m r1 oneway`. */

import type { Argument, Target } from './arguments.ts';
import { type Operation, verbOf } from './table.ts';

/** The line of the feed for an operation, from its verb's words and arguments. */
export function sentenceOf(operation: Operation): string {
  const { words, takes, feed } = verbOf(operation.op);
  const values = Object.entries(takes).map(
    ([name, argument]) => [name, wordsOf(argument, operation[name as never])] as const,
  );
  if (feed !== undefined) return filledIn(feed, new Map(values));
  return [words.toLowerCase(), ...values.map(([, value]) => value)].filter(Boolean).join(' ');
}

/** `{node}` becomes `m`. */
export function filledIn(template: string, values: ReadonlyMap<string, string>): string {
  return template.replace(/\{(\w+)\}/g, (_all, name: string) => values.get(name) ?? '');
}

/** Empty for what was not given. */
function wordsOf(argument: Argument, value: unknown): string {
  if (value === undefined) return '';
  if (argument.kind === 'flag') return value === true ? argument.word.toLowerCase() : '';
  if (argument.kind === 'target') return targetWords(value as Target);
  return String(value);
}

function targetWords(target: Target): string {
  if (target === null) return 'no one';
  return 'node' in target ? target.node : `${target.host}:${target.port}`;
}
