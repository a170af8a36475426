/**
 * The layout of a record, which is a key and its value in a cell of a slab:
 *
 *     word 0   slot
 *     word 1   length of the key, and flags in the top byte
 *     word 2   length of the value, 0 for an object
 *     word 3…  the key, padded to a whole word, then the value
 *
 * A long key or value is outside, in a column by slot (rows.ts): its flag is set, and the record has no
 * bytes of it. Worked example: key `user:1`, value `abc`, slot 9, without an expiry: words 9, 6, 3, then
 * `user`, `:1␀␀`, `abc`; 23 bytes, so a cell of two units.
 */

export const SLOT = 0;
export const KEY = 1;
export const VALUE = 2;
export const HEADER_WORDS = 3;
const HEADER_BYTES = 12;

export const KEY_LENGTH_MASK = 0xff_ffff;
/** The expiry column has an instant for the slot. */
export const HAS_EXPIRY = 1 << 24;
/** Edited in place (APPEND, SETRANGE and the like): its OBJECT ENCODING is raw, even if it is short. */
export const EDITED = 1 << 25;
/** The value is an object: a collection, or the Buffer of a long string. */
export const VALUE_OUTSIDE = 1 << 26;
/** The key is a Buffer of its own; its length in the record is 0. */
export const KEY_OUTSIDE = 1 << 27;

/** The value is a collection as bytes (packed/packed.ts). */
export const PACKED = 1 << 28;

/** A longer key is stored outside. */
export const KEY_BYTES_MAX = 4096;

/** Bytes of a record. */
export function recordBytes(keyLength: number, valueLength: number): number {
  return HEADER_BYTES + ((keyLength + 3) & ~3) + valueLength;
}

/** Offset of the key in bytes from the start of the page, for the record at word `at`. */
export function keyStart(at: number): number {
  return (at << 2) + HEADER_BYTES;
}

/** Offset of the value in bytes from the start of the page, for the record at word `at`. */
export function valueStart(words: Int32Array, at: number): number {
  return (at << 2) + HEADER_BYTES + (((words[at + KEY]! & KEY_LENGTH_MASK) + 3) & ~3);
}

/** Up to here a loop over words is faster than a call into native code. */
const LOOP_BYTES_MAX = 64;

/** Copies `bytes[start..end)` to the page, from word `to` on. */
export function writeBytes(
  words: Int32Array,
  page: Buffer,
  to: number,
  bytes: Buffer,
  start: number,
  end: number,
): void {
  const length = end - start;
  if (length > LOOP_BYTES_MAX) {
    bytes.copy(page, to << 2, start, end);
    return;
  }
  const tail = start + (length & ~3);
  let at = start;
  let word = to;
  for (; at < tail; at += 4) {
    words[word] =
      bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    word += 1;
  }
  let byte = word << 2;
  for (; at < end; at += 1) {
    page[byte] = bytes[at]!;
    byte += 1;
  }
}

/** Whether the page has the bytes `bytes[start..end)` from word `to` on. */
export function equalsBytes(
  words: Int32Array,
  page: Buffer,
  to: number,
  bytes: Buffer,
  start: number,
  end: number,
): boolean {
  const length = end - start;
  if (length > 4 * LOOP_BYTES_MAX) {
    return bytes.compare(page, to << 2, (to << 2) + length, start, end) === 0;
  }
  const tail = start + (length & ~3);
  let at = start;
  let word = to;
  for (; at < tail; at += 4) {
    const mine =
      bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    if (words[word] !== mine) return false;
    word += 1;
  }
  let byte = word << 2;
  for (; at < end; at += 1) {
    if (page[byte] !== bytes[at]) return false;
    byte += 1;
  }
  return true;
}
