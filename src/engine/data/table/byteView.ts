/**
 * A range of borrowed bytes, as rows show keys and strings to their readers: one view is used for
 * many rows, so that reading makes no garbage.
 */

const NO_BYTES = Buffer.alloc(0);

export class ByteView {
  bytes: Buffer = NO_BYTES;
  start = 0;
  end = 0;

  get length(): number {
    return this.end - this.start;
  }

  /** All of a Buffer. */
  show(bytes: Buffer): void {
    this.bytes = bytes;
    this.start = 0;
    this.end = bytes.length;
  }
}
