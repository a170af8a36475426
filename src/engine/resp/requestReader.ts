/**
 * Parses requests: RESP arrays of bulk strings, and inline commands, which are encoded as RESP.
 *
 * A request is parsed in place: `request` refers to the buffer, and is valid until the next call of
 * `next` or `settle`. `readWhole`, one loop without calls, parses a request that is complete and
 * ordinary. Any other request is parsed again from its beginning by `readCarefully`, which continues
 * where it stopped when more bytes arrive.
 *
 * Invariant: the request being parsed begins at `begun`, and `left` of its arguments are missing (-1:
 * their count has not been read).
 *
 * Errors are ProtocolError with the texts of Redis 7.0 (processMultibulkBuffer, processInlineBuffer).
 */

import { ProtocolError } from '../machine/errors.ts';
import { registerState } from '../machine/state.ts';
import { InputBuffer } from './inputBuffer.ts';
import type { Lookahead } from './lookahead.ts';
import { Request } from './request.ts';
import { splitArguments } from './splitArguments.ts';

const INLINE_BYTES_MAX = 64 * 1024;
/**
 * Redis allows 2^31 arguments of any total length. Here offsets must fit into 32 bits, and the arrays
 * made of a request into V8's limits.
 */
const MULTIBULK_COUNT_MAX = 2 ** 24;
const REQUEST_BYTES_MAX = 2 ** 30;
const ANONYMOUS_COUNT_MAX = 10;
const ANONYMOUS_BULK_MAX = 16384;
const CR = 13;
const LF = 10;
const NUL = 0;
const ZERO = 48;
const STAR = 42;
const DOLLAR = 36;
/** Requests with longer numbers are left to readCarefully. */
const COUNT_DIGITS_MAX = 4;
const LENGTH_DIGITS_MAX = 9;
/** Looking ahead over longer requests would cost more than it saves. */
const LOOKAHEAD_ARGC_MAX = 16;

export interface ReaderLimits {
  /** proto-max-bulk-len, bytes. */
  readonly bulkBytesMax: number;
  /** False until the client has authenticated: until then requests must be small. */
  readonly authenticated: boolean;
}

export class RequestReader extends InputBuffer {
  /** The request that `next` has read. */
  readonly request = new Request();
  /** Total bytes of the requests read so far: the reader's offset in the stream. */
  consumed = 0;
  private begun = 0;
  private left = -1;
  private bulkLength = -1;
  private isWhole = false;
  /** The request will be executed in a later event. */
  private isKept = false;
  private isInline = false;

  /** Bytes not yet read. */
  get unread(): number {
    return this.end - this.at;
  }

  /** Bytes in the buffer, including requests that this event has read: CLIENT LIST's qbuf. */
  get held(): number {
    return this.end;
  }

  /** The bytes from the first request on that has not been executed. Not to be used while it reads. */
  get kept(): Buffer {
    return this.buffer.subarray(this.keptFrom, this.end);
  }

  /** The first unread bytes, at most `countMax`. */
  peek(countMax: number): string {
    return this.buffer.latin1Slice(this.at, Math.min(this.end, this.at + countMax));
  }

  /** Reads one request into `request`. Returns false if more bytes are needed. Throws ProtocolError. */
  next(limits: ReaderLimits): boolean {
    if (this.isWhole) this.forget();
    if (this.left < 0 && limits.authenticated && this.readWhole(limits.bulkBytesMax)) return true;
    return this.readCarefully(limits);
  }

  /**
   * Notes the first arguments of the next requests, as far as these are complete, ordinary and short. It
   * reads nothing, and malformed requests may be noted with wrong bounds inside the buffer.
   */
  lookAhead(into: Lookahead): void {
    into.begin(this.buffer);
    if (this.left >= 0 && !this.isWhole) return;
    const { buffer, end } = this;
    let at = this.at;
    while (into.hasRoom && buffer[at] === STAR) {
      let count = 0;
      for (at += 1; at < end && buffer[at] !== CR; at += 1) count = 10 * count + buffer[at]! - ZERO;
      if (!(count > 1 && count <= LOOKAHEAD_ARGC_MAX)) return;
      at += 2;
      let first = 0;
      let firstEnd = 0;
      for (let index = 0; index < count; index += 1) {
        if (at >= end || buffer[at] !== DOLLAR) return;
        let length = 0;
        for (at += 1; at < end && buffer[at] !== CR; at += 1) {
          length = 10 * length + buffer[at]! - ZERO;
        }
        const from = at + 2;
        at = from + length + 2;
        if (!(length >= 0 && at <= end)) return;
        if (index === 1) {
          first = from;
          firstEnd = from + length;
        }
      }
      into.add(first, firstEnd);
    }
  }

  /** Keeps the request beyond this event: it is executed after `resume`. */
  keep(): void {
    this.isKept = true;
  }

  /** Makes the kept request valid again. */
  resume(): void {
    this.isKept = false;
    if (!this.isInline) this.locate();
  }

  override settle(): void {
    super.settle();
    if (this.isKept) return;
    this.request.release(this.isWhole || this.left < 0);
  }

  protected override get keptFrom(): number {
    return this.isWhole && !this.isKept ? this.at : this.begun;
  }

  protected override moved(bytes: number): void {
    this.begun -= bytes;
  }

  private forget(): void {
    this.isWhole = false;
    this.isKept = false;
    this.isInline = false;
    this.begun = this.at;
    this.left = -1;
    this.bulkLength = -1;
    this.request.argc = 0;
    this.request.isCanonical = true;
    this.request.isOwn = false;
  }

  /** Reads a complete, ordinary request. For any other it returns false and has no effect. */
  private readWhole(bulkBytesMax: number): boolean {
    const { buffer, end, request } = this;
    const start = this.at;
    let at = start + 1;
    if (at >= end || buffer[start] !== STAR || buffer[at] === ZERO) return false;
    let count = 0;
    for (; at < end; at += 1) {
      const digit = buffer[at]! - ZERO;
      if (digit < 0 || digit > 9) break;
      count = count * 10 + digit;
    }
    if (at - start - 1 > COUNT_DIGITS_MAX || count === 0) return false;
    if (at + 1 >= end || buffer[at] !== CR || buffer[at + 1] !== LF) return false;
    at += 2;
    if (2 * count > request.offsets.length) request.offsets = new Int32Array(4 * count);
    const { offsets } = request;
    for (let i = 0; i < 2 * count; i += 2) {
      if (at >= end || buffer[at] !== DOLLAR) return false;
      const digits = at + 1;
      at = digits;
      let length = 0;
      for (; at < end; at += 1) {
        const digit = buffer[at]! - ZERO;
        if (digit < 0 || digit > 9) break;
        length = length * 10 + digit;
      }
      const width = at - digits;
      if (width === 0 || width > LENGTH_DIGITS_MAX || length > bulkBytesMax) return false;
      if (width > 1 && buffer[digits] === ZERO) return false;
      const from = at + 2;
      const to = from + length;
      if (to + 2 > end || buffer[at] !== CR || buffer[at + 1] !== LF) return false;
      if (buffer[to] !== CR || buffer[to + 1] !== LF) return false;
      offsets[i] = from - start;
      offsets[i + 1] = to - start;
      at = to + 2;
    }
    request.argc = count;
    this.at = at;
    this.finish();
    return true;
  }

  private readCarefully(limits: ReaderLimits): boolean {
    while (this.left <= 0) {
      if (this.at === this.end) return false;
      if (this.buffer[this.at] !== STAR) {
        if (!this.readInline()) return false;
        if (this.request.argc > 0) return this.finishInline();
      } else if (!this.readCount(limits)) {
        return false;
      }
      if (this.left <= 0) this.skip();
    }
    return this.readArguments(limits);
  }

  private readArguments(limits: ReaderLimits): boolean {
    const { request } = this;
    while (this.left > 0) {
      if (this.bulkLength < 0 && !this.readBulkLength(limits)) return false;
      const from = this.at;
      const to = from + this.bulkLength;
      if (this.end < to + 2) {
        if (this.bulkLength > 32 * 1024) this.expect(this.bulkLength + 2);
        return false;
      }
      request.add(from - this.begun, to - this.begun);
      this.noteLineEnd(to);
      this.at = to + 2;
      this.bulkLength = -1;
      this.left -= 1;
    }
    this.finish();
    return true;
  }

  /** Skips an empty request or line. */
  private skip(): void {
    this.consumed += this.at - this.begun;
    this.begun = this.at;
    this.left = -1;
    this.request.isCanonical = true;
  }

  private finish(): void {
    this.isWhole = true;
    this.consumed += this.at - this.begun;
    this.locate();
  }

  /** Finishes an inline request, which has been encoded; `begun` and `at` are positions of its line. */
  private finishInline(): boolean {
    this.isWhole = true;
    this.isInline = true;
    // The reader reuses the object, so a caller that keeps the request must copy it.
    this.request.isOwn = false;
    this.consumed += this.at - this.begun;
    return true;
  }

  private locate(): void {
    const { request } = this;
    request.bytes = this.buffer;
    request.start = this.begun;
    request.end = this.at;
  }

  /** Redis skips the two bytes after a line or argument unchecked. In the replication stream they must be CR LF. */
  private noteLineEnd(at: number): void {
    if (this.buffer[at] !== CR || this.buffer[at + 1] !== LF) this.request.isCanonical = false;
  }

  /** Reads `*3\r\n`. A count of zero or less is an empty request, which is skipped. */
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
    this.noteLineEnd(lineEnd);
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
    if (lineEnd - this.begun + length > REQUEST_BYTES_MAX) {
      throw new ProtocolError('invalid bulk length');
    }
    this.noteLineEnd(lineEnd);
    this.at = lineEnd + 2;
    this.bulkLength = length;
    return true;
  }

  /** Index of the CR that ends the line at `at`; -1 if it has not arrived. */
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
    if (buffer[at] === ZERO && (negative || end - at > 1)) return undefined;
    let value = 0;
    for (; at < end; at += 1) {
      const digit = buffer[at]! - ZERO;
      if (digit < 0 || digit > 9) return undefined;
      value = value * 10 + digit;
    }
    return negative ? -value : value;
  }

  /** Reads an inline request. A NUL before the line's end hides it, as in Redis, which searches with strchr. */
  private readInline(): boolean {
    const line = this.buffer.subarray(this.at, this.end);
    const newline = line.indexOf(LF);
    const nul = line.indexOf(NUL);
    if (newline < 0 || (nul >= 0 && nul < newline)) {
      if (line.length > INLINE_BYTES_MAX) throw new ProtocolError('too big inline request');
      return false;
    }
    const stop = newline > 0 && line[newline - 1] === CR ? newline - 1 : newline;
    const words = splitArguments(line.latin1Slice(0, stop));
    if (words === undefined) throw new ProtocolError('unbalanced quotes in request');
    if (words.length > 0) this.request.encode(words);
    this.at += newline + 1;
    return true;
  }

  /** Makes room for a long bulk string at once instead of doubling, but at most 1 MB before its bytes arrive. */
  private expect(bytes: number): void {
    const missing = bytes - (this.end - this.at);
    if (missing > 0) this.own(Math.min(missing, 1024 * 1024));
  }
}
registerState('RequestReader', RequestReader);
