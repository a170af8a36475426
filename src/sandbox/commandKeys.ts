/** The keys of a decoded command, by the declarations of the server's command table. */

import type { CommandSpec } from '../engine/process/commandTable.ts';
import type { KeySpec } from '../engine/process/keySpecs.ts';
import { serverTable } from '../engine/server/commands/table.ts';
import type { Command } from '../world/wire/message.ts';

/** The keys in the order of the declaration, as far as the arguments are known; none if their number is wrong. */
export function commandKeys(command: Command): string[] {
  const { spelled, args, argCount } = command;
  const entry = serverTable.find(spelled);
  const [subcommand = ''] = args;
  const found = entry?.subcommands?.get(subcommand.toLowerCase()) ?? entry;
  if (found === undefined || !found.accepts(argCount + 1)) return [];
  const words = [spelled, ...args];
  return positions(found.spec, words, argCount + 1)
    .map((at) => words[at])
    .filter((key) => key !== undefined);
}

function positions(spec: CommandSpec, words: readonly string[], count: number): readonly number[] {
  // Options decide where its keys are, so all words must be known.
  if (spec.keysAt !== undefined) return (words.length === count && spec.keysAt(words)) || [];
  return (spec.keys ?? []).flatMap((keys) => positionsOf(keys, words, count));
}

function positionsOf(keys: KeySpec, words: readonly string[], count: number): number[] {
  if (keys.find === 'unknown') return [];
  const found: number[] = [];
  const [first, last, step] = bounds(keys, words, count);
  for (let at = first; at <= last && at < words.length; at += step) found.push(at);
  return found;
}

/** First and last position, and the step. `count` is the number of all words. */
function bounds(
  keys: KeySpec & { readonly find: 'range' | 'keynum' },
  words: readonly string[],
  count: number,
): [number, number, number] {
  const { first } = keys;
  if (keys.find === 'keynum') return [first + 1, first + Number(words[first] ?? 0), 1];
  return [first, keys.last < 0 ? count + keys.last : first + keys.last, keys.step];
}
