/**
 * A range of borrowed bytes, through which rows show keys and strings. A view is reused for many rows,
 * so reading makes no garbage.
 */

const NO_BYTES = Buffer.alloc(0);

export class ByteView {
  bytes: Buffer = NO_BYTES;
  start = 0;
  end = 0;

  get length(): number {
    return this.end - this.start;
  }

  /** Shows `bytes[start..end)`, by default all of them. */
  show(bytes: Buffer, start = 0, end = bytes.length): void {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
  }

  /** The bytes as a latin1 string. */
  text(): string {
    return this.bytes.latin1Slice(this.start, this.end);
  }
}
