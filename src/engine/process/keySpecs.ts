/**
 * Where a command's keys are among its arguments, and what it does to them: the key specifications
 * of COMMAND INFO. Everything else that is said of keys (first, last and step, the flag movablekeys,
 * COMMAND GETKEYS) is derived from them here.
 *
 * Source: "Key specifications" of Redis 7.0's documentation.
 */

import { type Bytes, toLatin1 } from '../resp/bytes.ts';
import { atoi } from '../resp/integer.ts';

/**
 * What happens to the key's value, RO, RW, OW (overwritten) or RM (removed), and to its content.
 * `variable_flags`: the options of the request decide, and the other flags are the strongest case.
 */
type KeyFlags =
  `${'RO' | 'RW' | 'OW' | 'RM'}${'' | ' access'}${'' | ' insert' | ' delete' | ' update'}${'' | ' variable_flags'}`;

/** Keys from argument `first` on. 0 is the command's name. */
export type KeySpec =
  /** `last` counts from `first`, or, when it is negative, from the end: -1 is the last argument. */
  | {
      readonly flags: KeyFlags;
      readonly find: 'range';
      readonly first: number;
      readonly last: number;
      readonly step: number;
    }
  /** Argument `first` says how many keys follow it. */
  | { readonly flags: KeyFlags; readonly find: 'keynum'; readonly first: number }
  /** Only the command's own `keysAt` can tell. */
  | { readonly flags: KeyFlags; readonly find: 'unknown' };

/** The positions of all keys; undefined when the arguments are no valid ones. */
export type KeysAt = (args: readonly Bytes[]) => readonly number[] | undefined;

/** One key, argument `at`. */
export function keyAt(flags: KeyFlags, at = 1): KeySpec {
  return { flags, find: 'range', first: at, last: 0, step: 1 };
}

/** Keys from argument `first` to `last` (negative: from the end), every `step`-th argument. */
export function keysFrom(flags: KeyFlags, first = 1, last = -1, step = 1): KeySpec {
  return { flags, find: 'range', first, last: last < 0 ? last : last - first, step };
}

/** As many keys as argument `at` says, right behind it. */
export function countedKeys(flags: KeyFlags, at: number): KeySpec {
  return { flags, find: 'keynum', first: at };
}

/** Keys whose places only the command's own `keysAt` knows. */
export function unknownKeys(flags: KeyFlags): KeySpec {
  return { flags, find: 'unknown' };
}

/** First key, last key (negative: from the end) and step, as COMMAND INFO gives them beside the specifications. */
interface KeyRange {
  readonly first: number;
  readonly last: number;
  readonly step: number;
}

export interface KeySummary extends KeyRange {
  /** Keys are where the range does not say: the flag movablekeys. */
  readonly movable: boolean;
}

/**
 * The one range that all plain specifications make together. COPY's keys 1 and 2 are one range,
 * 1 to 2; of ZUNIONSTORE's the destination makes a range, 1 to 1, and the counted keys are movable.
 */
export function summarize(specs: readonly KeySpec[]): KeySummary {
  let summary: KeySummary = { first: 0, last: 0, step: 0, movable: false };
  for (const spec of specs) {
    if (spec.find !== 'range') {
      summary = { ...summary, movable: true };
      continue;
    }
    const last = spec.last < 0 ? spec.last : spec.first + spec.last;
    if (summary.first === 0) {
      summary = { ...summary, first: spec.first, last, step: spec.step };
    } else if (spec.step === 1 && summary.last === spec.first - 1) {
      summary = { ...summary, last };
    } else {
      summary = { ...summary, movable: true };
    }
  }
  return summary;
}

/** The positions that the specifications give for these arguments, in their order; undefined when a count is wrong. */
export function findKeys(
  specs: readonly KeySpec[],
  args: readonly Bytes[],
): readonly number[] | undefined {
  const found: number[] = [];
  for (const spec of specs) {
    if (spec.find === 'range') {
      const last = spec.last < 0 ? args.length + spec.last : spec.first + spec.last;
      for (let at = spec.first; at <= last && at < args.length; at += spec.step) found.push(at);
    } else if (spec.find === 'keynum') {
      const count = atoi(toLatin1(args[spec.first]!));
      if (count < 1 || spec.first + count >= args.length) return undefined;
      for (let at = 1; at <= count; at += 1) found.push(spec.first + at);
    }
  }
  return found;
}
