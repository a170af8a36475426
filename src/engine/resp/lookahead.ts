/**
 * The first arguments of requests that a client has sent but that have not been read yet: usually
 * their keys.
 *
 * Invariant: argument `i` is bytes [bounds[2i], bounds[2i + 1]) of `bytes`, inside the buffer.
 */

const EMPTY = Buffer.alloc(0);
/** Beyond this, what was loaded for the last requests would displace what was loaded for the first. */
export const LOOKAHEAD_MAX = 32;

export class Lookahead {
  bytes: Buffer = EMPTY;
  count = 0;
  readonly bounds = new Int32Array(2 * LOOKAHEAD_MAX);

  get hasRoom(): boolean {
    return this.count < LOOKAHEAD_MAX;
  }

  begin(bytes: Buffer): void {
    this.bytes = bytes;
    this.count = 0;
  }

  add(start: number, end: number): void {
    this.bounds[2 * this.count] = start;
    this.bounds[2 * this.count + 1] = end;
    this.count += 1;
  }

  /** Drops the reference to the bytes, which are borrowed. */
  release(): void {
    this.bytes = EMPTY;
  }
}
