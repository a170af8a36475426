/** Strings as numbers: INCR and its family on 64-bit integers, INCRBYFLOAT on long doubles. */

import { isString } from '../data/types/value.ts';
import type { DataCall } from '../execution/dataCall.ts';
import { replyErrors } from '../process/replyErrors.ts';
import { fromLatin1, toLatin1 } from '../resp/bytes.ts';
import { fitsInt64, parseInteger } from '../resp/integer.ts';
import { replaceValue, storeValue } from './arguments.ts';
import { addLongDouble, formatLongDouble, parseLongDouble, ZERO } from './longDouble.ts';

const INT64_MIN = -0x8000_0000_0000_0000n;

export function incr(call: DataCall): void {
  add(call, 1);
}

export function decr(call: DataCall): void {
  add(call, -1);
}

export function incrby(call: DataCall): void {
  const delta = parseInteger(call.str(2));
  if (delta === undefined) call.reply.error(replyErrors.notAnInteger);
  else add(call, delta);
}

export function decrby(call: DataCall): void {
  const delta = parseInteger(call.str(2));
  if (delta === undefined) call.reply.error(replyErrors.notAnInteger);
  else if (delta === INT64_MIN) call.reply.error('ERR decrement would overflow');
  else add(call, -delta);
}

function add(call: DataCall, delta: number | bigint): void {
  const { db } = call;
  const row = call.writeRow(1);
  const value = row === 0 ? 0 : db.integerAt(row);
  if (value === undefined) {
    call.reply.error(db.isStringAt(row) ? replyErrors.notAnInteger : replyErrors.wrongType);
    return;
  }
  const sum = addIntegers(value, delta);
  if (sum === undefined) {
    call.reply.error('ERR increment or decrement would overflow');
    return;
  }
  if (row === 0) storeValue(call, call.str(1), String(sum));
  else db.replaceByInteger(row, sum);
  call.changedAt(1);
  call.notifyAt('$', 'incrby', 1);
  call.reply.integer(sum);
}

/** The sum; undefined if it overflows 64 bits. Safe integers with a safe sum need no bigint. */
function addIntegers(a: number | bigint, b: number | bigint): number | bigint | undefined {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  const sum = BigInt(a) + BigInt(b);
  return fitsInt64(sum) ? sum : undefined;
}

export function incrbyfloat(call: DataCall): void {
  const key = call.str(1);
  const old = call.write(key);
  if (old !== undefined && !isString(old)) {
    call.reply.error(replyErrors.wrongType);
    return;
  }
  const value = old === undefined ? ZERO : parseLongDouble(toLatin1(old));
  const delta = value === undefined ? undefined : parseLongDouble(call.str(2));
  if (value === undefined || delta === undefined) {
    call.reply.error(replyErrors.notAFloat);
    return;
  }
  const sum = addLongDouble(value, delta);
  if (sum === undefined) {
    call.reply.error('ERR increment would produce NaN or Infinity');
    return;
  }
  const text = fromLatin1(formatLongDouble(sum));
  replaceValue(call, key, old, text);
  call.changed(key);
  call.notify('$', 'incrbyfloat', key);
  // Replicas get the sum, not the increment: their floating-point formatting may differ.
  call.rewrite('SET', key, text, 'KEEPTTL');
  call.reply.bulk(text);
}
