/**
 * One request in a buffer: its RESP bytes, and the offsets at which each argument begins and ends.
 * Strings and Buffers are made of an argument only when a handler reads it.
 *
 *   *2\r\n$3\r\nGET\r\n$1\r\nk\r\n    argc 2, offsets [8, 11, 17, 18]
 *
 * Invariant: bytes [start, end) are the complete request, and offsets are relative to `start`. `bytes`
 * may be borrowed; `copy` returns a request that may be kept.
 */

import { registerState } from '../machine/state.ts';
import { type Bytes, fromBorrowed, latin1Text } from './bytes.ts';

const EMPTY = Buffer.alloc(0);
/** Offsets of eight arguments: most requests need no more. */
const OFFSETS_INITIAL = 16;
/** An array of offsets longer than this is dropped after the request. */
const OFFSETS_KEPT_MAX = 2048;

export class Request {
  bytes: Buffer = EMPTY;
  start = 0;
  end = 0;
  /** Number of arguments, including the command's name. */
  argc = 0;
  /** For each argument: the offset of its first byte, and the offset after its last. */
  offsets: Int32Array;
  /** Whether the bytes can be copied into a replication stream: every CR LF is in its place. */
  isCanonical = true;
  /** The bytes belong to this request alone. */
  isOwn = false;

  constructor(capacity = OFFSETS_INITIAL) {
    this.offsets = new Int32Array(capacity);
  }

  /** Encodes a request with these arguments. */
  static of(args: readonly Bytes[]): Request {
    const request = new Request(2 * args.length);
    request.encode(args);
    return request;
  }

  /** Argument `index` in storage form; 0 is the command's name. */
  arg(index: number): Bytes {
    return fromBorrowed(this.bytes, this.from(index), this.to(index));
  }

  /** Argument `index` as a latin1 string. Throws LimitError above TEXT_BYTES_MAX. */
  str(index: number): string {
    return latin1Text(this.bytes, this.from(index), this.to(index));
  }

  /** The first bytes of argument `index`, at most `countMax`, as a latin1 string. */
  head(index: number, countMax: number): string {
    const from = this.from(index);
    return this.bytes.latin1Slice(from, Math.min(this.to(index), from + countMax));
  }

  /** The arguments from `index` on, in storage form. */
  argsFrom(index: number): Bytes[] {
    const args: Bytes[] = [];
    for (let at = index; at < this.argc; at += 1) args.push(this.arg(at));
    return args;
  }

  /** Index in `bytes` of the first byte of argument `index`. */
  from(index: number): number {
    return this.start + this.offsets[2 * index]!;
  }

  /** Index in `bytes` after the last byte of argument `index`. */
  to(index: number): number {
    return this.start + this.offsets[2 * index + 1]!;
  }

  /** Adds an argument; the offsets are relative to `start`. */
  add(from: number, to: number): void {
    const at = 2 * this.argc;
    if (at === this.offsets.length) this.grow();
    this.offsets[at] = from;
    this.offsets[at + 1] = to;
    this.argc += 1;
  }

  /** Makes this the request with the arguments `args`. */
  encode(args: readonly Bytes[]): void {
    const headers = args.map((arg) => `$${arg.length}\r\n`);
    const count = `*${args.length}\r\n`;
    let length = count.length;
    args.forEach((arg, index) => {
      length += headers[index]!.length + arg.length + 2;
    });
    const bytes = Buffer.alloc(length);
    let at = bytes.latin1Write(count, 0);
    this.argc = 0;
    args.forEach((arg, index) => {
      at += bytes.latin1Write(headers[index]!, at);
      const from = at;
      at += typeof arg === 'string' ? bytes.latin1Write(arg, at) : arg.copy(bytes, at);
      this.add(from, at);
      at += bytes.latin1Write('\r\n', at);
    });
    this.bytes = bytes;
    this.start = 0;
    this.end = length;
    this.isCanonical = true;
    this.isOwn = true;
  }

  /** A request that may be kept: this one if it owns its bytes, otherwise a copy. */
  copy(): Request {
    if (this.isOwn) return this;
    const copy = new Request(2 * this.argc);
    copy.offsets.set(this.offsets.subarray(0, 2 * this.argc));
    copy.argc = this.argc;
    copy.end = this.end - this.start;
    copy.bytes = Buffer.alloc(copy.end);
    this.bytes.copy(copy.bytes, 0, this.start, this.end);
    copy.isCanonical = this.isCanonical;
    copy.isOwn = true;
    return copy;
  }

  /** Drops the reference to the bytes and, if the request is `over`, an unusually long array of offsets. */
  release(over: boolean): void {
    this.bytes = EMPTY;
    if (over && this.offsets.length > OFFSETS_KEPT_MAX)
      this.offsets = new Int32Array(OFFSETS_INITIAL);
  }

  private grow(): void {
    const grown = new Int32Array(Math.max(OFFSETS_INITIAL, 2 * this.offsets.length));
    grown.set(this.offsets);
    this.offsets = grown;
  }
}
registerState('Request', Request);

/** A command to propagate: the request as received, or the arguments that replace it. */
export type Propagated = Request | readonly Bytes[];

/** Its arguments in storage form, starting with the command's name. */
export function argumentsOf(command: Propagated): readonly Bytes[] {
  return command instanceof Request ? command.argsFrom(0) : command;
}
