/**
 * Expire times: parsing arguments into the form that databases store, Unix milliseconds as a double.
 *
 * Redis stores 64 bits. Here times beyond 2^53 ms (the year 287396) are accepted, too, but stored and
 * propagated as 2^53 - 1.
 */

import type { DataCall } from '../execution/dataCall.ts';
import { replyErrors } from '../process/replyErrors.ts';
import { clampToSafe, parseInteger } from '../resp/integer.ts';

const INT64_MAX = 0x7fff_ffff_ffff_ffffn;
const INT64_MIN = -0x8000_0000_0000_0000n;
/** Below this, a value in seconds times 1000, plus the present time, is still a safe integer. */
const EXACT_MAX = 2 ** 42;

export interface TimeForm {
  readonly unit: 'seconds' | 'milliseconds';
  /** A Unix time, not a duration from now. */
  readonly absolute: boolean;
}

/** The instant in Unix milliseconds; undefined if it overflows 64 bits. */
export function instantOf(
  value: number | bigint,
  form: TimeForm,
  nowMs: number,
): number | undefined {
  const base = form.absolute ? 0 : nowMs;
  const factor = form.unit === 'seconds' ? 1000 : 1;
  if (typeof value === 'number' && Math.abs(value) < EXACT_MAX) return value * factor + base;
  const millis = BigInt(value) * BigInt(factor);
  const instant = millis + BigInt(base);
  if (millis < INT64_MIN || instant > INT64_MAX) return undefined;
  return clampToSafe(instant);
}

/** The expire time of SET and GETEX, which must be positive. Otherwise replies with an error and returns undefined. */
export function positiveInstant(
  call: DataCall,
  index: number,
  form: TimeForm,
  command: string,
): number | undefined {
  const value = parseInteger(call.str(index));
  if (value === undefined) {
    call.reply.error(replyErrors.notAnInteger);
    return undefined;
  }
  const instant = value > 0 ? instantOf(value, form, call.nowMs) : undefined;
  if (instant === undefined) call.reply.error(replyErrors.invalidExpire(command));
  return instant;
}

/** Whether a key has expired. A key that expires at 1000 exists at 1000 and has expired at 1001 (keyIsExpired). */
export function hasExpired(expireAt: number, nowMs: number): boolean {
  return expireAt !== -1 && nowMs > expireAt;
}

/**
 * Whether an expire time in the past deletes the key at once. The master's stream never does that on a
 * replica: the master sends DEL.
 */
export function meansDeletion(call: DataCall, instant: number): boolean {
  return instant <= call.nowMs && !call.fromMaster;
}
