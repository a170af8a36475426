/**
 * Reads zipmaps, the small hashes of Redis before 2.6:
 *
 *     <fields: u8> { <length> field <length> <unused: u8> value unused-bytes }* ff
 *
 * A length takes one byte, or fe and four bytes. A count of 254 or more means unknown: there are too
 * many fields for one byte.
 */

import type { Bytes } from '../../resp/bytes.ts';
import { fromBorrowed } from '../../resp/bytes.ts';

const END = 0xff;
const LONG_LENGTH = 0xfe;
const COUNT_UNKNOWN = 0xfe;

/** Fields and values, alternating; undefined if the blob is malformed. */
export function zipmapElements(blob: Buffer): Bytes[] | undefined {
  if (blob.length < 2 || blob[blob.length - 1] !== END) return undefined;
  const elements: Bytes[] = [];
  const end = blob.length - 1;
  let at = 1;
  while (at < end) {
    const isValue = elements.length % 2 === 1;
    const long = blob[at] === LONG_LENGTH;
    const start = at + (long ? 5 : 1) + (isValue ? 1 : 0);
    if (blob[at] === END || start > end) return undefined;
    const stop = start + (long ? blob.readUInt32LE(at + 1) : blob[at]!);
    const next = isValue ? stop + blob[start - 1]! : stop;
    if (next > end) return undefined;
    elements.push(fromBorrowed(blob, start, stop));
    at = next;
  }
  if (elements.length % 2 === 1) return undefined;
  const count = blob[0]!;
  return count >= COUNT_UNKNOWN || count * 2 === elements.length ? elements : undefined;
}
