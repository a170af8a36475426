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
  /** Known bytes without a gap between them, as latin1 text, and where each such text begins. */
  private readonly texts: string[] = [];
  private readonly textStarts: number[] = [];

  /** Adds a chunk of `length` bytes that begins with `bytes`. */
  add(bytes: Buffer, length: number): void {
    const known = bytes.latin1Slice(0, Math.min(bytes.length, READ_BYTES_MAX));
    const last = this.texts.length - 1;
    if (last >= 0 && this.endOfText(last) === this.length) {
      this.texts[last] += known;
    } else {
      this.texts.push(known);
      this.textStarts.push(this.length);
    }
    this.chunkStarts.push(this.length);
    this.length += length;
  }

  /** The line that begins at a position. */
  line(at: number): Line | typeof CUT | typeof LOST {
    const index = this.indexAt(at);
    if (index === undefined) return at >= this.length ? CUT : LOST;
    const text = this.texts[index]!;
    const from = at - this.textStarts[index]!;
    const newline = text.indexOf('\n', from);
    if (newline < 0) return this.endOfText(index) === this.length ? CUT : LOST;
    const to = newline > from && text[newline - 1] === '\r' ? newline - 1 : newline;
    return { text: text.slice(from, to), end: this.textStarts[index]! + newline + 1 };
  }

  /** The known beginning of the `length` bytes at a position. */
  text(at: number, length: number): string {
    const index = this.indexAt(at);
    if (index === undefined) return '';
    const from = at - this.textStarts[index]!;
    return this.texts[index]!.slice(from, from + length);
  }

  /** The position of `mark` at or after `at`, without a gap in between; undefined if it is not there. */
  find(mark: string, at: number): number | undefined {
    const index = this.indexAt(at);
    if (index === undefined) return undefined;
    const found = this.texts[index]!.indexOf(mark, at - this.textStarts[index]!);
    return found < 0 ? undefined : this.textStarts[index]! + found;
  }

  /** The beginning of the first chunk after a position; the end of all if there is none. */
  nextChunk(at: number): number {
    return this.chunkStarts.find((start) => start > at) ?? this.length;
  }

  private endOfText(index: number): number {
    return this.textStarts[index]! + this.texts[index]!.length;
  }

  /** The text that has the byte at a position. */
  private indexAt(at: number): number | undefined {
    for (let index = this.texts.length - 1; index >= 0; index -= 1) {
      if (this.textStarts[index]! <= at) return at < this.endOfText(index) ? index : undefined;
    }
    return undefined;
  }
}
