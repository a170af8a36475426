/**
 * Reads what a master sends before its stream begins: lines, then raw bytes. The rest is
 * left for the next reader.
 *
 * Invariant: `rest` is this reader's own between events; nothing borrowed is kept.
 */

import { registerState } from '../machine/state.ts';

/** A longer line is taken as it is up to here: the master is none. */
const LINE_BYTES_MAX = 1024;
const LF = 10;
const CR = 13;
const EMPTY = Buffer.alloc(0);

export class LineReader {
  private rest: Buffer = EMPTY;

  /** Adds a chunk; it is borrowed until `settle`. */
  feed(chunk: Buffer): void {
    this.rest = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
  }

  /** The next line without its CR LF; undefined while it is incomplete. */
  line(): string | undefined {
    let end = this.rest.subarray(0, LINE_BYTES_MAX).indexOf(LF);
    if (end < 0) {
      if (this.rest.length < LINE_BYTES_MAX) return undefined;
      end = LINE_BYTES_MAX - 1;
    }
    const stop = end > 0 && this.rest[end - 1] === CR ? end - 1 : end;
    const text = this.rest.latin1Slice(0, stop);
    this.rest = this.rest.subarray(end + 1);
    return text;
  }

  /** The bytes received so far, at most `countMax` of them; borrowed. */
  take(countMax = Number.POSITIVE_INFINITY): Buffer {
    const taken = this.rest.subarray(0, countMax);
    this.rest = this.rest.subarray(taken.length);
    return taken;
  }

  get length(): number {
    return this.rest.length;
  }

  /** Ends an event. */
  settle(): void {
    this.rest = this.rest.length === 0 ? EMPTY : Buffer.from(this.rest);
  }
}
registerState('LineReader', LineReader);
