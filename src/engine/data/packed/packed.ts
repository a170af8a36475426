/**
 * A packed collection: its content as bytes, as it lies in a record of the arena.
 *
 *     byte 0    the type, and the form (FORM)
 *     varints   modelled bytes of the whole and of its entries, the longest element there ever was,
 *               the number of elements
 *     …         the elements in the order of their slots (element.ts): members of a set, items of a
 *               list, each field with its value, each member with its score
 *
 * A score is an integer, or a text of the eight bytes of a double. Worked example: the set {7, abc},
 * large, of 200 modelled bytes, 80 of them for entries (a set knows no longest): 11, C8 01, 50, 00, 02,
 * then 1D, 06 61 62 63.
 *
 * Reads one element after the other from `at` on, or looks for one. The bytes are never written to.
 */

import { type Bytes, SHORT_BYTES_MAX } from '../../resp/bytes.ts';
import { headOf, integerOf } from './element.ts';
import { DOUBLE_BYTES } from './packWriter.ts';

/** Bits of byte 0, beside the type in the low four. */
export const FORM = { compact: 1 << 5, large: 1 << 4, integersOnly: 1 << 6 } as const;
const TYPE_MASK = 15;

export class Packed {
  private readonly bytes: Buffer;
  /** Where the next element is read. */
  private at: number;
  private readonly firstAt: number;
  private readonly form: number;
  readonly usedBytes: number;
  readonly entryBytes: number;
  readonly longest: number;
  /** Elements of a list or set, pairs of a hash or sorted set. */
  readonly count: number;

  constructor(bytes: Buffer, start = 0) {
    this.bytes = bytes;
    this.at = start + 1;
    this.form = bytes[start]!;
    this.usedBytes = this.varint();
    this.entryBytes = this.varint();
    this.longest = this.varint();
    this.count = this.varint();
    this.firstAt = this.at;
  }

  /** The number of the type (types/packing.ts). */
  get type(): number {
    return this.form & TYPE_MASK;
  }

  /** Whether the form has a bit of FORM. */
  is(bit: number): boolean {
    return (this.form & bit) !== 0;
  }

  /** A place to read from: of the first element, or as `place` gave it. */
  seek(place = this.firstAt): void {
    this.at = place;
  }

  get place(): number {
    return this.at;
  }

  /** The next element, as values are stored (resp/bytes.ts). */
  element(): Bytes {
    const head = this.varint();
    if (head % 2 === 1) return String(integerOf(head));
    const start = this.skip(head / 2);
    if (this.at - start <= SHORT_BYTES_MAX) return this.bytes.latin1Slice(start, this.at);
    const copy = Buffer.allocUnsafeSlow(this.at - start);
    this.bytes.copy(copy, 0, start, this.at);
    return copy;
  }

  /** The next element, which is a key: a string of any length. */
  text(): string {
    const head = this.varint();
    if (head % 2 === 1) return String(integerOf(head));
    const start = this.skip(head / 2);
    return this.bytes.latin1Slice(start, this.at);
  }

  score(): number {
    const head = this.varint();
    if (head % 2 === 1) return integerOf(head);
    return this.bytes.readDoubleLE(this.skip(DOUBLE_BYTES));
  }

  /**
   * Whether `name` is one of the keys, which are every element of a set and every second one
   * (`isPaired`) of others; if so, the next element is the one after it.
   */
  find(name: string, isPaired: boolean): boolean {
    const wanted = headOf(name);
    this.at = this.firstAt;
    for (let left = this.count; left > 0; left -= 1) {
      const head = this.varint();
      const start = this.at;
      if (head % 2 === 0) this.at = start + head / 2;
      if (head === wanted && (head % 2 === 1 || this.isAt(start, name))) return true;
      if (isPaired) this.skipElement();
    }
    return false;
  }

  private isAt(start: number, text: string): boolean {
    const { bytes } = this;
    // Names of one collection often differ at their end.
    for (let i = text.length - 1; i >= 0; i -= 1) {
      if (bytes[start + i] !== text.charCodeAt(i)) return false;
    }
    return true;
  }

  private skipElement(): void {
    const head = this.varint();
    if (head % 2 === 0) this.at += head / 2;
  }

  /** Where the skipped bytes start. */
  private skip(count: number): number {
    const start = this.at;
    this.at = start + count;
    return start;
  }

  private varint(): number {
    const { bytes } = this;
    let { at } = this;
    let byte = bytes[at]!;
    at += 1;
    let value = byte & 127;
    for (let factor = 128; byte >= 128; factor *= 128) {
      byte = bytes[at]!;
      at += 1;
      value += (byte & 127) * factor;
    }
    this.at = at;
    return value;
  }
}

/** Modelled bytes of the collection whose bytes start there; makes no object. */
export function packedUsedBytes(bytes: Buffer, start: number): number {
  let value = 0;
  let factor = 1;
  for (let at = start + 1; ; at += 1) {
    const byte = bytes[at]!;
    value += (byte & 127) * factor;
    if (byte < 128) return value;
    factor *= 128;
  }
}
