/**
 * Inputs as bytes, in the journal and in files.
 *
 * A record: events f64, time f64, kind u8, conn f64, length u32, payload. Kind 0 is JSON for
 * everything but the two frequent inputs, which have no JSON. The payload of delayed data begins with its
 * delay, f64. A record of drained bytes has no payload: its length is their number.
 */

import { ByteReader } from '../engine/machine/byteReader.ts';
import type { Micros } from '../engine/machine/machine.ts';
import type { Input } from './input.ts';
import { isInput, type JsonInput } from './inputShape.ts';

export const RECORD_HEAD = 8 + 8 + 1 + 8 + 4;
const CODE = { json: 0, data: 1, drained: 2, delayedData: 3 } as const;

/** The position of an input in a run. */
export interface Position {
  readonly events: number;
  readonly time: Micros;
}

export interface Recorded extends Position {
  readonly input: Input;
}

/** What a record has behind its position. */
interface Content {
  readonly code: number;
  readonly conn: number;
  readonly payload: Buffer | undefined;
  /** The length field of a record without a payload. */
  readonly value: number;
}

export function contentOf(input: Input): Content {
  if (input.kind === 'data') {
    const { conn, bytes, delayMicros } = input;
    if (delayMicros === undefined) return { code: CODE.data, conn, payload: bytes, value: 0 };
    return { code: CODE.delayedData, conn, payload: withDelay(delayMicros, bytes), value: 0 };
  }
  if (input.kind === 'drained') {
    return { code: CODE.drained, conn: input.conn, payload: undefined, value: input.bytes };
  }
  return { code: CODE.json, conn: 0, payload: encodeInput(input), value: 0 };
}

/** Writes a record to a block that has room for it; returns where it ends. */
export function writeRecord(block: Buffer, start: number, at: Position, content: Content): number {
  const { code, conn, payload, value } = content;
  let offset = start;
  offset = block.writeDoubleLE(at.events, offset);
  offset = block.writeDoubleLE(at.time, offset);
  offset = block.writeUInt8(code, offset);
  offset = block.writeDoubleLE(conn, offset);
  offset = block.writeUInt32LE(payload === undefined ? value : payload.length, offset);
  return payload === undefined ? offset : offset + payload.copy(block, offset);
}

/** Inputs as one block. */
export function blockOf(inputs: readonly Recorded[]): Buffer {
  const contents = inputs.map(({ input }) => contentOf(input));
  let length = 0;
  for (const { payload } of contents) length += RECORD_HEAD + (payload?.length ?? 0);
  const block = Buffer.allocUnsafe(length);
  let offset = 0;
  inputs.forEach((at, index) => {
    offset = writeRecord(block, offset, at, contents[index]!);
  });
  return block;
}

/** The inputs of a block, in order. */
export function* inputsOfBlock(block: Buffer): Generator<Recorded> {
  const reader = new ByteReader(block);
  while (reader.left > 0) yield readRecord(reader);
}

/** Reads a record; throws a CodecError if there is none. */
export function readRecord(reader: ByteReader): Recorded {
  const events = reader.double();
  const time = reader.double();
  const code = reader.u8();
  const conn = reader.double();
  const length = reader.u32();
  if (code === CODE.drained) {
    return { events, time, input: { kind: 'drained', conn, bytes: length } };
  }
  if (code > CODE.delayedData) reader.fail(`an input of kind ${code} is not known`);
  const payload = reader.part(length);
  const input = code === CODE.json ? decodeInput(payload) : dataInput(code, conn, payload);
  return { events, time, input };
}

/** The length of the record that begins at `offset`. */
export function recordLength(block: Buffer, offset: number): number {
  const hasPayload = block.readUInt8(offset + 16) !== CODE.drained;
  return RECORD_HEAD + (hasPayload ? block.readUInt32LE(offset + 25) : 0);
}

/** The length of the records before the first one at or after so many events. */
export function lengthUntil(block: Buffer, events: number): number {
  let offset = 0;
  while (offset < block.length && block.readDoubleLE(offset) < events) {
    offset += recordLength(block, offset);
  }
  return offset;
}

function withDelay(micros: Micros, bytes: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeDoubleLE(micros);
  return Buffer.concat([head, bytes]);
}

function dataInput(code: number, conn: number, payload: ByteReader): Input {
  const delay = code === CODE.data ? {} : { delayMicros: payload.double() };
  return { kind: 'data', conn, bytes: Buffer.from(payload.take(payload.left)), ...delay };
}

/** JSON, followed by the bytes of initial files. An infinite bandwidth is written as null. */
function encodeInput(input: Exclude<Input, { kind: 'data' }>): Buffer {
  const files = input.kind === 'addNode' ? (input.files ?? []) : [];
  const plain = {
    ...input,
    ...(files.length > 0
      ? { files: files.map((file) => ({ path: file.path, length: file.bytes.length })) }
      : {}),
  };
  const json = Buffer.from(JSON.stringify(plain));
  const head = Buffer.alloc(4);
  head.writeUInt32LE(json.length);
  return Buffer.concat([head, json, ...files.map((file) => file.bytes)]);
}

function decodeInput(payload: ByteReader): Input {
  const plain = jsonOf(payload);
  if (!isInput(plain)) return payload.fail('an input that has not the fields of its kind');
  const input = withoutJson(plain, payload);
  if (payload.left > 0) payload.fail(`an input with ${payload.left} bytes too many`);
  return input;
}

function withoutJson(plain: JsonInput, payload: ByteReader): Input {
  if (plain.kind === 'bandwidth') {
    const { bytesPerSecond } = plain;
    return { ...plain, bytesPerSecond: bytesPerSecond ?? Number.POSITIVE_INFINITY } as Input;
  }
  if (plain.kind !== 'addNode' || plain.files === undefined) return plain as Input;
  const files = plain.files.map(({ path, length }) => ({
    path,
    bytes: Buffer.from(payload.take(length)),
  }));
  return { ...plain, files } as Input;
}

function jsonOf(payload: ByteReader): unknown {
  const text = payload.take(payload.u32()).toString('utf8');
  try {
    return JSON.parse(text);
  } catch {
    return payload.fail('an input that is no JSON');
  }
}
