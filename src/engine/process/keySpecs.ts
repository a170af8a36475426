/**
 * Which arguments of a command are keys, and what it does to them: the key specifications of COMMAND
 * INFO. First, last and step, the flag movablekeys and COMMAND GETKEYS are derived from them here.
 *
 * Source: "Key specifications" of Redis 7.0's documentation.
 */

import { type Bytes, toLatin1 } from '../resp/bytes.ts';
import { atoi } from '../resp/integer.ts';

/**
 * What the command does with the key's value (RO reads, RW reads and writes, OW overwrites, RM
 * removes) and with its content. `variable_flags`: that depends on the options, and the other flags
 * are the strongest case.
 */
type KeyFlags =
  `${'RO' | 'RW' | 'OW' | 'RM'}${'' | ' access'}${'' | ' insert' | ' delete' | ' update'}${'' | ' variable_flags'}`;

/** Keys from argument `first` on. Argument 0 is the command's name. */
export type KeySpec =
  /** `last` is relative to `first` or, if negative, to the end: -1 is the last argument. */
  | {
      readonly flags: KeyFlags;
      readonly find: 'range';
      readonly first: number;
      readonly last: number;
      readonly step: number;
    }
  /** Argument `first` is the number of keys, which follow it. */
  | { readonly flags: KeyFlags; readonly find: 'keynum'; readonly first: number }
  /** Only the command's own `keysAt` finds them. */
  | { readonly flags: KeyFlags; readonly find: 'unknown' };

/** Returns the positions of all keys; undefined if the arguments are invalid. */
export type KeysAt = (args: readonly Bytes[]) => readonly number[] | undefined;

/** One key, argument `at`. */
export function keyAt(flags: KeyFlags, at = 1): KeySpec {
  return { flags, find: 'range', first: at, last: 0, step: 1 };
}

/** Keys from argument `first` to `last` (negative: from the end), every `step`-th argument. */
export function keysFrom(flags: KeyFlags, first = 1, last = -1, step = 1): KeySpec {
  return { flags, find: 'range', first, last: last < 0 ? last : last - first, step };
}

/** Argument `at` is the number of keys, which follow it. */
export function countedKeys(flags: KeyFlags, at: number): KeySpec {
  return { flags, find: 'keynum', first: at };
}

/** Keys that only the command's own `keysAt` finds. */
export function unknownKeys(flags: KeyFlags): KeySpec {
  return { flags, find: 'unknown' };
}

/** First key, last key (negative: from the end) and step: the fields 4 to 6 of COMMAND INFO. */
interface KeyRange {
  readonly first: number;
  readonly last: number;
  readonly step: number;
}

export interface KeySummary extends KeyRange {
  /** There are keys outside the range: the flag movablekeys. */
  readonly movable: boolean;
}

/**
 * Merges the specifications into one range. COPY's keys 1 and 2 make the range 1 to 2. For
 * ZUNIONSTORE the destination makes the range 1 to 1, and the counted keys are movable. Source:
 * populateCommandLegacyRangeSpec of Redis 7.0.
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

/** The positions of the keys, in the order of the specifications; undefined if a count is out of range. */
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
