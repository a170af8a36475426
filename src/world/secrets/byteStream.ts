/**
 * The bytes of one direction of a connection, in chunks that are not copied. Of some chunks only the
 * beginning is known.
 *
 * Invariant: positions count all bytes from the first chunk on, known or not.
 */

const LF = 10;
/** No line that is looked at is longer. */
export const LINE_BYTES_MAX = 64 * 1024;

export class ByteStream {
  /** The number of bytes. */
  length = 0;
  private readonly chunks: Buffer[] = [];
  private readonly starts: number[] = [];
  /** The chunk found last: positions mostly grow. */
  private last = 0;

  /** Adds a chunk of `length` bytes that begins with `bytes`. */
  add(bytes: Buffer, length: number = bytes.length): void {
    this.chunks.push(bytes);
    this.starts.push(this.length);
    this.length += length;
  }

  /** The byte at a position; -1 if it is not known, or behind the end. */
  at(position: number): number {
    const index = this.indexOf(position);
    return index < 0 ? -1 : (this.chunks[index]![position - this.starts[index]!] ?? -1);
  }

  /** The position of the next line feed; -1 if a byte before is not known, or the line is too long. */
  lineFeed(from: number): number {
    const last = Math.min(this.length, from + LINE_BYTES_MAX);
    for (let at = from; at < last; ) {
      const index = this.indexOf(at);
      if (index < 0) return -1;
      const [chunk, start] = [this.chunks[index]!, this.starts[index]!];
      const found = chunk.indexOf(LF, at - start);
      if (found >= 0) return start + found;
      const end = start + chunk.length;
      if (end !== (this.starts[index + 1] ?? this.length)) return -1;
      at = end;
    }
    return -1;
  }

  /** The text from one position to another as latin1, as far as it is known without a gap. */
  text(from: number, to: number): string {
    let text = '';
    for (let at = from; at < to; ) {
      const index = this.indexOf(at);
      if (index < 0) break;
      const [chunk, start] = [this.chunks[index]!, this.starts[index]!];
      if (at - start >= chunk.length) break;
      text += chunk.latin1Slice(at - start, Math.min(chunk.length, to - start));
      at = start + chunk.length;
    }
    return text;
  }

  /** Writes over the known ones of the bytes at a position; their number does not change. */
  overwrite(position: number, text: string): void {
    for (let used = 0; used < text.length; ) {
      const index = this.indexOf(position + used);
      if (index < 0) return;
      const chunk = this.chunks[index]!;
      const offset = position + used - this.starts[index]!;
      const end = (this.starts[index + 1] ?? this.length) - this.starts[index]!;
      const part = text.slice(used, used + end - offset);
      if (offset < chunk.length) chunk.latin1Write(part, offset);
      used += part.length;
    }
  }

  /** Where the chunk behind the one of a position begins. */
  nextChunk(position: number): number {
    const index = this.indexOf(position);
    return index < 0 ? this.length : (this.starts[index + 1] ?? this.length);
  }

  private indexOf(position: number): number {
    if (position < 0 || position >= this.length) return -1;
    const { starts } = this;
    let low = this.last;
    if (starts[low]! > position) low = 0;
    // Mostly it is the same chunk or the next one.
    if ((starts[low + 1] ?? this.length) <= position) {
      let high = starts.length;
      while (high - low > 1) {
        const middle = (low + high) >> 1;
        if (starts[middle]! <= position) low = middle;
        else high = middle;
      }
    }
    this.last = low;
    return low;
  }
}
