/**
 * Bytes being written, as a list of parts. Short values are gathered in blocks; a long run of bytes is a
 * part of its own, without a copy.
 */

const BLOCK_BYTES = 64 * 1024;
/** From this length on, copying costs more than another part. */
const OWN_PART_BYTES = 4 * 1024;
const VARINT_BYTES_MAX = 8;

export class ByteWriter {
  private parts: Buffer[] = [];
  private block: Buffer = Buffer.alloc(0);
  /** The first byte of the block that is in no part. */
  private start = 0;
  private at = 0;

  u8(value: number): void {
    this.reserve(1);
    this.block[this.at] = value;
    this.at += 1;
  }

  u32(value: number): void {
    this.reserve(4);
    this.at = this.block.writeUInt32LE(value, this.at);
  }

  /** An integer of so many bytes, at most six. */
  integer(value: number, byteCount: number): void {
    this.reserve(byteCount);
    this.at = this.block.writeUIntLE(value, this.at, byteCount);
  }

  double(value: number): void {
    this.reserve(8);
    this.at = this.block.writeDoubleLE(value, this.at);
  }

  /** A non-negative integer up to 2^53 - 1: seven bits a byte, the lowest first. */
  varint(value: number): void {
    this.reserve(VARINT_BYTES_MAX);
    let rest = value;
    while (rest >= 128) {
      this.block[this.at] = (rest % 128) | 128;
      this.at += 1;
      rest = Math.floor(rest / 128);
    }
    this.block[this.at] = rest;
    this.at += 1;
  }

  latin1(text: string): void {
    this.text(text, text.length, 'latin1');
  }

  utf16(text: string): void {
    this.text(text, 2 * text.length, 'utf16le');
  }

  /** The bytes of a view, which must not change until the parts have been used. */
  bytes(view: ArrayBufferView): void {
    const { byteLength } = view;
    const bytes = Buffer.from(view.buffer as ArrayBuffer, view.byteOffset, byteLength);
    if (byteLength >= OWN_PART_BYTES) {
      this.finishPart();
      this.parts.push(bytes);
      return;
    }
    this.reserve(byteLength);
    bytes.copy(this.block, this.at);
    this.at += byteLength;
  }

  /** Returns what was written since the last call. */
  take(): Buffer[] {
    this.finishPart();
    const { parts } = this;
    this.parts = [];
    return parts;
  }

  private text(text: string, byteLength: number, encoding: 'latin1' | 'utf16le'): void {
    if (byteLength >= OWN_PART_BYTES) {
      this.bytes(Buffer.from(text, encoding));
      return;
    }
    this.reserve(byteLength);
    this.at += this.block.write(text, this.at, encoding);
  }

  private reserve(count: number): void {
    if (this.at + count <= this.block.length) return;
    this.finishPart();
    this.block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
    this.start = 0;
    this.at = 0;
  }

  private finishPart(): void {
    if (this.at > this.start) this.parts.push(this.block.subarray(this.start, this.at));
    this.start = this.at;
  }
}
