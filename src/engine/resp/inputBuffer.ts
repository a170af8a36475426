/**
 * Bytes that have come in and are not read yet, for readers that parse in place. A chunk is borrowed
 * until `settle`; only what is left over then is copied.
 *
 * Invariant: bytes [at, end) of `buffer` are unread.
 */

const EMPTY = Buffer.alloc(0);

export abstract class InputBuffer {
  protected buffer: Buffer = EMPTY;
  protected at = 0;
  protected end = 0;
  /** True while `buffer` belongs to somebody else. */
  private borrowed = false;

  /** Adds a chunk; it is not copied before `settle`. */
  feed(chunk: Buffer): void {
    if (this.at === this.end) {
      this.buffer = chunk;
      this.at = 0;
      this.end = chunk.length;
      this.borrowed = true;
      return;
    }
    this.own(chunk.length);
    chunk.copy(this.buffer, this.end);
    this.end += chunk.length;
  }

  /** Keeps nothing borrowed. */
  settle(): void {
    if (this.at === this.end) {
      this.buffer = EMPTY;
      this.at = 0;
      this.end = 0;
      this.borrowed = false;
    } else if (this.borrowed) {
      this.own(0);
    }
  }

  /** Makes the buffer this reader's own, with room for `extra` more bytes. */
  protected own(extra: number): void {
    const unread = this.end - this.at;
    const needed = unread + extra;
    if (!this.borrowed && this.end + extra <= this.buffer.length) return;
    // Not allocUnsafe: digests of the state read a buffer whole, and equal runs must have equal ones.
    const target =
      !this.borrowed && needed <= this.buffer.length
        ? this.buffer
        : Buffer.alloc(extra === 0 ? needed : Math.max(needed, 2 * unread));
    this.buffer.copy(target, 0, this.at, this.end);
    this.buffer = target;
    this.at = 0;
    this.end = unread;
    this.borrowed = false;
  }
}
