/**
 * The bytes of an RDB file as they arrive, and the parsing of the format's primitives.
 *
 * A reader parses the input in steps. It calls `mark` before each step. A primitive that lacks bytes
 * throws NEED_INPUT, and the step is repeated from its mark when enough bytes have arrived. A step must
 * therefore change nothing before its last read. A string of known length announces how many bytes it
 * needs: if a string of 500 MB arrives in chunks of 64 KB, its step is repeated once, not 8,000 times.
 *
 * Invariant: memory for a declared length is allocated only after that many bytes have arrived.
 */

import { ByteView } from '../../data/table/byteView.ts';
import { registerState } from '../../machine/state.ts';
import type { Bytes } from '../../resp/bytes.ts';
import { fromBorrowed, SHORT_BYTES_MAX } from '../../resp/bytes.ts';
import { writeInteger } from '../../resp/integer.ts';
import { Crc64 } from './crc64.ts';
import { corrupt, shortRead } from './errors.ts';
import { ENCODING, LENGTH_32, LENGTH_64, SPECIAL, STRING_BYTES_MAX } from './format.ts';
import { decompressLzf, lzfCanHold } from './lzf.ts';

/** Thrown if bytes are missing. It is not an Error, because it is no failure and needs no stack trace. */
export const NEED_INPUT = Symbol('more input is needed');

const NO_BYTES = Buffer.alloc(0);

/** Short compressed strings are decompressed into this buffer and then copied. */
const unpacked = Buffer.allocUnsafeSlow(SHORT_BYTES_MAX);
const shown = new ByteView();

export class RdbInput {
  /** The chunk being read; `chunks` come after it. */
  private buffer: Buffer = NO_BYTES;
  private at = 0;
  private markAt = 0;
  /** The checksum, if there is one, covers the bytes of `buffer` before this index. */
  private summedAt = 0;
  private chunks: Buffer[] = [];
  private chunksBytes = 0;
  /** Input bytes before buffer[0]. */
  private offsetBefore = 0;
  /** Bytes that the step is known to need, from its mark on. */
  private needed = 1;
  private ended = false;
  private readonly crc: Crc64 | undefined;

  constructor(checksum: boolean) {
    this.crc = checksum ? new Crc64() : undefined;
  }

  push(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.chunks.push(chunk);
    this.chunksBytes += chunk.length;
  }

  /** Ends the input: from now on missing bytes are an error. */
  end(): void {
    this.ended = true;
  }

  /** Bytes consumed. */
  get offset(): number {
    return this.offsetBefore + this.at;
  }

  /** Begins a step at the present position. */
  mark(): void {
    this.markAt = this.at;
    this.needed = 1;
  }

  /** Returns to the mark, after NEED_INPUT. */
  rewind(): void {
    this.at = this.markAt;
  }

  /** Whether the bytes that the step needs have arrived. Throws if the input has ended without them. */
  ready(): boolean {
    const held = this.buffer.length - this.at;
    if (held >= this.needed) return true;
    if (held + this.chunksBytes >= this.needed) {
      this.refill(held);
      return true;
    }
    if (this.ended) throw shortRead(this.offset);
    return false;
  }

  /** Replaces the buffer with its unread part and as many chunks as the step needs. */
  private refill(held: number): void {
    this.sum();
    const parts = held > 0 ? [this.buffer.subarray(this.at)] : [];
    let bytes = held;
    let taken = 0;
    while (bytes < this.needed) {
      const chunk = this.chunks[taken++]!;
      parts.push(chunk);
      bytes += chunk.length;
    }
    this.chunks.splice(0, taken);
    this.chunksBytes -= bytes - held;
    this.offsetBefore += this.at;
    this.buffer = parts.length === 1 ? parts[0]! : Buffer.concat(parts, bytes);
    this.at = 0;
    this.markAt = 0;
    this.summedAt = 0;
  }

  /** Adds the consumed bytes to the checksum. */
  private sum(): void {
    this.crc?.update(this.buffer, this.summedAt, this.at);
    this.summedAt = this.at;
  }

  /** The checksum of all bytes consumed; undefined without rdbchecksum. */
  checksum(): Crc64 | undefined {
    this.sum();
    return this.crc;
  }

  /** The bytes after the last consumed byte. */
  rest(): Buffer {
    return Buffer.concat([this.buffer.subarray(this.at), ...this.chunks]);
  }

  /** Consumes `count` bytes. Returns the index of the first. */
  private take(count: number): number {
    const start = this.at;
    if (start + count > this.buffer.length) {
      this.needed = start - this.markAt + count;
      throw NEED_INPUT;
    }
    this.at = start + count;
    return start;
  }

  byte(): number {
    if (this.at === this.buffer.length) this.take(1);
    return this.buffer[this.at++]!;
  }

  /** The next `count` bytes, borrowed until the step ends. */
  borrow(count: number): Buffer {
    const start = this.take(count);
    return this.buffer.subarray(start, start + count);
  }

  int32(): number {
    const start = this.take(4);
    return this.buffer.readInt32LE(start);
  }

  /** A signed 64-bit integer; beyond 2^53 the nearest double. */
  int64(): number {
    const start = this.take(8);
    return this.buffer.readInt32LE(start + 4) * 0x1_0000_0000 + this.buffer.readUInt32LE(start);
  }

  double(): number {
    const start = this.take(8);
    return this.buffer.readDoubleLE(start);
  }

  /** A length or count; beyond 2^53 the nearest double. */
  length(): number {
    const first = this.byte();
    if (first >= SPECIAL) throw corrupt(`Unknown length encoding ${first}`, this.offset);
    return this.lengthAfter(first);
  }

  private lengthAfter(first: number): number {
    if (first < 0x40) return first;
    if (first < LENGTH_32) return ((first & 0x3f) << 8) | this.byte();
    if (first === LENGTH_32) {
      const start = this.take(4);
      return this.buffer.readUInt32BE(start);
    }
    if (first === LENGTH_64) {
      const start = this.take(8);
      return this.buffer.readUInt32BE(start) * 0x1_0000_0000 + this.buffer.readUInt32BE(start + 4);
    }
    throw corrupt(`Unknown length encoding ${first} in rdbLoadLen()`, this.offset);
  }

  private stringLength(first: number): number {
    const length = this.lengthAfter(first);
    if (length > STRING_BYTES_MAX) throw shortRead(this.offset);
    return length;
  }

  /** A string in the storage form of values. */
  string(): Bytes {
    const first = this.byte();
    if (first >= SPECIAL) return this.special(first);
    const length = this.stringLength(first);
    const start = this.take(length);
    return fromBorrowed(this.buffer, start, start + length);
  }

  /** A string in the storage form of keys, fields and members. */
  key(): string {
    const first = this.byte();
    if (first < SPECIAL) {
      const length = this.stringLength(first);
      const start = this.take(length);
      return latin1(this.buffer, start, start + length, this.offset);
    }
    const value = this.special(first);
    return typeof value === 'string' ? value : latin1(value, 0, value.length, this.offset);
  }

  /** A string that contains a compact structure; borrowed until the step ends. */
  blob(): Buffer {
    const first = this.byte();
    if (first < SPECIAL) return this.borrow(this.stringLength(first));
    const value = this.special(first);
    return typeof value === 'string' ? Buffer.from(value, 'latin1') : value;
  }

  /**
   * Points `view` at a string in the buffer or, if it has a special form, at the unpacked string, which
   * is in `scratch` if that is long enough. Valid until the step ends or `scratch` is used again.
   */
  view(view: ByteView, scratch: Buffer): void {
    const first = this.byte();
    if (first < SPECIAL) {
      const length = this.stringLength(first);
      const start = this.take(length);
      view.show(this.buffer, start, start + length);
    } else if (isCompressed(first)) {
      this.unpack(view, scratch);
    } else {
      view.show(scratch, 0, writeInteger(scratch, 0, this.packedInteger(first)));
    }
  }

  private special(first: number): Bytes {
    if (!isCompressed(first)) return String(this.packedInteger(first));
    this.unpack(shown, unpacked);
    return shown.bytes === unpacked ? shown.text() : shown.bytes;
  }

  private packedInteger(first: number): number {
    switch (first & 0x3f) {
      case ENCODING.int8:
        return (this.byte() << 24) >> 24;
      case ENCODING.int16: {
        const start = this.take(2);
        return this.buffer.readInt16LE(start);
      }
      case ENCODING.int32:
        return this.int32();
      default:
        throw corrupt(`Unknown RDB string encoding type ${first & 0x3f}`, this.offset);
    }
  }

  private unpack(view: ByteView, scratch: Buffer): void {
    const packedLength = this.stringLength(this.byte());
    const length = this.stringLength(this.byte());
    if (!lzfCanHold(packedLength, length)) {
      throw corrupt('Invalid LZF compressed string', this.offset);
    }
    const start = this.take(packedLength);
    const target = length <= scratch.length ? scratch : Buffer.allocUnsafeSlow(length);
    if (!decompressLzf(this.buffer, start, start + packedLength, target, length)) {
      throw corrupt('Invalid LZF compressed string', this.offset);
    }
    view.show(target, 0, length);
  }
}
registerState('RdbInput', RdbInput);

function isCompressed(first: number): boolean {
  return (first & 0x3f) === ENCODING.lzf;
}

/** V8's strings have at most 2^29 - 24 characters; a longer key fails like one that Redis cannot allocate. */
export const KEY_BYTES_MAX = 0x1fff_ffe8;

function latin1(bytes: Buffer, start: number, end: number, offset: number): string {
  if (end - start > KEY_BYTES_MAX) throw shortRead(offset);
  return bytes.latin1Slice(start, end);
}
