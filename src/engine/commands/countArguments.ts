/** Counts among the arguments: those with a least value, and those whose sign has a meaning. */

import type { DataCall } from '../execution/dataCall.ts';
import { parseInteger } from '../resp/integer.ts';

const INT64_MIN = -0x8000_0000_0000_0000n;
const NOT_NEGATABLE =
  'ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807';

/** Argument `index`; a number below `min` and what is no integer get the same `error`. */
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

/** A count whose sign has a meaning: the one number that cannot be negated is refused. */
export function signedCount(call: DataCall, index: number): number | undefined {
  if (parseInteger(call.str(index)) === INT64_MIN) {
    call.reply.error(NOT_NEGATABLE);
    return undefined;
  }
  return call.int(index);
}

/** `[COUNT count]` at the end of LMPOP and ZMPOP; 1 without it. */
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
