/**
 * Strings as arrays of bits; bit 0 is the highest bit of the first byte. The declarations, and all
 * handlers except BITFIELD's (bitfield.ts).
 */

import { isString } from '../data/types/value.ts';
import type { DataCall } from '../execution/dataCall.ts';
import type { CommandSpec } from '../process/commandTable.ts';
import { keyAt, keysFrom } from '../process/keySpecs.ts';
import { replyErrors } from '../process/replyErrors.ts';
import { toBuffer } from '../resp/bytes.ts';
import { parseInteger } from '../resp/integer.ts';
import { copyForEdit, replaceValue, storeValue } from './arguments.ts';
import { bitAt, bitOffset, countBits, findBit } from './bitArray.ts';
import { bitfield, bitfieldReadOnly } from './bitfield.ts';
import { family } from './family.ts';

const BIT_INVALID = 'ERR bit is not an integer or out of range';
const EMPTY = Buffer.alloc(0);

const spec = family('bitmap');

export const bitCommands: readonly CommandSpec<DataCall>[] = [
  spec('setbit', '2.2.0', 4, ['write', 'denyoom'], [keyAt('RW access update')], setbit),
  spec('getbit', '2.2.0', 3, ['readonly', 'fast'], [keyAt('RO access')], getbit),
  spec('bitcount', '2.6.0', -2, ['readonly'], [keyAt('RO access')], bitcount),
  spec('bitpos', '2.8.7', -3, ['readonly'], [keyAt('RO access')], bitpos),
  spec(
    'bitop',
    '2.6.0',
    -4,
    ['write', 'denyoom'],
    [keyAt('OW update', 2), keysFrom('RO access', 3)],
    bitop,
  ),
  spec(
    'bitfield',
    '3.2.0',
    -2,
    ['write', 'denyoom'],
    [keyAt('RW access update variable_flags')],
    bitfield,
  ),
  spec('bitfield_ro', '6.0.0', -2, ['readonly', 'fast'], [keyAt('RO access')], bitfieldReadOnly),
];

function setbit(call: DataCall): void {
  const offset = bitOffset(call, 2);
  if (offset === undefined) return;
  const bit = parseInteger(call.str(3));
  if (bit !== 0 && bit !== 1) {
    call.reply.error(BIT_INVALID);
    return;
  }
  const key = call.str(1);
  const old = call.write(key);
  if (old !== undefined && !isString(old)) {
    call.reply.error(replyErrors.wrongType);
    return;
  }
  const at = Math.floor(offset / 8);
  const mask = 0x80 >> (offset % 8);
  const grows = old === undefined || at >= old.length;
  const oldBit = grows ? 0 : bitAt(old, offset);
  // Setting a bit to its present value is no change and is not propagated.
  if (grows || oldBit !== bit) {
    const bytes = copyForEdit(old, at + 1);
    if (bit === 1) bytes[at] = bytes[at]! | mask;
    else bytes[at] = bytes[at]! & ~mask;
    replaceValue(call, key, old, bytes);
    call.changed(key);
    call.notify('$', 'setbit', key);
  }
  call.reply.integer(oldBit);
}

function getbit(call: DataCall): void {
  const offset = bitOffset(call, 2);
  if (offset === undefined) return;
  const value = call.read(call.str(1));
  if (value === undefined) call.reply.integer(0);
  else if (isString(value)) call.reply.integer(bitAt(value, offset));
  else call.reply.error(replyErrors.wrongType);
}

/** A range of BITCOUNT or BITPOS, in bits, inclusive. */
interface BitRange {
  readonly from: number;
  readonly to: number;
  /** The request names the end. Otherwise BITPOS treats the string as followed by zeros. */
  readonly closed: boolean;
}

const NOTHING: BitRange = { from: 0, to: -1, closed: true };

function bitcount(call: DataCall): void {
  const value = call.read(call.str(1));
  if (value === undefined) {
    call.reply.integer(0);
    return;
  }
  if (!isString(value)) {
    call.reply.error(replyErrors.wrongType);
    return;
  }
  const range = countRange(call, value.length);
  if (range === undefined) return;
  const empty = range.from > range.to;
  call.reply.integer(empty ? 0 : countBits(toBuffer(value), range.from, range.to));
}

function bitpos(call: DataCall): void {
  const number = call.int(2);
  if (number === undefined) return;
  if (number !== 0 && number !== 1) {
    call.reply.error('ERR The bit argument must be 1 or 0.');
    return;
  }
  const value = call.read(call.str(1));
  if (value === undefined) {
    // A missing key is an infinite sequence of zeros.
    call.reply.integer(number === 1 ? -1 : 0);
    return;
  }
  if (!isString(value)) {
    call.reply.error(replyErrors.wrongType);
    return;
  }
  const range = positionRange(call, value.length);
  if (range === undefined) return;
  if (range.from > range.to) {
    call.reply.integer(-1);
    return;
  }
  const found = findBit(toBuffer(value), number, range.from, range.to);
  // If all bits are ones, the first zero is the bit after the string, unless the request names the end.
  const beyond = number === 0 && !range.closed ? range.to + 1 : -1;
  call.reply.integer(found === -1 ? beyond : found);
}

/** Parses `[start end [BYTE | BIT]]` of BITCOUNT. Replies with an error and returns undefined if it is invalid. */
function countRange(call: DataCall, length: number): BitRange | undefined {
  if (call.argc === 2) return wholeOf(length);
  if (call.argc === 3 || call.argc > 5) {
    call.syntaxError();
    return undefined;
  }
  const start = call.int(2);
  if (start === undefined) return undefined;
  const stop = call.int(3);
  if (stop === undefined) return undefined;
  // Compared before clamping, after which -100 and -200 may be equal, and before the unit is parsed.
  if (start < 0 && stop < 0 && start > stop) return NOTHING;
  const unit = call.argc === 5 ? unitArgument(call, 4) : 'byte';
  return unit === undefined ? undefined : toBits(start, stop, unit, length, true);
}

/**
 * Parses `[start [end [BYTE | BIT]]]` of BITPOS, the unit before the end, as bitposCommand does. Replies
 * with an error and returns undefined if it is invalid.
 */
function positionRange(call: DataCall, length: number): BitRange | undefined {
  if (call.argc === 3) return wholeOf(length);
  if (call.argc > 6) {
    call.syntaxError();
    return undefined;
  }
  const start = call.int(3);
  if (start === undefined) return undefined;
  const unit = call.argc === 6 ? unitArgument(call, 5) : 'byte';
  if (unit === undefined) return undefined;
  const stop = call.argc === 4 ? -1 : call.int(4);
  return stop === undefined ? undefined : toBits(start, stop, unit, length, call.argc > 4);
}

function wholeOf(length: number): BitRange {
  return { from: 0, to: length * 8 - 1, closed: false };
}

function unitArgument(call: DataCall, index: number): 'bit' | 'byte' | undefined {
  const unit = call.word(index);
  if (unit === 'bit' || unit === 'byte') return unit;
  call.syntaxError();
  return undefined;
}

function toBits(
  start: number,
  stop: number,
  unit: 'bit' | 'byte',
  length: number,
  closed: boolean,
): BitRange {
  const total = unit === 'bit' ? length * 8 : length;
  const from = Math.max(start < 0 ? start + total : start, 0);
  const to = Math.min(Math.max(stop < 0 ? stop + total : stop, 0), total - 1);
  return unit === 'bit' ? { from, to, closed } : { from: from * 8, to: to * 8 + 7, closed };
}

function bitop(call: DataCall): void {
  const operation = call.word(1);
  if (operation !== 'and' && operation !== 'or' && operation !== 'xor' && operation !== 'not') {
    call.syntaxError();
    return;
  }
  if (operation === 'not' && call.argc !== 4) {
    call.reply.error('ERR BITOP NOT must be called with a single source key.');
    return;
  }
  const sources = readSources(call);
  if (sources === undefined) return;
  const result = combine(operation, sources);
  const key = call.str(2);
  if (result.length > 0) {
    call.write(key);
    storeValue(call, key, result);
    call.changed(key);
    call.notify('$', 'set', key);
  } else if (call.db.delete(key)) {
    // The expiry is not checked: as in 7.0, this command is what deletes an expired key.
    call.changed(key);
    call.notify('g', 'del', key);
  }
  call.reply.integer(result.length);
}

/** The source strings; a missing key is an empty one. Replies with an error and returns undefined for a wrong type. */
function readSources(call: DataCall): Buffer[] | undefined {
  const sources: Buffer[] = [];
  for (let i = 3; i < call.argc; i += 1) {
    const value = call.read(call.str(i));
    if (value !== undefined && !isString(value)) {
      call.reply.error(replyErrors.wrongType);
      return undefined;
    }
    sources.push(value === undefined ? EMPTY : toBuffer(value));
  }
  return sources;
}

/** Shorter strings are treated as padded with zeros. */
function combine(operation: 'and' | 'or' | 'xor' | 'not', sources: readonly Buffer[]): Buffer {
  let length = 0;
  for (const source of sources) length = Math.max(length, source.length);
  const result = copyForEdit(sources[0]!, length);
  if (operation === 'not') {
    for (let at = 0; at < length; at += 1) result[at] = ~result[at]!;
    return result;
  }
  for (const source of sources.slice(1)) {
    if (operation === 'and') result.fill(0, source.length);
    for (let at = 0; at < source.length; at += 1) {
      const byte = source[at]!;
      if (operation === 'and') result[at] = result[at]! & byte;
      else if (operation === 'or') result[at] = result[at]! | byte;
      else result[at] = result[at]! ^ byte;
    }
  }
  return result;
}
