/**
 * How a graph of state is written as bytes (stateWriter.ts) and read again (stateReader.ts). The graph that
 * is read is the one that was written: the same references, cycles, Buffers and numbers.
 *
 * A value is a tag and what follows it. From SMALL on the tag is the value: tag 37 is the number 5.
 *
 *     integer, negative      varint of the magnitude, up to 2^53 - 1
 *     double                 8 bytes: fractions, -0, NaN, infinities, larger numbers
 *     latin1, utf16          varint of the length in characters, then 1 or 2 bytes for each
 *     bigint                 as latin1: hexadecimal digits, after a minus if it is negative
 *     reference              varint of an object's number
 *     array                  varint of the length; the items are the body
 *     map, set               u32 of the size; the keys, each with its value, or the items are the body
 *     view                   u8, an index in VIEWS, then its length in bytes, 6 bytes, and the bytes
 *     object                 varint of a shape's number; the values of its fields are the body
 *
 * Objects are numbered from 0 in the order in which they are first met. Bodies follow in the same order,
 * after the root: not where the object is met, so neither side needs a stack. A shape is a class with
 * the names of its fields; a number one above the last shape's introduces a shape: u8 of SHAPE, a
 * latin1 with the name of the class (not for the other two), a varint with the number of fields, their
 * names as strings.
 *
 * Worked example: [[], 5, the same []] is array 3 · array 0 · 5 · reference 1, in bytes
 * 0B 03, 0B 00 25 0A 01. The empty body of the inner array comes last.
 *
 * Two roots written by one writer share numbers, so an object that both reach is written once.
 * Sizes of Maps, Sets and views are not varints, because an empty one takes much memory: a hostile file
 * takes at most about 40 times its own size.
 */

/** Raised with any change of this layout. */
const CODEC_VERSION = 1;

export const TAG = {
  undefined: 0,
  null: 1,
  false: 2,
  true: 3,
  integer: 4,
  negative: 5,
  double: 6,
  latin1: 7,
  utf16: 8,
  bigint: 9,
  reference: 10,
  array: 11,
  map: 12,
  set: 13,
  view: 14,
  object: 15,
} as const;

/** The tag of the number 0; the last tag is the number 223. */
export const SMALL = 32;
export const SMALL_MAX = 255 - SMALL;

export const SHAPE = { plain: 0, withoutPrototype: 1, class: 2 } as const;

/** Classes of views by their number in a file. Buffer comes first, because it is a Uint8Array, too. */
export const VIEWS = [
  Buffer,
  Uint8Array,
  Int8Array,
  Uint8ClampedArray,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
  Float32Array,
  Float64Array,
  BigUint64Array,
  BigInt64Array,
] as const;

/** Bytes of the length of a view. */
export const VIEW_LENGTH_BYTES = 6;

/** Bytes that are no state as this program knows it. */
export class CodecError extends Error {
  override readonly name = 'CodecError';
  readonly reason: string;
  /** Where in the bytes. */
  readonly position: number;

  constructor(reason: string, position: number) {
    super(`${reason} (byte ${position}, state codec ${CODEC_VERSION})`);
    this.reason = reason;
    this.position = position;
  }
}
