/**
 * Expire times as arguments give them and as databases keep them: Unix milliseconds in a double.
 *
 * Redis keeps 64 bits. Times beyond 2^53 ms (the year 287396) are accepted as there, but kept and
 * propagated as 2^53 - 1.
 */

import type { DataCall } from '../execution/dataCall.ts';
import { replyErrors } from '../process/replyErrors.ts';
import { clampToSafe, parseInteger } from '../resp/integer.ts';

const INT64_MAX = 0x7fff_ffff_ffff_ffffn;
const INT64_MIN = -0x8000_0000_0000_0000n;
/** Below this, neither milliseconds of seconds nor a sum with the present leave what is exact. */
const EXACT_MAX = 2 ** 42;

export interface TimeForm {
  readonly unit: 'seconds' | 'milliseconds';
  /** A point in time, not a span from now. */
  readonly absolute: boolean;
}

/** The instant in Unix milliseconds; undefined when it leaves 64 bits. */
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

/** The expire time of SET and GETEX: only a positive one is valid. Replies and gives undefined otherwise. */
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

/** A key expires once its time has passed: at the very millisecond it still lives. */
export function hasExpired(expireAt: number, nowMs: number): boolean {
  return expireAt !== -1 && nowMs > expireAt;
}

/**
 * True when a time just given means "delete now". A replica never decides so by itself: its master
 * sends DEL.
 */
export function meansDeletion(call: DataCall, instant: number): boolean {
  return instant <= call.nowMs && !call.fromMaster;
}
