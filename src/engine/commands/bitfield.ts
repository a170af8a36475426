/**
 * BITFIELD: integers of up to 64 bits at any bit of a string, which are bigints here. All operations
 * are parsed before the first is executed.
 */

import { isString } from '../data/types/value.ts';
import type { DataCall } from '../execution/dataCall.ts';
import { replyErrors } from '../process/replyErrors.ts';
import type { Bytes } from '../resp/bytes.ts';
import { parseInt64 } from '../resp/integer.ts';
import { copyForEdit, replaceValue } from './arguments.ts';
import { bitAt, fieldOffset } from './bitArray.ts';

const TYPE_INVALID =
  'ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.';
const EMPTY = '';
const INT64_MAX = 0x7fff_ffff_ffff_ffffn;

type Overflow = 'wrap' | 'sat' | 'fail';

interface FieldType {
  readonly signed: boolean;
  readonly width: number;
}

interface Operation {
  readonly kind: 'get' | 'set' | 'incrby';
  readonly type: FieldType;
  /** Bits from the string's start. */
  readonly offset: number;
  readonly operand: bigint;
  readonly overflow: Overflow;
}

export function bitfield(call: DataCall): void {
  const operations = parseOperations(call);
  if (operations === undefined) return;
  if (operations.every((operation) => operation.kind === 'get')) readFields(call, operations);
  else writeFields(call, operations);
}

export function bitfieldReadOnly(call: DataCall): void {
  const operations = parseOperations(call);
  if (operations === undefined) return;
  if (operations.every((operation) => operation.kind === 'get')) readFields(call, operations);
  else call.reply.error('ERR BITFIELD_RO only supports the GET subcommand');
}

function parseOperations(call: DataCall): Operation[] | undefined {
  const operations: Operation[] = [];
  let overflow: Overflow = 'wrap';
  let at = 2;
  while (at < call.argc) {
    const kind = call.word(at);
    const left = call.argc - at - 1;
    if (kind === 'overflow' && left >= 1) {
      const named = call.word(at + 1);
      if (named !== 'wrap' && named !== 'sat' && named !== 'fail') {
        call.reply.error('ERR Invalid OVERFLOW type specified');
        return undefined;
      }
      overflow = named;
      at += 2;
    } else if (
      (kind === 'get' && left >= 2) ||
      ((kind === 'set' || kind === 'incrby') && left >= 3)
    ) {
      const operation = parseOperation(call, at, kind, overflow);
      if (operation === undefined) return undefined;
      operations.push(operation);
      at += kind === 'get' ? 3 : 4;
    } else {
      call.syntaxError();
      return undefined;
    }
  }
  return operations;
}

function parseOperation(
  call: DataCall,
  at: number,
  kind: Operation['kind'],
  overflow: Overflow,
): Operation | undefined {
  const type = parseType(call.str(at + 1));
  if (type === undefined) {
    call.reply.error(TYPE_INVALID);
    return undefined;
  }
  const offset = fieldOffset(call, at + 2, type.width);
  if (offset === undefined) return undefined;
  const operand = kind === 'get' ? 0n : parseInt64(call.str(at + 3));
  if (operand === undefined) {
    call.reply.error(replyErrors.notAnInteger);
    return undefined;
  }
  return { kind, type, offset, operand, overflow };
}

function parseType(text: string): FieldType | undefined {
  const match = /^([iu])([1-9]\d?)$/.exec(text);
  if (match === null) return undefined;
  const signed = match[1] === 'i';
  const width = Number(match[2]);
  return width <= (signed ? 64 : 63) ? { signed, width } : undefined;
}

function readFields(call: DataCall, operations: readonly Operation[]): void {
  const value = call.read(call.str(1));
  if (value !== undefined && !isString(value)) {
    call.reply.error(replyErrors.wrongType);
    return;
  }
  call.reply.array(operations.length);
  for (const { type, offset } of operations) {
    call.reply.integer(readField(value ?? EMPTY, type, offset));
  }
}

function writeFields(call: DataCall, operations: readonly Operation[]): void {
  const key = call.str(1);
  const old = call.write(key);
  if (old !== undefined && !isString(old)) {
    call.reply.error(replyErrors.wrongType);
    return;
  }
  const bytes = copyForEdit(old, bytesNeeded(operations));
  const grown = old === undefined || bytes.length > old.length;
  let changes = 0;
  call.reply.array(operations.length);
  for (const operation of operations) {
    if (writeOne(call, bytes, operation, grown)) changes += 1;
  }
  replaceValue(call, key, old, bytes);
  // If all operations failed, the string may still have grown. As in 7.0, this is not propagated.
  if (changes > 0) {
    call.changed(key, changes);
    call.notify('$', 'setbit', key);
  }
}

function bytesNeeded(operations: readonly Operation[]): number {
  let bits = 0;
  for (const { kind, offset, type } of operations) {
    if (kind !== 'get') bits = Math.max(bits, offset + type.width);
  }
  return Math.ceil(bits / 8);
}

/** Executes one operation and replies to it. Returns whether it counts as a change. */
function writeOne(call: DataCall, bytes: Buffer, operation: Operation, grown: boolean): boolean {
  const { kind, type, offset, operand } = operation;
  const old = readField(bytes, type, offset);
  if (kind === 'get') {
    call.reply.integer(old);
    return false;
  }
  const wanted = kind === 'set' ? asField(type, operand) : old + operand;
  const stored = fitted(type, wanted, operation);
  if (stored === undefined) {
    call.reply.null();
    return false;
  }
  writeField(bytes, type, offset, stored);
  call.reply.integer(kind === 'set' ? old : stored);
  return grown || stored !== old;
}

/** The operand of SET as a value of the field: for an unsigned field -1 is 2^64 - 1, which overflows. */
function asField(type: FieldType, operand: bigint): bigint {
  return type.signed ? operand : BigInt.asUintN(64, operand);
}

/** The value after overflow handling; undefined if it overflows under OVERFLOW FAIL. */
function fitted(type: FieldType, value: bigint, operation: Operation): bigint | undefined {
  const { signed, width } = type;
  const { kind, overflow } = operation;
  const max = (1n << BigInt(signed ? width - 1 : width)) - 1n;
  const min = signed ? -max - 1n : 0n;
  if (value >= min && value <= max) return value;
  if (overflow === 'fail') return undefined;
  if (overflow === 'sat') {
    // 7.0 computes max - value in 64 bits (checkSignedBitfieldOverflow). For SET i8 -2^63 that overflows,
    // and the field saturates at the wrong end.
    const wrongEnd = kind === 'set' && signed && width < 64 && max - value > INT64_MAX;
    return value > max || wrongEnd ? max : min;
  }
  return signed ? BigInt.asIntN(width, value) : BigInt.asUintN(width, value);
}

function readField(value: Bytes, type: FieldType, offset: number): bigint {
  let field = 0n;
  for (let i = 0; i < type.width; i += 1) {
    field = (field << 1n) | BigInt(bitAt(value, offset + i));
  }
  return type.signed ? BigInt.asIntN(type.width, field) : field;
}

function writeField(bytes: Buffer, type: FieldType, offset: number, value: bigint): void {
  let rest = BigInt.asUintN(type.width, value);
  for (let bit = offset + type.width - 1; bit >= offset; bit -= 1) {
    const at = Math.floor(bit / 8);
    const mask = 0x80 >> (bit % 8);
    bytes[at] = (rest & 1n) === 1n ? bytes[at]! | mask : bytes[at]! & ~mask;
    rest >>= 1n;
  }
}
