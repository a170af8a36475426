/**
 * Writes the primitives of the RDB format: lengths, strings in their shortest form, numbers.
 *
 * Short pieces are collected in a scratch buffer, which is copied; a long Buffer becomes a piece
 * without a copy. There is one RdbOutput. One writer at a time uses it, between `begin` and `finish`.
 * It is empty between slices, so it is not state.
 */

import type { Bytes } from '../../resp/bytes.ts';
import { readInteger } from '../../resp/integer.ts';
import { ENCODING, LENGTH_32, LENGTH_64, SPECIAL } from './format.ts';
import { compressLzf } from './lzf.ts';

const SCRATCH_BYTES = 512 * 1024;
/** A longer string becomes a piece of its own. */
const INLINE_BYTES_MAX = 128 * 1024;
/** Up to this length a loop is faster than a call into native code. */
const LOOP_BYTES_MAX = 16;

/** Redis does not compress shorter strings (rdbSaveRawString). */
const COMPRESS_BYTES_MIN = 21;
/** A longer string is not compressed, because compression cannot be sliced. */
const COMPRESS_BYTES_MAX = 16 * 1024 * 1024;

/** `-2147483648` */
const INT32_DIGITS_MAX = 11;

const INT32_MAX = 0x7fff_ffff;
const INT32_MIN = -0x8000_0000;

/** The 32-bit integer whose canonical form is `text`; undefined if there is none. */
function asInt32(text: string): number | undefined {
  const length = text.length;
  if (length === 0 || length > INT32_DIGITS_MAX) return undefined;
  const negative = text.charCodeAt(0) === 45;
  let at = negative ? 1 : 0;
  if (text.charCodeAt(at) === 48) return length === 1 ? 0 : undefined;
  if (at === length) return undefined;
  let value = 0;
  for (; at < length; at += 1) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  if (negative) value = -value;
  return value >= INT32_MIN && value <= INT32_MAX ? value : undefined;
}

/** As asInt32, for bytes. */
function readInt32(bytes: Buffer, start: number, end: number): number | undefined {
  const value = readInteger(bytes, start, end) as number | undefined;
  return value !== undefined && value >= INT32_MIN && value <= INT32_MAX ? value : undefined;
}

class RdbOutput {
  private readonly scratch: Buffer = Buffer.allocUnsafeSlow(SCRATCH_BYTES);
  private used = 0;
  private pieces: Buffer[] = [];
  private piecesBytes = 0;
  private compression = false;
  /** Grows to the longest string compressed so far. */
  private raw: Buffer = Buffer.allocUnsafeSlow(4096);
  private packed: Buffer = Buffer.allocUnsafeSlow(4096);

  begin(compression: boolean): void {
    this.used = 0;
    this.pieces = [];
    this.piecesBytes = 0;
    this.compression = compression;
  }

  /** Bytes written since `begin`. */
  get size(): number {
    return this.piecesBytes + this.used;
  }

  /** Returns the output in pieces, which are never written to again. */
  finish(): Buffer[] {
    this.endPiece();
    const pieces = this.pieces;
    this.pieces = [];
    return pieces;
  }

  private endPiece(): void {
    if (this.used === 0) return;
    this.pieces.push(Buffer.from(this.scratch.subarray(0, this.used)));
    this.piecesBytes += this.used;
    this.used = 0;
  }

  private reserve(bytes: number): void {
    if (this.used + bytes > SCRATCH_BYTES) this.endPiece();
  }

  byte(value: number): void {
    this.reserve(1);
    this.scratch[this.used++] = value;
  }

  /** A length, or any count or database number. */
  length(value: number): void {
    this.reserve(9);
    const { scratch } = this;
    if (value < 0x40) {
      scratch[this.used++] = value;
    } else if (value < 0x4000) {
      scratch[this.used++] = 0x40 | (value >> 8);
      scratch[this.used++] = value & 0xff;
    } else if (value <= 0xffff_ffff) {
      scratch[this.used++] = LENGTH_32;
      this.used = scratch.writeUInt32BE(value, this.used);
    } else {
      scratch[this.used++] = LENGTH_64;
      this.used = scratch.writeUInt32BE(Math.floor(value / 0x1_0000_0000), this.used);
      this.used = scratch.writeUInt32BE(value % 0x1_0000_0000, this.used);
    }
  }

  /** A signed 64-bit integer, lowest byte first: expire times in milliseconds. */
  int64(value: number): void {
    this.reserve(8);
    const high = Math.floor(value / 0x1_0000_0000);
    this.used = this.scratch.writeInt32LE((value - high * 0x1_0000_0000) | 0, this.used);
    this.used = this.scratch.writeInt32LE(high | 0, this.used);
  }

  double(value: number): void {
    this.reserve(8);
    this.used = this.scratch.writeDoubleLE(value, this.used);
  }

  /** Bytes without a length. */
  plain(value: Bytes): void {
    if (typeof value !== 'string') {
      this.plainFrom(value, 0, value.length);
      return;
    }
    const { length } = value;
    if (length > INLINE_BYTES_MAX) {
      this.piece(Buffer.from(value, 'latin1'));
      return;
    }
    this.reserve(length);
    const { scratch } = this;
    let at = this.used;
    this.used = at + length;
    if (length > LOOP_BYTES_MAX) {
      scratch.latin1Write(value, at, length);
      return;
    }
    for (let i = 0; i < length; i += 1) scratch[at++] = value.charCodeAt(i);
  }

  private plainFrom(bytes: Buffer, start: number, end: number): void {
    const length = end - start;
    if (length > INLINE_BYTES_MAX) {
      this.piece(bytes.subarray(start, end));
      return;
    }
    this.reserve(length);
    const { scratch } = this;
    let at = this.used;
    this.used = at + length;
    if (length > LOOP_BYTES_MAX) {
      bytes.copy(scratch, at, start, end);
      return;
    }
    for (let i = start; i < end; i += 1) scratch[at++] = bytes[i]!;
  }

  /** Adds a piece without copying it. */
  private piece(bytes: Buffer): void {
    this.endPiece();
    this.pieces.push(bytes);
    this.piecesBytes += bytes.length;
  }

  /** A string in its shortest form: integer, compressed, or its length and its bytes. */
  string(value: Bytes): void {
    if (typeof value !== 'string') {
      this.stringFrom(value, 0, value.length);
      return;
    }
    const { length } = value;
    const integer = length <= INT32_DIGITS_MAX ? asInt32(value) : undefined;
    if (integer !== undefined) {
      this.integer(integer);
    } else if (!this.compresses(length) || !this.compressed(this.asBytes(value), 0, length)) {
      this.length(length);
      this.plain(value);
    }
  }

  /** As `string`, for bytes [start, end). Those of a long string must never be written to again. */
  stringFrom(bytes: Buffer, start: number, end: number): void {
    const length = end - start;
    const integer = length <= INT32_DIGITS_MAX ? readInt32(bytes, start, end) : undefined;
    if (integer !== undefined) {
      this.integer(integer);
    } else if (!this.compresses(length) || !this.compressed(bytes, start, end)) {
      this.length(length);
      this.plainFrom(bytes, start, end);
    }
  }

  private compresses(length: number): boolean {
    return this.compression && length >= COMPRESS_BYTES_MIN && length <= COMPRESS_BYTES_MAX;
  }

  private asBytes(text: string): Buffer {
    if (this.raw.length < text.length) this.raw = Buffer.allocUnsafeSlow(text.length);
    this.raw.latin1Write(text, 0);
    return this.raw;
  }

  /** A safe integer, written as `string` writes its digits. */
  wholeNumber(value: number): void {
    if (value === (value | 0)) this.integer(value);
    else this.string(String(value));
  }

  private integer(value: number): void {
    this.reserve(5);
    const { scratch } = this;
    if (value >= -0x80 && value <= 0x7f) {
      scratch[this.used++] = SPECIAL | ENCODING.int8;
      scratch[this.used++] = value & 0xff;
    } else if (value >= -0x8000 && value <= 0x7fff) {
      scratch[this.used++] = SPECIAL | ENCODING.int16;
      this.used = scratch.writeInt16LE(value, this.used);
    } else {
      scratch[this.used++] = SPECIAL | ENCODING.int32;
      this.used = scratch.writeInt32LE(value, this.used);
    }
  }

  /** Writes the string compressed. If that saves less than four bytes, writes nothing and returns false. */
  private compressed(bytes: Buffer, start: number, end: number): boolean {
    const length = end - start;
    if (this.packed.length < length) this.packed = Buffer.allocUnsafeSlow(length);
    const packedLength = compressLzf(bytes, start, end, this.packed, 0, length - 4);
    if (packedLength === 0) return false;
    this.byte(SPECIAL | ENCODING.lzf);
    this.length(packedLength);
    this.length(length);
    if (packedLength > INLINE_BYTES_MAX) {
      this.plain(Buffer.from(this.packed.subarray(0, packedLength)));
    } else {
      this.reserve(packedLength);
      this.packed.copy(this.scratch, this.used, 0, packedLength);
      this.used += packedLength;
    }
    return true;
  }
}

/** The only output; see the head of this file. */
export const output = new RdbOutput();
