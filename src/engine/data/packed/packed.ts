/**
 * A packed collection: its content as bytes, as it lies in a record of the arena.
 *
 *     byte 0    the type, and the form (FORM)
 *     varints   modelled bytes of the collection, modelled bytes of its entries, length of the longest
 *               element it ever had, number of elements or pairs
 *     …         the elements in the order of their slots (element.ts): members of a set, items of a
 *               list, fields each with its value, members each with its score
 *
 * A score is an integer, or a text of the eight bytes of a double. Worked example: the set {7, abc}
 * in its large form with 200 modelled bytes, 80 of them for entries (a set records no longest element):
 * 12, C8 01, 50, 00, 02, then 1D, 06 61 62 63.
 *
 * An instance reads elements in sequence or finds one, and can be changed once. A collection that is
 * changed again is worth unfolding (types/compactContainer.ts).
 */

import { registerState } from '../../machine/state.ts';
import { type Bytes, SHORT_BYTES_MAX } from '../../resp/bytes.ts';
import { headOf, integerOf } from './element.ts';
import { DOUBLE_BYTES, type PackWriter, packWriter } from './packWriter.ts';

/** Bits of byte 0, beside the type in the low four. */
export const FORM = { compact: 1 << 5, large: 1 << 4, integersOnly: 1 << 6 } as const;
const TYPE_MASK = 15;

/** Receives elements in their packed form. The bytes are borrowed and never written to again. */
export interface ElementSink {
  wholeNumber(value: number): void;
  stringFrom(bytes: Buffer, start: number, end: number): void;
}

export class Packed {
  private bytes: Buffer;
  private isChanged = false;
  /** Where the next element is read. */
  private at: number;
  private readonly firstAt: number;
  private readonly form: number;
  readonly usedBytes: number;
  readonly entryBytes: number;
  readonly longest: number;
  private elements: number;

  /** `bytes` is exactly the collection; the caller gives it away. */
  constructor(bytes: Buffer) {
    this.bytes = bytes;
    this.at = 1;
    this.form = bytes[0]!;
    this.usedBytes = this.varint();
    this.entryBytes = this.varint();
    this.longest = this.varint();
    this.elements = this.varint();
    this.firstAt = this.at;
  }

  /** Elements of a list or set, pairs of a hash or sorted set. */
  get count(): number {
    return this.elements;
  }

  /** The number of the type (types/packing.ts). */
  get type(): number {
    return this.form & TYPE_MASK;
  }

  /** Whether a bit of FORM is set. */
  is(bit: number): boolean {
    return (this.form & bit) !== 0;
  }

  /** Continues reading at a value of `place`; at the first element without one. */
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

  /** The next element as a string of any length: a field or member. */
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

  /** Passes all elements to `sink`, both of each pair. Not for collections with scores. */
  giveTo(sink: ElementSink): void {
    const { bytes } = this;
    this.at = this.firstAt;
    while (this.at < bytes.length) {
      const head = this.varint();
      if (head % 2 === 1) sink.wholeNumber(integerOf(head));
      else sink.stringFrom(bytes, this.skip(head / 2), this.at);
    }
  }

  /** Appends the element or pair that `packWriter` holds. False, and no change, if that is impossible. */
  append(): boolean {
    const { length } = this.bytes;
    if (!this.splice(length, length)) return false;
    this.elements += 1;
    return true;
  }

  /** Replaces the next element by the one that `packWriter` holds. False, and no change, if that is impossible. */
  replace(): boolean {
    const start = this.at;
    this.skipElement();
    return this.splice(start, this.at);
  }

  /** Writes all elements. */
  writeTo(writer: PackWriter): void {
    writer.elements(this.bytes, this.firstAt);
  }

  /**
   * Finds a member or field, every second element if `isPaired`. If it exists, the element after it
   * is the next to be read; if not, the next position is the end.
   */
  find(name: string, isPaired: boolean): boolean {
    const wanted = headOf(name);
    this.at = this.firstAt;
    for (let left = this.elements; left > 0; left -= 1) {
      const head = this.varint();
      const start = this.at;
      if (head % 2 === 0) this.at = start + head / 2;
      if (head === wanted && (head % 2 === 1 || this.isAt(start, name))) return true;
      if (isPaired) this.skipElement();
    }
    return false;
  }

  private splice(start: number, stop: number): boolean {
    if (this.isChanged || !packWriter.fits) return false;
    this.isChanged = true;
    const { bytes } = this;
    const { end } = packWriter;
    if (stop - start !== end) {
      this.bytes = Buffer.allocUnsafe(bytes.length - (stop - start) + end);
      bytes.copy(this.bytes, 0, 0, start);
      bytes.copy(this.bytes, start + end, stop);
    }
    packWriter.bytes.copy(this.bytes, start, 0, end);
    return true;
  }

  private isAt(start: number, text: string): boolean {
    const { bytes } = this;
    // The names in a collection often differ only at their ends.
    for (let i = text.length - 1; i >= 0; i -= 1) {
      if (bytes[start + i] !== text.charCodeAt(i)) return false;
    }
    return true;
  }

  private skipElement(): void {
    const head = this.varint();
    if (head % 2 === 0) this.at += head / 2;
  }

  /** Skips bytes; returns where they start. */
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
registerState('Packed', Packed);

/** Modelled bytes of the packed collection that starts at `start`. Allocates nothing. */
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
