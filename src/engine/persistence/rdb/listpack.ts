/**
 * Reads listpacks, the compact sequences of Redis 7:
 *
 *     <bytes: u32> <elements: u16> { <encoding and data> <length of that, backwards> }* ff
 *
 * A count of 65535 means unknown: there are too many elements for 16 bits. Every entry is checked
 * against the bounds and against its backward length. Malformed blobs yield `undefined`.
 */

import type { Bytes } from '../../resp/bytes.ts';
import { fromBorrowed } from '../../resp/bytes.ts';
import { int24Text, int64Text } from './integers.ts';

const HEADER_BYTES = 6;
const END = 0xff;
const COUNT_UNKNOWN = 0xffff;

export function listpackElements(blob: Buffer): Bytes[] | undefined {
  const length = blob.length;
  if (length < HEADER_BYTES + 1 || blob.readUInt32LE(0) !== length) return undefined;
  if (blob[length - 1] !== END) return undefined;
  const elements: Bytes[] = [];
  const end = length - 1;
  let at = HEADER_BYTES;
  while (at < end) {
    const size = entrySize(blob, at, end);
    const next = at + size + backLengthBytes(size);
    if (size === 0 || next > end || !backLengthIs(blob, at + size, size)) return undefined;
    elements.push(element(blob, at, size));
    at = next;
  }
  const count = blob.readUInt16LE(4);
  return count === COUNT_UNKNOWN || count === elements.length ? elements : undefined;
}

/** Bytes of encoding and data; 0 if the encoding does not exist or is cut off. */
function entrySize(blob: Buffer, at: number, end: number): number {
  const first = blob[at]!;
  if (first < 0x80) return 1;
  if (first < 0xc0) return 1 + (first & 0x3f);
  if (first < 0xe0) return 2;
  if (first < 0xf0) return at + 2 <= end ? 2 + (((first & 0x0f) << 8) | blob[at + 1]!) : 0;
  switch (first) {
    case 0xf0:
      return at + 5 <= end ? 5 + blob.readUInt32LE(at + 1) : 0;
    case 0xf1:
      return 3;
    case 0xf2:
      return 4;
    case 0xf3:
      return 5;
    case 0xf4:
      return 9;
    default:
      return 0;
  }
}

/** Bytes of the backward length, each with seven bits. */
function backLengthBytes(size: number): number {
  if (size <= 127) return 1;
  if (size < 16383) return 2;
  if (size < 2097151) return 3;
  return size < 268435455 ? 4 : 5;
}

/** Whether the backward length is `size`: highest seven bits first, the top bit set in all bytes but the first. */
function backLengthIs(blob: Buffer, at: number, size: number): boolean {
  let value = 0;
  for (let i = backLengthBytes(size) - 1, scale = 1; i >= 0; i -= 1, scale *= 128) {
    const byte = blob[at + i]!;
    if (byte >= 0x80 !== i > 0) return false;
    value += (byte & 0x7f) * scale;
  }
  return value === size;
}

function element(blob: Buffer, at: number, size: number): Bytes {
  const first = blob[at]!;
  if (first < 0x80) return String(first);
  if (first < 0xc0) return fromBorrowed(blob, at + 1, at + size);
  if (first < 0xe0) {
    const value = ((first & 0x1f) << 8) | blob[at + 1]!;
    return String(value < 0x1000 ? value : value - 0x2000);
  }
  if (first < 0xf0) return fromBorrowed(blob, at + 2, at + size);
  switch (first) {
    case 0xf0:
      return fromBorrowed(blob, at + 5, at + size);
    case 0xf1:
      return String(blob.readInt16LE(at + 1));
    case 0xf2:
      return int24Text(blob, at + 1);
    case 0xf3:
      return String(blob.readInt32LE(at + 1));
    default:
      return int64Text(blob, at + 1);
  }
}
