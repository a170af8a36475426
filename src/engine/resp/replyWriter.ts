/**
 * Writes replies in RESP2 or RESP3 into one growing buffer a client.
 *
 * Invariant: bytes [0, length) of `buffer` are whole replies not yet handed over; `take` hands them
 * over and starts anew. Nothing here knows of connections.
 *
 * Types RESP2 lacks are written as RESP2 clients of Redis 7.0 get them: a map as a flat array, a
 * set as an array, a double as a bulk string, null as `$-1`, a push as an array.
 */

import { registerState } from '../machine/state.ts';
import type { Bytes } from './bytes.ts';
import { formatDouble } from './double.ts';

const INITIAL_BYTES = 512;
/** Buffers above this are given away instead of copied. */
const COPY_BYTES_MAX = 4096;
const CR = 13;
const LF = 10;
const MINUS = 45;
const SMALL_INTEGERS = 1024;

const integerReplies: string[] = [];
for (let i = 0; i < SMALL_INTEGERS; i += 1) integerReplies.push(`:${i}\r\n`);

export class ReplyWriter {
  /** 2 until the client says HELLO 3. */
  protocol: 2 | 3 = 2;
  length = 0;
  private buffer: Buffer = Buffer.alloc(INITIAL_BYTES);

  /** The bytes written since the last call; undefined when there are none. The caller owns them. */
  take(): Buffer | undefined {
    const length = this.length;
    if (length === 0) return undefined;
    this.length = 0;
    if (length <= COPY_BYTES_MAX) return Buffer.from(this.buffer.subarray(0, length));
    const taken = this.buffer.subarray(0, length);
    this.buffer = Buffer.alloc(INITIAL_BYTES);
    return taken;
  }

  /** Forgets what was written after `length`: a reply that turned out otherwise. */
  truncate(length: number): void {
    this.length = length;
  }

  /** `+OK` and other fixed words; the text holds no CR or LF. */
  simple(text: string): void {
    this.line(43, text);
  }

  ok(): void {
    this.text('+OK\r\n');
  }

  /** The error reply that begins at `start`, without its line end; undefined when it is none. */
  errorAt(start: number): string | undefined {
    if (start >= this.length || this.buffer[start] !== MINUS) return undefined;
    return this.buffer.latin1Slice(start + 1, this.buffer.indexOf(CR, start));
  }

  /** `text` begins with the code: `ERR …`, `WRONGTYPE …`. Line breaks become blanks, as in Redis. */
  error(text: string): void {
    this.line(45, /[\r\n]/.test(text) ? text.replace(/[\r\n]/g, ' ') : text);
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

  bulk(value: Bytes): void {
    const size = value.length;
    this.header(36, size);
    this.reserve(size + 2);
    if (typeof value === 'string') this.buffer.latin1Write(value, this.length);
    else value.copy(this.buffer, this.length);
    this.length += size;
    this.newline();
  }

  /** A bulk string or null. */
  bulkOrNull(value: Bytes | undefined): void {
    if (value === undefined) this.null();
    else this.bulk(value);
  }

  /** A text that may hold any character, as UTF-8: log texts, INFO. */
  utf8(text: string): void {
    this.bulk(Buffer.from(text, 'utf8'));
  }

  null(): void {
    this.text(this.protocol === 3 ? '_\r\n' : '$-1\r\n');
  }

  /** A null in the place of an array: `*-1` in RESP2. */
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
      this.utf8(text);
      return;
    }
    const bytes = Buffer.from(`${format}:${text}`, 'utf8');
    this.header(61, bytes.length);
    this.raw(bytes);
    this.newline();
  }

  /** Bytes that are RESP already. */
  raw(bytes: Buffer): void {
    this.reserve(bytes.length);
    bytes.copy(this.buffer, this.length);
    this.length += bytes.length;
  }

  /** Latin1 text that is RESP already. */
  text(text: string): void {
    this.reserve(text.length);
    this.buffer.latin1Write(text, this.length);
    this.length += text.length;
  }

  private line(type: number, text: string): void {
    this.reserve(text.length * 3 + 3);
    this.buffer[this.length] = type;
    this.length += 1 + this.buffer.write(text, this.length + 1);
    this.newline();
  }

  /** A type byte, a decimal number and a line end. */
  private header(type: number, count: number): void {
    this.reserve(24);
    const buffer = this.buffer;
    let at = this.length;
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
    this.length = at;
  }

  private newline(): void {
    this.reserve(2);
    this.buffer[this.length] = CR;
    this.buffer[this.length + 1] = LF;
    this.length += 2;
  }

  private reserve(bytes: number): void {
    const needed = this.length + bytes;
    if (needed <= this.buffer.length) return;
    // Not allocUnsafe: digests of the state read a buffer whole, and equal runs must have equal ones.
    const grown = Buffer.alloc(Math.max(needed, this.buffer.length * 2));
    this.buffer.copy(grown, 0, 0, this.length);
    this.buffer = grown;
  }
}
registerState(ReplyWriter);
