/**
 * Received bytes that have not been read yet, for readers that parse in place. A chunk is borrowed
 * until `settle`, which copies only the bytes that are left.
 *
 * Invariant: bytes [at, end) of `buffer` are unread; bytes [keptFrom, end) are still needed.
 */

const EMPTY = Buffer.alloc(0);
/** A growing buffer gets at most this much spare room. */
const SPARE_BYTES_MAX = 256 * 1024 * 1024;

export abstract class InputBuffer {
  protected buffer: Buffer = EMPTY;
  protected at = 0;
  protected end = 0;
  /** True while `buffer` belongs to the caller of `feed`. */
  private borrowed = false;

  /** The first byte that must be kept. A reader that reads in place overrides it: the start of what is being read. */
  protected get keptFrom(): number {
    return this.at;
  }

  /** Adds a chunk. It is borrowed until `settle`, unless earlier bytes are still needed. */
  feed(chunk: Buffer): void {
    if (this.keptFrom === this.end) {
      this.moved(this.end);
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

  /** Copies the needed bytes of a borrowed chunk, if there are any, and drops the chunk. */
  settle(): void {
    if (this.keptFrom === this.end) {
      this.moved(this.end);
      this.buffer = EMPTY;
      this.at = 0;
      this.end = 0;
      this.borrowed = false;
    } else if (this.borrowed) {
      this.own(0);
    }
  }

  /** Clears the memory of bytes that are no longer needed. */
  clearRest(): void {
    this.buffer.fill(0, 0, this.keptFrom);
    this.buffer.fill(0, this.end);
  }

  /** Called when all positions in the buffer have decreased by `bytes`. */
  protected moved(_bytes: number): void {}

  /** Makes the buffer this reader's own, with room for `extra` more bytes. */
  protected own(extra: number): void {
    const first = this.keptFrom;
    const kept = this.end - first;
    const needed = kept + extra;
    if (!this.borrowed && this.end + extra <= this.buffer.length) return;
    const roomy = Math.max(needed, Math.min(2 * kept, needed + SPARE_BYTES_MAX));
    // Not allocUnsafe: a digest of the state covers the whole buffer, and equal runs need equal digests.
    const target =
      !this.borrowed && needed <= this.buffer.length
        ? this.buffer
        : Buffer.alloc(extra === 0 ? needed : roomy);
    this.buffer.copy(target, 0, first, this.end);
    this.buffer = target;
    this.at -= first;
    this.end = kept;
    this.borrowed = false;
    this.moved(first);
  }
}
