/**
 * Bytes being read. Every read first checks that so many bytes are left, so nothing is allocated for a length
 * that the bytes only claim.
 */

import { CodecError } from './codec.ts';

/** The longest string of V8 on all supported platforms. */
const STRING_LENGTH_MAX = 2 ** 29 - 24;

export class ByteReader {
  private readonly bytes: Buffer;
  private readonly end: number;
  private at: number;

  /** Reads `bytes[start..end)`. Positions are those in `bytes`. */
  constructor(bytes: Buffer, start = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
  }

  get position(): number {
    return this.at;
  }

  get left(): number {
    return this.end - this.at;
  }

  /** Throws a CodecError for the present position. */
  fail(reason: string): never {
    throw new CodecError(reason, this.at);
  }

  /** Throws unless that many bytes are left. */
  need(count: number, what: string): void {
    if (count > this.left) this.fail(`${what} of ${count} bytes, but only ${this.left} are left`);
  }

  u8(): number {
    this.need(1, 'a value');
    this.at += 1;
    return this.bytes[this.at - 1]!;
  }

  u32(): number {
    this.need(4, 'a number');
    this.at += 4;
    return this.bytes.readUInt32LE(this.at - 4);
  }

  /** An integer of so many bytes, at most six. */
  integer(byteCount: number): number {
    this.need(byteCount, 'a number');
    this.at += byteCount;
    return this.bytes.readUIntLE(this.at - byteCount, byteCount);
  }

  double(): number {
    this.need(8, 'a number');
    this.at += 8;
    return this.bytes.readDoubleLE(this.at - 8);
  }

  varint(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.u8();
      value += (byte % 128) * factor;
      if (value > Number.MAX_SAFE_INTEGER || factor > 2 ** 49) this.fail('a number above 2^53 - 1');
      if (byte < 128) return value;
    }
  }

  latin1(): string {
    const length = this.textLength(1);
    return this.bytes.latin1Slice(this.at - length, this.at);
  }

  utf16(): string {
    const length = this.textLength(2);
    return this.bytes.toString('utf16le', this.at - length, this.at);
  }

  /** The next bytes, borrowed. */
  take(count: number): Buffer {
    this.need(count, 'data');
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }

  /** A reader of the next bytes, which are skipped here. Its positions are those of this one. */
  part(count: number): ByteReader {
    const start = this.at;
    this.take(count);
    return new ByteReader(this.bytes, start, this.at);
  }

  /** Reads the length of a text and skips the text; returns its length in bytes. */
  private textLength(bytesPerCharacter: number): number {
    const length = this.varint();
    if (length > STRING_LENGTH_MAX) this.fail(`a text of ${length} characters`);
    this.need(length * bytesPerCharacter, 'a text');
    this.at += length * bytesPerCharacter;
    return length * bytesPerCharacter;
  }
}
