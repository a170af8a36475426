/** Counts in arguments: counts with a minimum, counts whose sign has a meaning, and limits. */

import type { DataCall } from '../execution/dataCall.ts';
import { parseInteger } from '../resp/integer.ts';

const INT64_MIN = -0x8000_0000_0000_0000n;
const NOT_NEGATABLE =
  'ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807';

/** Argument `index` as a count. Replies with `error` and returns undefined if it is below `min` or no integer. */
export function countAtLeast(
  call: DataCall,
  index: number,
  min: number,
  error: string,
): number | undefined {
  const value = call.int(index, error);
  if (value === undefined || value >= min) return value;
  call.reply.error(error);
  return undefined;
}

/** A count whose sign has a meaning. -2^63, which cannot be negated in 64 bits, is out of range. */
export function signedCount(call: DataCall, index: number): number | undefined {
  if (parseInteger(call.str(index)) === INT64_MIN) {
    call.reply.error(NOT_NEGATABLE);
    return undefined;
  }
  return call.int(index);
}

/** Parses `[COUNT count]` at the end of LMPOP and ZMPOP. Returns 1 without it, and undefined after an error reply. */
export function popCount(call: DataCall, index: number): number | undefined {
  if (index === call.argc) return 1;
  if (call.word(index) !== 'count' || index + 1 >= call.argc) {
    call.syntaxError();
    return undefined;
  }
  const count = countAtLeast(call, index + 1, 1, 'ERR count should be greater than 0');
  if (count !== undefined && index + 2 < call.argc) {
    call.syntaxError();
    return undefined;
  }
  return count;
}

/**
 * Parses `[LIMIT limit]` from argument `first` on, for SINTERCARD and ZINTERCARD. Returns Infinity without
 * it or for LIMIT 0, and undefined after an error reply. As in Redis, the last of several LIMITs counts.
 */
export function cardinalityLimit(call: DataCall, first: number): number | undefined {
  let limit = 0;
  for (let i = first; i < call.argc; i += 2) {
    if (call.word(i) !== 'limit' || i + 1 >= call.argc) {
      call.syntaxError();
      return undefined;
    }
    const value = countAtLeast(call, i + 1, 0, "ERR LIMIT can't be negative");
    if (value === undefined) return undefined;
    limit = value;
  }
  return limit === 0 ? Number.POSITIVE_INFINITY : limit;
}
