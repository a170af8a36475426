/**
 * Writes replies in RESP2 or RESP3 into chunks, so that a long reply is never one allocation. A long
 * value is not copied but becomes a chunk itself: a thousand unread replies to GET of a value of 100 MB
 * store it once.
 *
 * Invariant: the replies not yet taken are `sealed`, from `firstSealed` on, then bytes [0, used) of
 * `buffer`. A sealed chunk is not empty and never written to again. The line of an error lies within
 * one chunk. `take` returns the chunks in order. The writer does not know its connection.
 *
 * Texts are latin1, one character per byte, as everywhere in the engine, so a reply quotes a request
 * byte by byte. A character above 0xff is a mistake of the caller and is written as `?`.
 *
 * Types that RESP2 lacks are written as Redis 7.0 writes them for RESP2: a map as a flat array, a set
 * as an array, a double as a bulk string, null as `$-1`, a push as an array.
 */

import { registerState } from '../machine/state.ts';
import { type Bytes, copyBytes } from './bytes.ts';
import { formatDouble } from './double.ts';
import { rewriteCharacters } from './words.ts';

const INITIAL_BYTES = 512;
/** `take` copies up to this many bytes; of more it returns the buffer itself, and a new one is made. */
const COPY_BYTES_MAX = 4096;
/** A chunk that a reply would make longer than this is sealed: the size of a send window. */
const CHUNK_BYTES_MAX = 256 * 1024;
/** A value of at least this length becomes a chunk itself: it fills a send window on its own. */
const SHARED_BYTES_MIN = 256 * 1024;
const ERROR_LENGTH_MAX = 64 * 1024;
/** Up to here a loop is faster than a call into native code. */
const LOOP_LENGTH_MAX = 16;
const CR = 13;
const LF = 10;
const MINUS = 45;
const SMALL_INTEGERS = 1024;

const integerReplies: string[] = [];
for (let i = 0; i < SMALL_INTEGERS; i += 1) integerReplies.push(`:${i}\r\n`);

/** Line breaks, and characters above 0xff, whose low byte might be a line break. */
const NOT_IN_A_LINE = /[\r\n\u0100-\uffff]/;

function oneLine(text: string): string {
  return rewriteCharacters(text, /[\r\n\u0100-\uffff]/g, (c) => (c < ' ' ? ' ' : '?'));
}

export class ReplyWriter {
  /** 2 until the client sends HELLO 3. */
  protocol: 2 | 3 = 2;
  private buffer: Buffer = Buffer.alloc(INITIAL_BYTES);
  private used = 0;
  private sealed: Buffer[] = [];
  private firstSealed = 0;
  private sealedBytes = 0;

  /** Bytes written and not taken: a position in the output, for `truncate` and `errorAt`. */
  get length(): number {
    return this.sealedBytes + this.used;
  }

  /** Whether one call of `take` returns everything. */
  get isOneChunk(): boolean {
    return this.sealedBytes === 0;
  }

  /** Removes and returns the next chunk; undefined if there is none. Callers must not write to it. */
  take(): Buffer | undefined {
    if (this.sealedBytes > 0) return this.takeSealed();
    const length = this.used;
    if (length === 0) return undefined;
    this.used = 0;
    if (length <= COPY_BYTES_MAX) {
      // From Node's pool, where a Buffer of its own would cost more than the copy.
      const copy = Buffer.allocUnsafe(length);
      copyBytes(this.buffer, 0, length, copy, 0);
      return copy;
    }
    const taken = this.buffer.subarray(0, length);
    this.buffer = Buffer.alloc(INITIAL_BYTES);
    return taken;
  }

  private takeSealed(): Buffer {
    const chunk = this.sealed[this.firstSealed]!;
    this.firstSealed += 1;
    this.sealedBytes -= chunk.length;
    if (this.sealedBytes === 0) {
      this.sealed = [];
      this.firstSealed = 0;
    }
    return chunk;
  }

  /** Clears the memory of bytes that were taken. */
  clearRest(): void {
    this.buffer.fill(0, this.used);
  }

  /** Drops everything written after position `length`. */
  truncate(length: number): void {
    if (length >= this.sealedBytes) {
      this.used = length - this.sealedBytes;
      return;
    }
    this.used = 0;
    while (this.sealedBytes > length) {
      const chunk = this.sealed.pop()!;
      this.sealedBytes -= chunk.length;
      if (this.sealedBytes >= length) continue;
      this.sealed.push(chunk.subarray(0, length - this.sealedBytes));
      this.sealedBytes = length;
    }
    if (length === 0) {
      this.sealed = [];
      this.firstSealed = 0;
    }
  }

  /** The error reply that begins at `start`, without its line end; undefined if the reply is no error. */
  errorAt(start: number): string | undefined {
    if (start >= this.length) return undefined;
    if (start < this.sealedBytes) return this.sealedErrorAt(start);
    const { buffer } = this;
    const at = start - this.sealedBytes;
    if (buffer[at] !== MINUS) return undefined;
    return buffer.latin1Slice(at + 1, buffer.indexOf(CR, at));
  }

  private sealedErrorAt(start: number): string | undefined {
    let at = start;
    let index = this.firstSealed;
    for (; at >= this.sealed[index]!.length; index += 1) at -= this.sealed[index]!.length;
    const chunk = this.sealed[index]!;
    if (chunk[at] !== MINUS) return undefined;
    return chunk.latin1Slice(at + 1, chunk.indexOf(CR, at));
  }

  /** A simple string: `+OK` and other fixed words, without CR and LF. */
  simple(text: string): void {
    this.line(43, text);
  }

  ok(): void {
    this.text('+OK\r\n');
  }

  /**
   * `text` begins with the error code: `ERR …`, `WRONGTYPE …`. Line breaks become blanks, as in Redis,
   * and the text is cut off after 64 KB.
   */
  error(text: string): void {
    const shown = text.length > ERROR_LENGTH_MAX ? text.slice(0, ERROR_LENGTH_MAX) : text;
    this.line(45, NOT_IN_A_LINE.test(shown) ? oneLine(shown) : shown);
  }

  integer(value: number | bigint): void {
    if (
      typeof value === 'number' &&
      value >= 0 &&
      value < SMALL_INTEGERS &&
      Number.isInteger(value)
    ) {
      this.text(integerReplies[value]!);
    } else {
      this.line(58, String(value));
    }
  }

  /** A bulk string. A Buffer must not be written to again, because a long one is not copied. */
  bulk(value: Bytes): void {
    const size = value.length;
    this.header(36, size);
    if (typeof value === 'string') {
      this.reserve(size + 2);
      this.buffer.latin1Write(value, this.used);
      this.used += size;
    } else if (size < SHARED_BYTES_MIN) {
      this.reserve(size + 2);
      value.copy(this.buffer, this.used);
      this.used += size;
    } else {
      this.share(value);
    }
    this.newline();
  }

  /** A bulk string of the borrowed bytes [start, end), which are always copied. */
  bulkFrom(bytes: Buffer, start: number, end: number): void {
    const size = end - start;
    this.header(36, size);
    this.reserve(size + 2);
    copyBytes(bytes, start, end, this.buffer, this.used);
    this.used += size;
    this.newline();
  }

  /** A bulk string or null. */
  bulkOrNull(value: Bytes | undefined): void {
    if (value === undefined) this.null();
    else this.bulk(value);
  }

  null(): void {
    this.text(this.protocol === 3 ? '_\r\n' : '$-1\r\n');
  }

  /** A null instead of an array: `*-1` in RESP2. */
  nullArray(): void {
    this.text(this.protocol === 3 ? '_\r\n' : '*-1\r\n');
  }

  array(count: number): void {
    this.header(42, count);
  }

  /** `pairs` keys and values follow. */
  map(pairs: number): void {
    if (this.protocol === 3) this.header(37, pairs);
    else this.header(42, pairs * 2);
  }

  set(count: number): void {
    this.header(this.protocol === 3 ? 126 : 42, count);
  }

  push(count: number): void {
    this.header(this.protocol === 3 ? 62 : 42, count);
  }

  double(value: number): void {
    const text = formatDouble(value);
    if (this.protocol === 3) this.line(44, text);
    else this.bulk(text);
  }

  boolean(value: boolean): void {
    if (this.protocol === 3) this.text(value ? '#t\r\n' : '#f\r\n');
    else this.integer(value ? 1 : 0);
  }

  /** An integer of any size, given in decimal. */
  bigNumber(digits: string): void {
    if (this.protocol === 3) this.line(40, digits);
    else this.bulk(digits);
  }

  /** Attributes of the reply that follows: `pairs` keys and values. RESP3 only. */
  attribute(pairs: number): void {
    this.header(124, pairs);
  }

  /** A verbatim string in RESP3 (`txt` or `mkd`), a bulk string in RESP2. */
  verbatim(format: string, text: string): void {
    if (this.protocol !== 3) {
      this.bulk(text);
      return;
    }
    this.header(61, text.length + 4);
    this.text(`${format}:${text}`);
    this.newline();
  }

  /** A verbatim string of latin1 parts. They are not joined, because V8 limits the length of a string. */
  verbatimParts(format: string, parts: readonly string[]): void {
    let length = 0;
    for (const part of parts) length += part.length;
    if (this.protocol === 3) {
      this.header(61, length + format.length + 1);
      this.text(`${format}:`);
    } else {
      this.header(36, length);
    }
    for (const part of parts) this.text(part);
    this.newline();
  }

  /** Bytes that are RESP already; as with `bulk`, a long Buffer is not copied. */
  raw(bytes: Buffer): void {
    if (bytes.length >= SHARED_BYTES_MIN) {
      this.share(bytes);
      return;
    }
    this.reserve(bytes.length);
    bytes.copy(this.buffer, this.used);
    this.used += bytes.length;
  }

  /** Latin1 text that is RESP already. */
  text(text: string): void {
    const { length } = text;
    this.reserve(length);
    const { buffer } = this;
    let at = this.used;
    this.used = at + length;
    if (length > LOOP_LENGTH_MAX) {
      buffer.latin1Write(text, at);
      return;
    }
    for (let i = 0; i < length; i += 1) {
      buffer[at] = text.charCodeAt(i);
      at += 1;
    }
  }

  private line(type: number, text: string): void {
    this.reserve(text.length + 3);
    this.buffer[this.used] = type;
    this.used += 1 + this.buffer.latin1Write(text, this.used + 1);
    this.newline();
  }

  /** A type byte, a decimal number and a line end. */
  private header(type: number, count: number): void {
    this.reserve(24);
    const buffer = this.buffer;
    let at = this.used;
    buffer[at++] = type;
    if (count < 10) {
      buffer[at++] = 48 + count;
    } else if (count < 100) {
      buffer[at++] = 48 + ((count / 10) | 0);
      buffer[at++] = 48 + (count % 10);
    } else {
      at += buffer.latin1Write(String(count), at);
    }
    buffer[at++] = CR;
    buffer[at++] = LF;
    this.used = at;
  }

  private newline(): void {
    this.reserve(2);
    this.buffer[this.used] = CR;
    this.buffer[this.used + 1] = LF;
    this.used += 2;
  }

  private share(bytes: Buffer): void {
    this.seal();
    this.sealed.push(bytes);
    this.sealedBytes += bytes.length;
  }

  /** Makes the bytes in `buffer` a chunk. */
  private seal(): void {
    if (this.used === 0) return;
    this.sealed.push(this.buffer.subarray(0, this.used));
    this.sealedBytes += this.used;
    this.buffer = Buffer.alloc(INITIAL_BYTES);
    this.used = 0;
  }

  private reserve(bytes: number): void {
    const needed = this.used + bytes;
    if (needed > this.buffer.length) this.makeRoom(bytes);
  }

  private makeRoom(bytes: number): void {
    if (this.used + bytes > CHUNK_BYTES_MAX) {
      this.seal();
      // After one full chunk more output is likely: the next has its full length at once.
      this.buffer = Buffer.alloc(Math.max(bytes, CHUNK_BYTES_MAX));
      return;
    }
    // Not allocUnsafe: a digest of the state covers the whole buffer, and equal runs need equal digests.
    const grown = Buffer.alloc(
      Math.min(Math.max(this.used + bytes, this.buffer.length * 2), CHUNK_BYTES_MAX),
    );
    this.buffer.copy(grown, 0, 0, this.used);
    this.buffer = grown;
  }
}
registerState('ReplyWriter', ReplyWriter);
