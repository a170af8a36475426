/**
 * Which frames a chunk consists of. Connections are divided into chunks anywhere, so what a chunk means
 * may depend on earlier ones: reading begins as far back as it must, and no further.
 *
 * Invariant: the result depends on the trace alone, never on what was decoded before.
 */

import { type Dialect, type Frame, type PlacedFrame, readFrame } from './frames.ts';
import { CUT, LOST, Pieces } from './pieces.ts';
import { areWholeMessages } from './wholeMessages.ts';

/** Bytes that have arrived, or will arrive, at an end of a connection. */
export interface Chunk {
  /** The beginning of the bytes. */
  readonly bytes: Buffer;
  readonly length: number;
  /** The event that sent them; 0 for input from outside. */
  readonly cause: number;
  /** They travel to the end that has opened the connection. */
  readonly isReply: boolean;
  /** The event before it that brought bytes to the same end; 0 if there is none. */
  readonly previous: number;
  /** The last event before it was sent that had brought bytes to its sender; 0 if there is none. */
  readonly opposite: number;
}

/** The trace. */
export interface ChunkSource {
  /** The chunk of an event; undefined when it is not held, or brought no bytes. */
  chunk(seq: number): Chunk | undefined;
}

/** A frame in the chunk that is looked at, or the part of one. Positions count from that chunk's first byte. */
export interface ChunkFrame {
  /** Undefined for bytes of which nothing is known but their number. */
  readonly frame: Frame | undefined;
  /** Negative for a frame that began in an earlier chunk. */
  readonly start: number;
  /** Its end in this chunk. */
  readonly end: number;
  /** It ends in this chunk. */
  readonly isWhole: boolean;
  /** Where an RDB payload begins; 0 for other frames. */
  readonly payloadStart: number;
}

/** As many chunks before the one looked at are read in any case: a message is rarely cut more often. */
const CHUNKS_MIN = 3;
/** Limits of the search for a chunk from which reading can begin. The second is for chunks that look like messages. */
const CHUNKS_MAX = 4_096;
const MESSAGES_MAX = 16;

/** How a message begins. A part of a dump looks so once in some hundred chunks. */
const MESSAGE = /^(?:[*$:%~>=!(,][\d-]|[+-][A-Za-z]|_\r|#[tf])/;
/** A chunk that is one line: an inline command. */
const INLINE = /^[\x20-\x7e]+\r?\n$/;
const COMMAND_HEADER = /\r\n(?=\*\d+\r\n)/;

/** The frames of a chunk, in order; they cover all of its bytes. */
export function framesOf(source: ChunkSource, chunk: Chunk, dialect: Dialect): ChunkFrame[] {
  const window = windowOf(source, chunk);
  const pieces = new Pieces();
  for (const { bytes, length } of window.chunks) pieces.add(bytes, length);
  return read(pieces, dialect, window.isSure);
}

interface Window {
  /** Oldest first; the last one is the chunk that is looked at. */
  readonly chunks: readonly Chunk[];
  /** A message begins with the first of them. */
  readonly isSure: boolean;
}

/** The chunk with as many before it as are needed to read it. */
export function windowOf(source: ChunkSource, last: Chunk): Window {
  const chunks = [last];
  let messages = 0;
  let areAllClean = true;
  for (let at = last; ; ) {
    if (at.previous === 0) return { chunks: chunks.reverse(), isSure: true };
    const before = source.chunk(at.previous);
    if (before === undefined || chunks.length === CHUNKS_MAX || messages === MESSAGES_MAX) {
      return { chunks: chunks.reverse(), isSure: false };
    }
    const isClean = areWholeMessages(before.bytes, before.length);
    areAllClean &&= isClean;
    if (isClean && chunks.length >= CHUNKS_MIN) {
      // Reading from the first of them would find no message that goes on in the last one.
      return { chunks: areAllClean ? [last] : chunks.reverse(), isSure: true };
    }
    if (MESSAGE.test(before.bytes.toString('latin1', 0, 2))) messages += 1;
    chunks.push(before);
    at = before;
  }
}

function read(pieces: Pieces, dialect: Dialect, isSure: boolean): ChunkFrame[] {
  const origin = pieces.chunkStarts.at(-1)!;
  const found: ChunkFrame[] = [];
  const add = (frame: Frame | undefined, start: number, end: number, isWhole: boolean): void => {
    if (end <= origin) return;
    const from = frame === undefined ? Math.max(start, origin) : start;
    const payloadStart = frame?.type === 'rdb' ? frame.start - origin : 0;
    const to = Math.min(end, pieces.length) - origin;
    found.push({ frame, start: from - origin, end: to, isWhole, payloadStart });
  };
  let at = isSure ? 0 : resume(pieces, 0, dialect, add);
  while (at < pieces.length) {
    const placed = readFrame(pieces, at, dialect);
    const end = endOf(placed, pieces, at);
    if (placed === undefined) {
      add(undefined, at, end, true);
      at = resume(pieces, end, dialect, add);
      continue;
    }
    const isWhole = placed.end !== CUT && end <= pieces.length;
    add(placed.frame, at, end, isWhole);
    at = placed.end === LOST ? resume(pieces, end, dialect, add) : end;
  }
  return found;
}

/** A frame that cannot be followed to its end is taken to end with its chunk. */
function endOf(placed: PlacedFrame | undefined, pieces: Pieces, at: number): number {
  if (placed === undefined) return pieces.nextChunk(at);
  if (placed.end === LOST) return pieces.nextChunk(placed.reached);
  return placed.end === CUT ? pieces.length : placed.end;
}

/**
 * Where reading continues at the beginning of a chunk of which it is not known whether a message begins
 * there: at once if it looks so, otherwise at the first command in the chunk, or with the next chunk.
 */
function resume(
  pieces: Pieces,
  start: number,
  dialect: Dialect,
  add: (frame: undefined, start: number, end: number, isWhole: boolean) => void,
): number {
  const takesLines = dialect === 'commands' || dialect === 'replies';
  let at = start;
  while (at < pieces.length) {
    const next = pieces.nextChunk(at);
    const text = pieces.text(at, next - at);
    if (MESSAGE.test(text) || (takesLines && INLINE.test(text))) return at;
    const header = COMMAND_HEADER.exec(text);
    const to = header === null ? next : at + header.index + 2;
    add(undefined, at, to, false);
    at = to;
  }
  return at;
}
