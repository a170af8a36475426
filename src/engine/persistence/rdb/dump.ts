/**
 * The payload of DUMP and RESTORE: type, value, RDB version (u16, lowest byte first), and the CRC-64 of
 * all bytes before it.
 */

import { isString, type Value } from '../../data/types/value.ts';
import { Crc64 } from './crc64.ts';
import { corrupt, shortRead } from './errors.ts';
import { RDB_VERSION } from './format.ts';
import { NEED_INPUT, RdbInput } from './input.ts';
import { output } from './output.ts';
import { checkType, ValueReader } from './valueReader.ts';
import { elementCount, putElements, typeOf } from './valueWriter.ts';

const CHECKSUM_BYTES = 8;
const FOOTER_BYTES = 2 + CHECKSUM_BYTES;

export function dumpValue(value: Value, compression: boolean): Buffer {
  output.begin(compression);
  output.byte(typeOf(value));
  if (isString(value)) {
    output.string(value);
  } else {
    const count = elementCount(value);
    output.length(count);
    if (count > 0) putElements(output, value, 0, count, Number.POSITIVE_INFINITY);
  }
  const footer = Buffer.alloc(FOOTER_BYTES);
  footer.writeUInt16LE(RDB_VERSION, 0);
  const payload = Buffer.concat([...output.finish(), footer]);
  const crc = new Crc64();
  crc.update(payload, 0, payload.length - CHECKSUM_BYTES);
  crc.write(payload, payload.length - CHECKSUM_BYTES);
  return payload;
}

/** Length of the value in a file, in bytes, without its type: DEBUG OBJECT's serializedlength. */
export function serializedLength(value: Value, compression: boolean): number {
  return dumpValue(value, compression).length - FOOTER_BYTES - 1;
}

/** Whether version and checksum are valid. If not, RESTORE replies `ERR DUMP payload version or checksum are wrong`. */
export function dumpIsSane(payload: Buffer): boolean {
  const checksumAt = payload.length - CHECKSUM_BYTES;
  if (payload.length < FOOTER_BYTES) return false;
  if (payload.readUInt16LE(payload.length - FOOTER_BYTES) > RDB_VERSION) return false;
  const crc = new Crc64();
  crc.update(payload, 0, checksumAt);
  return crc.equals(payload, checksumAt);
}

/**
 * Decodes a payload that `dumpIsSane` accepts. Throws RdbError where RESTORE replies `ERR Bad data
 * format`, including for an empty collection. Bytes after the value are ignored, as in redis-server.
 */
export function loadDump(payload: Buffer): Value {
  const input = new RdbInput(false);
  input.push(payload.subarray(0, payload.length - FOOTER_BYTES));
  input.end();
  const value = readWhole(input);
  if (!isString(value) && elementCount(value) === 0) throw corrupt('empty key', input.offset);
  return value;
}

function readWhole(input: RdbInput): Value {
  input.ready();
  try {
    const type = input.byte();
    checkType(type, '', input.offset);
    const reader = new ValueReader(type);
    for (;;) {
      input.mark();
      const value = reader.step(input);
      if (value !== undefined) return value;
    }
  } catch (error) {
    // The whole payload was pushed, so missing input never arrives.
    throw error === NEED_INPUT ? shortRead(input.offset) : error;
  }
}
