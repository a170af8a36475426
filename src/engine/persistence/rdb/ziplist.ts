/**
 * Reads ziplists, the compact sequences of Redis before 7:
 *
 *     <bytes: u32> <offset of the last entry: u32> <elements: u16>
 *     { <size of the entry before> <encoding> <data> }* ff
 *
 * The size of the entry before takes one byte, or fe and four bytes. A count of 65535 means unknown:
 * there are too many elements for 16 bits. Every entry is checked. Malformed blobs yield `undefined`.
 */

import type { Bytes } from '../../resp/bytes.ts';
import { fromBorrowed } from '../../resp/bytes.ts';
import { int24Text, int64Text } from './integers.ts';

const HEADER_BYTES = 10;
const END = 0xff;
const LONG_SIZE = 0xfe;
const COUNT_UNKNOWN = 0xffff;

export function ziplistElements(blob: Buffer): Bytes[] | undefined {
  const length = blob.length;
  if (length < HEADER_BYTES + 1 || blob.readUInt32LE(0) !== length) return undefined;
  if (blob[length - 1] !== END) return undefined;
  const elements: Bytes[] = [];
  const end = length - 1;
  let at = HEADER_BYTES;
  let last = HEADER_BYTES;
  while (at < end) {
    const header = sizeBefore(blob, at, end);
    // For the first entry the size of the entry before is 0.
    if (header === undefined || header.size !== at - last) return undefined;
    const start = at + header.bytes;
    const size = start < end ? entrySize(blob, start, end) : 0;
    if (size === 0 || start + size > end) return undefined;
    elements.push(element(blob, start, size));
    last = at;
    at = start + size;
  }
  if (blob.readUInt32LE(4) !== last) return undefined;
  const count = blob.readUInt16LE(8);
  return count === COUNT_UNKNOWN || count === elements.length ? elements : undefined;
}

/** The declared size of the entry before, and the number of bytes of this field. */
function sizeBefore(
  blob: Buffer,
  at: number,
  end: number,
): { readonly size: number; readonly bytes: number } | undefined {
  const first = blob[at]!;
  if (first < LONG_SIZE) return { size: first, bytes: 1 };
  if (first !== LONG_SIZE || at + 5 > end) return undefined;
  return { size: blob.readUInt32LE(at + 1), bytes: 5 };
}

/** Bytes of encoding and data; 0 if the encoding does not exist or is cut off. */
function entrySize(blob: Buffer, at: number, end: number): number {
  const first = blob[at]!;
  if (first < 0x40) return 1 + first;
  if (first < 0x80) return at + 2 <= end ? 2 + (((first & 0x3f) << 8) | blob[at + 1]!) : 0;
  switch (first) {
    case 0x80:
      return at + 5 <= end ? 5 + blob.readUInt32BE(at + 1) : 0;
    case 0xc0:
      return 3;
    case 0xd0:
      return 5;
    case 0xe0:
      return 9;
    case 0xf0:
      return 4;
    case 0xfe:
      return 2;
    default:
      return first >= 0xf1 && first <= 0xfd ? 1 : 0;
  }
}

function element(blob: Buffer, at: number, size: number): Bytes {
  const first = blob[at]!;
  if (first < 0x40) return fromBorrowed(blob, at + 1, at + size);
  if (first < 0x80) return fromBorrowed(blob, at + 2, at + size);
  switch (first) {
    case 0x80:
      return fromBorrowed(blob, at + 5, at + size);
    case 0xc0:
      return String(blob.readInt16LE(at + 1));
    case 0xd0:
      return String(blob.readInt32LE(at + 1));
    case 0xe0:
      return int64Text(blob, at + 1);
    case 0xf0:
      return int24Text(blob, at + 1);
    case 0xfe:
      return String(blob.readInt8(at + 1));
    default:
      return String((first & 0x0f) - 1);
  }
}
