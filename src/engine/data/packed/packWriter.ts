/**
 * Writes a collection as bytes to one staging Buffer, as long as the longest cell of a slab. A longer
 * collection is not packed. packed.ts describes the layout, element.ts that of elements.
 *
 * The Buffer holds nothing from one collection to the next, so it is not part of the state.
 */

import { type Bytes, SHORT_BYTES_MAX } from '../../resp/bytes.ts';
import { headOf, headOfInteger, isPackable } from './element.ts';

const STAGE_BYTES = 8 * 1024;
/** The length of 2^53 - 1 as a varint. */
const VARINT_BYTES_MAX = 8;
export const DOUBLE_BYTES = 8;
/** For texts up to this length a loop is faster than a call into native code. */
const LOOP_LENGTH_MAX = 24;

class PackWriter {
  readonly bytes: Buffer = Buffer.allocUnsafeSlow(STAGE_BYTES);
  /** Where the bytes end. */
  end = 0;
  /** False once something did not fit or cannot be packed. */
  fits = true;

  begin(): void {
    this.end = 0;
    this.fits = true;
  }

  byte(value: number): void {
    if (this.hasRoomFor(1)) this.end = this.bytes.writeUInt8(value, this.end);
  }

  /** A whole number from 0 to 2^53 - 1. */
  varint(value: number): void {
    if (!this.hasRoomFor(VARINT_BYTES_MAX)) return;
    const { bytes } = this;
    let { end } = this;
    let rest = value;
    while (rest >= 128) {
      const high = Math.floor(rest / 128);
      bytes[end] = rest - high * 128 + 128;
      end += 1;
      rest = high;
    }
    bytes[end] = rest;
    this.end = end + 1;
  }

  element(value: Bytes): void {
    if (typeof value !== 'string') this.buffer(value);
    else this.text(value);
  }

  text(value: string): void {
    const head = headOf(value);
    this.varint(head);
    if (head % 2 === 1) return;
    const { length } = value;
    if (!this.hasRoomFor(length)) return;
    const { bytes, end } = this;
    if (length > LOOP_LENGTH_MAX) bytes.latin1Write(value, end, length);
    else for (let i = 0; i < length; i += 1) bytes[end + i] = value.charCodeAt(i);
    this.end = end + length;
  }

  /** A score: an integer, or a text of the eight bytes of a double. */
  score(value: number): void {
    if (isPackable(value)) {
      this.varint(headOfInteger(value));
      return;
    }
    this.varint(2 * DOUBLE_BYTES);
    if (this.hasRoomFor(DOUBLE_BYTES)) this.end = this.bytes.writeDoubleLE(value, this.end);
  }

  /** Packed elements: the bytes from `start` to the end. */
  elements(bytes: Buffer, start: number): void {
    const length = bytes.length - start;
    if (this.hasRoomFor(length)) this.end += bytes.copy(this.bytes, this.end, start);
  }

  private buffer(value: Buffer): void {
    // A reader returns short elements as strings, so a short Buffer would change its form.
    if (value.length <= SHORT_BYTES_MAX) this.fits = false;
    this.varint(2 * value.length);
    if (this.hasRoomFor(value.length)) this.end += value.copy(this.bytes, this.end);
  }

  private hasRoomFor(count: number): boolean {
    if (this.fits && this.end + count <= STAGE_BYTES) return true;
    this.fits = false;
    return false;
  }
}

export const packWriter = new PackWriter();
export type { PackWriter };
