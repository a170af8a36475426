/** Parts of strings: APPEND, STRLEN, GETRANGE, SETRANGE. */

import { isString } from '../data/types/value.ts';
import type { DataCall } from '../execution/dataCall.ts';
import { replyErrors } from '../process/replyErrors.ts';
import { type Bytes, toBuffer } from '../resp/bytes.ts';
import { copyForEdit, replaceValue, STRING_TOO_LONG, storeValue } from './arguments.ts';

const EMPTY = '';

export function append(call: DataCall): void {
  const key = call.str(1);
  const tail = call.arg(2);
  const old = call.write(key);
  if (old !== undefined && !isString(old)) {
    call.reply.error(replyErrors.wrongType);
    return;
  }
  const length = (old === undefined ? 0 : old.length) + tail.length;
  if (old === undefined) {
    storeValue(call, key, tail);
  } else {
    if (length > call.stringBytesMax) {
      call.reply.error(STRING_TOO_LONG);
      return;
    }
    const bytes = copyForEdit(old, length);
    writeAt(bytes, old.length, tail);
    call.db.replace(key, bytes);
  }
  call.changed(key);
  call.notify('$', 'append', key);
  call.reply.integer(length);
}

function writeAt(bytes: Buffer, offset: number, part: Bytes): void {
  if (typeof part === 'string') bytes.latin1Write(part, offset);
  else part.copy(bytes, offset);
}

export function strlen(call: DataCall): void {
  const row = call.readRow(1);
  const length = row === 0 ? 0 : call.db.stringLengthAt(row);
  if (length < 0) call.reply.error(replyErrors.wrongType);
  else call.reply.integer(length);
}

export function setrange(call: DataCall): void {
  const offset = call.int(2);
  if (offset === undefined) return;
  if (offset < 0) {
    call.reply.error('ERR offset is out of range');
    return;
  }
  const key = call.str(1);
  const part = call.arg(3);
  const old = call.write(key);
  if (old !== undefined && !isString(old)) {
    call.reply.error(replyErrors.wrongType);
    return;
  }
  if (part.length === 0) {
    call.reply.integer(old === undefined ? 0 : old.length);
    return;
  }
  if (offset + part.length > call.stringBytesMax) {
    call.reply.error(STRING_TOO_LONG);
    return;
  }
  const bytes = copyForEdit(old, offset + part.length);
  writeAt(bytes, offset, part);
  replaceValue(call, key, old, bytes);
  call.changed(key);
  call.notify('$', 'setrange', key);
  call.reply.integer(bytes.length);
}

/** GETRANGE and its old name, SUBSTR. Both ends are inclusive; a negative one counts from the end of the string. */
export function getrange(call: DataCall): void {
  const start = call.int(2);
  if (start === undefined) return;
  const stop = call.int(3);
  if (stop === undefined) return;
  const value = call.read(call.str(1));
  if (value === undefined) {
    call.reply.bulk(EMPTY);
    return;
  }
  if (!isString(value)) {
    call.reply.error(replyErrors.wrongType);
    return;
  }
  const { length } = value;
  // Compared before clamping: GETRANGE k -1 -100 is empty, not the first byte.
  if (start < 0 && stop < 0 && start > stop) {
    call.reply.bulk(EMPTY);
    return;
  }
  const from = Math.max(start < 0 ? start + length : start, 0);
  const to = Math.min(Math.max(stop < 0 ? stop + length : stop, 0), length - 1);
  if (from > to) call.reply.bulk(EMPTY);
  else if (typeof value === 'string') call.reply.bulk(value.slice(from, to + 1));
  else call.reply.bulk(toBuffer(value).subarray(from, to + 1));
}
