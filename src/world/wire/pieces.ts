/**
 * The bytes of successive chunks of one direction of a connection, as far as they are known: the trace
 * keeps the beginning of a chunk, so there may be gaps.
 *
 * Invariant: positions count the bytes of all chunks, known or not, from the first chunk on.
 */

/** How much of one chunk is read. The trace keeps less; an event that has not happened yet has it all. */
const READ_BYTES_MAX = 4_096;

/** The bytes asked for come with a later chunk. */
export const CUT = 'cut';
/** The bytes asked for are not known, or are no message. */
export const LOST = 'lost';

interface Line {
  /** Without its line end. */
  readonly text: string;
  /** The position after its line end. */
  readonly end: number;
}

export class Pieces {
  /** The number of bytes, gaps included. */
  length = 0;
  /** Where each chunk begins. */
  readonly chunkStarts: number[] = [];
  /** Known bytes without a gap between them, and where such bytes begin and end. */
  private readonly known: Buffer[][] = [];
  private readonly starts: number[] = [];
  private readonly ends: number[] = [];
  /** The same bytes as latin1 text, as far as they were asked for. */
  private readonly texts: (string | undefined)[] = [];

  /** Adds a chunk of `length` bytes that begins with `bytes`. */
  add(bytes: Buffer, length: number): void {
    const read = bytes.subarray(0, READ_BYTES_MAX);
    const last = this.known.length - 1;
    if (last >= 0 && this.ends[last] === this.length) {
      this.known[last]!.push(read);
      this.ends[last]! += read.length;
    } else {
      this.known.push([read]);
      this.starts.push(this.length);
      this.ends.push(this.length + read.length);
      this.texts.push(undefined);
    }
    this.chunkStarts.push(this.length);
    this.length += length;
  }

  /** The line that begins at a position. */
  line(at: number): Line | typeof CUT | typeof LOST {
    const index = this.indexAt(at);
    if (index === undefined) return at >= this.length ? CUT : LOST;
    const text = this.textOf(index);
    const from = at - this.starts[index]!;
    const newline = text.indexOf('\n', from);
    if (newline < 0) return this.ends[index] === this.length ? CUT : LOST;
    const to = newline > from && text[newline - 1] === '\r' ? newline - 1 : newline;
    return { text: text.slice(from, to), end: this.starts[index]! + newline + 1 };
  }

  /** The known beginning of the `length` bytes at a position. */
  text(at: number, length: number): string {
    const index = this.indexAt(at);
    if (index === undefined) return '';
    const from = at - this.starts[index]!;
    return this.textOf(index).slice(from, from + length);
  }

  /** The position of `mark` at or after `at`, without a gap in between; undefined if it is not there. */
  find(mark: string, at: number): number | undefined {
    const index = this.indexAt(at);
    if (index === undefined) return undefined;
    const found = this.textOf(index).indexOf(mark, at - this.starts[index]!);
    return found < 0 ? undefined : this.starts[index]! + found;
  }

  /** The beginning of the first chunk after a position; the end of all if there is none. */
  nextChunk(at: number): number {
    return this.chunkStarts.find((start) => start > at) ?? this.length;
  }

  private textOf(index: number): string {
    const text = this.texts[index] ?? Buffer.concat(this.known[index]!).latin1Slice();
    this.texts[index] = text;
    return text;
  }

  /** The index of the known bytes that have a position among them. */
  private indexAt(at: number): number | undefined {
    for (let index = this.known.length - 1; index >= 0; index -= 1) {
      if (this.starts[index]! <= at) return at < this.ends[index]! ? index : undefined;
    }
    return undefined;
  }
}
