/**
 * Reads requests: RESP arrays of bulk strings, and inline commands.
 *
 * Bytes are parsed in place (inputBuffer.ts); `settle` comes at the end of the event. Arguments read
 * so far are kept, so a request of a million arguments is read once, however many chunks it comes in.
 *
 * Invariant: `arguments` holds the arguments of the request being read, `left` how many are still
 * missing (-1: between requests).
 *
 * Errors are ProtocolError with the texts of Redis 7.0 (networking.c's behaviour).
 */

import { ProtocolError } from '../machine/errors.ts';
import { registerState } from '../machine/state.ts';
import { type Bytes, fromBorrowed, toLatin1 } from './bytes.ts';
import { InputBuffer } from './inputBuffer.ts';
import { splitArguments } from './splitArguments.ts';

const INLINE_BYTES_MAX = 64 * 1024;
const MULTIBULK_COUNT_MAX = 0x7fff_ffff;
const ANONYMOUS_COUNT_MAX = 10;
const ANONYMOUS_BULK_MAX = 16384;
const CR = 13;
const LF = 10;
const STAR = 42;
const DOLLAR = 36;
/** No command has a longer name. */
const NAME_MAX = 32;

export interface ReaderLimits {
  /** proto-max-bulk-len, bytes. */
  readonly bulkBytesMax: number;
  /** False while the client has yet to authenticate: small requests only. */
  readonly authenticated: boolean;
}

export class RequestReader extends InputBuffer {
  /** The arguments of the request `next` returned; valid until it is called again. */
  arguments: Bytes[] = [];
  /** Bytes of the requests read so far: where in the stream the reader stands. */
  consumed = 0;
  private left = -1;
  private bulkLength = -1;
  private finished = true;
  private lastName = '';

  /** Bytes not yet read. */
  get unread(): number {
    return this.end - this.at;
  }

  /** Bytes held, those of the requests this event has read among them: what CLIENT LIST calls qbuf. */
  get held(): number {
    return this.end;
  }

  /** The first of the unread bytes, at most `countMax`. */
  peek(countMax: number): string {
    return this.buffer.latin1Slice(this.at, Math.min(this.end, this.at + countMax));
  }

  /** Reads one request into `arguments`; false when more bytes are needed. Throws ProtocolError. */
  next(limits: ReaderLimits): boolean {
    if (this.finished) {
      this.finished = false;
      this.left = -1;
      if (this.arguments.length !== 0) this.arguments.length = 0;
    }
    while (this.left <= 0) {
      if (this.at === this.end) return false;
      const start = this.at;
      if (this.buffer[start] !== STAR) {
        if (!this.readInline()) return false;
        this.consumed += this.at - start;
        if (this.arguments.length === 0) continue;
        this.finished = true;
        return true;
      }
      if (!this.readCount(limits)) return false;
      this.consumed += this.at - start;
    }
    return this.readArguments(limits);
  }

  private readArguments(limits: ReaderLimits): boolean {
    const start = this.at;
    let missing = 0;
    while (this.left > 0) {
      if (this.bulkLength < 0 && !this.readBulkLength(limits)) break;
      const stop = this.at + this.bulkLength;
      if (this.end < stop + 2) {
        if (this.bulkLength > 32 * 1024) missing = this.bulkLength + 2;
        break;
      }
      const isName = this.arguments.length === 0;
      this.arguments.push(isName ? this.readName(stop) : fromBorrowed(this.buffer, this.at, stop));
      this.at = stop + 2;
      this.bulkLength = -1;
      this.left -= 1;
    }
    this.consumed += this.at - start;
    // Only now: it moves the unread bytes, and `at` with them.
    if (missing > 0) this.expect(missing);
    this.finished = this.left === 0;
    return this.finished;
  }

  /** Clients send the same command again and again: its name is then the same string, hash and all. */
  private readName(stop: number): Bytes {
    const { buffer, at, lastName } = this;
    if (lastName.length === stop - at) {
      let i = 0;
      while (i < lastName.length && buffer[at + i] === lastName.charCodeAt(i)) i += 1;
      if (i === lastName.length) return lastName;
    }
    const name = fromBorrowed(buffer, at, stop);
    if (name.length <= NAME_MAX) this.lastName = toLatin1(name);
    return name;
  }

  /** `*3\r\n`; a count of zero or less is an empty request, which is skipped. */
  private readCount(limits: ReaderLimits): boolean {
    const lineEnd = this.findLineEnd('too big mbulk count string');
    if (lineEnd < 0) return false;
    const count = this.number(this.at + 1, lineEnd);
    if (count === undefined || count > MULTIBULK_COUNT_MAX) {
      throw new ProtocolError('invalid multibulk length');
    }
    if (count > ANONYMOUS_COUNT_MAX && !limits.authenticated) {
      throw new ProtocolError('unauthenticated multibulk length');
    }
    this.at = lineEnd + 2;
    this.left = count;
    this.bulkLength = -1;
    return true;
  }

  private readBulkLength(limits: ReaderLimits): boolean {
    const lineEnd = this.findLineEnd('too big bulk count string');
    if (lineEnd < 0) return false;
    const type = this.buffer[this.at]!;
    if (type !== DOLLAR) {
      throw new ProtocolError(`expected '$', got '${String.fromCharCode(type)}'`);
    }
    const length = this.number(this.at + 1, lineEnd);
    if (length === undefined || length < 0 || length > limits.bulkBytesMax) {
      throw new ProtocolError('invalid bulk length');
    }
    if (length > ANONYMOUS_BULK_MAX && !limits.authenticated) {
      throw new ProtocolError('unauthenticated bulk length');
    }
    this.at = lineEnd + 2;
    this.bulkLength = length;
    return true;
  }

  /** Index of the CR that ends the line at `at`; -1 while it has not come. */
  private findLineEnd(tooLong: string): number {
    const buffer = this.buffer;
    const last = this.end - 1;
    let at = this.at;
    while (at < last && buffer[at] !== CR) at += 1;
    if (at < last) return at;
    if (this.end - this.at > INLINE_BYTES_MAX) throw new ProtocolError(tooLong);
    return -1;
  }

  private number(start: number, end: number): number | undefined {
    const buffer = this.buffer;
    const negative = buffer[start] === 45;
    let at = negative ? start + 1 : start;
    if (at === end || end - at > 15) return undefined;
    if (buffer[at] === 48 && (negative || end - at > 1)) return undefined;
    let value = 0;
    for (; at < end; at += 1) {
      const digit = buffer[at]! - 48;
      if (digit < 0 || digit > 9) return undefined;
      value = value * 10 + digit;
    }
    return negative ? -value : value;
  }

  private readInline(): boolean {
    const newline = this.buffer.subarray(0, this.end).indexOf(LF, this.at);
    if (newline < 0) {
      if (this.end - this.at > INLINE_BYTES_MAX) {
        throw new ProtocolError('too big inline request');
      }
      return false;
    }
    const stop = newline > this.at && this.buffer[newline - 1] === CR ? newline - 1 : newline;
    const words = splitArguments(this.buffer.latin1Slice(this.at, stop));
    if (words === undefined) throw new ProtocolError('unbalanced quotes in request');
    for (const word of words) this.arguments.push(word);
    this.at = newline + 1;
    return true;
  }

  /** Room for a long bulk string at once, instead of by doubling; 1 MB ahead at most, as bytes prove it. */
  private expect(bytes: number): void {
    const missing = bytes - (this.end - this.at);
    if (missing > 0) this.own(Math.min(missing, 1024 * 1024));
  }
}
registerState(RequestReader);
