/**
 * Reads RESP: one command, reply or line at a time. A frame says what stands there, not what it means.
 *
 * Invariant: a frame whose end is a number ends there, whether or not all of its bytes are known: the
 * length of a bulk string is enough to pass over it.
 */

import { firstParts } from '../../engine/resp/words.ts';
import { CUT, LOST, type Pieces } from './pieces.ts';

/** How bytes are read. They are commands, or replies, or what a master sends to a replica. */
export type Dialect =
  | 'commands'
  | 'replies'
  /** Answers to PSYNC, an RDB payload, and the replication stream. */
  | 'stream'
  /** As `stream`, after the replica's first REPLCONF ACK: the RDB payload is over. */
  | 'acknowledged'
  /** To the end that opened the connection; what it has sent before is not known. */
  | 'unknown';

export type Frame =
  | {
      readonly type: 'status' | 'error' | 'integer' | 'scalar' | 'inline';
      readonly text: string;
    }
  /** An empty line. */
  | { readonly type: 'newline' }
  | { readonly type: 'nil' }
  /** `text` is its known beginning, at most TEXT_MAX. */
  | { readonly type: 'bulk'; readonly text: string; readonly length: number }
  /** `start` is the position of its first byte after the length. No length: it ends with a mark. */
  | { readonly type: 'rdb'; readonly start: number; readonly length: number | undefined }
  /** `items` are the first ones, at most ITEMS_MAX. `isPush`: RESP3's push, no reply. */
  | {
      readonly type: 'array';
      readonly count: number;
      readonly items: readonly Frame[];
      readonly isPush: boolean;
    }
  /** Its first line has not come to its end. */
  | { readonly type: 'beginning'; readonly text: string };

/** CUT: it ends in a later chunk. LOST: it ends where bytes are not known. */
type End = number | typeof CUT | typeof LOST;

export interface PlacedFrame {
  readonly frame: Frame;
  readonly end: End;
  /** How far it could be followed. */
  readonly reached: number;
}

/** Keys, channels and hellos are shorter; of a longer text the beginning is enough. */
const TEXT_MAX = 512;
const ITEMS_MAX = 64;
const DEPTH_MAX = 8;
const LINE_MAX = 512;
/** The mark behind `$EOF:` that ends an RDB payload of unknown length. */
const RDB_MARK_LENGTH = 40;

const NUMBER = /^-?\d{1,15}$/;
const PRINTABLE = /^[\t\x20-\x7e]*$/;
/** The first bytes of a dump. */
const RDB_MAGIC = 'REDIS0';

/** The frame at a position; undefined where no message begins or bytes are not known. */
export function readFrame(
  pieces: Pieces,
  at: number,
  dialect: Dialect,
  depth = 0,
): PlacedFrame | undefined {
  const line = pieces.line(at);
  if (line === LOST) return undefined;
  if (line === CUT) {
    const [text = ''] = firstParts(pieces.text(at, LINE_MAX), '\r', 1);
    const frame: Frame = { type: 'beginning', text };
    return PRINTABLE.test(text) ? { frame, end: CUT, reached: at } : undefined;
  }
  const { text, end } = line;
  if (dialect === 'commands' && depth === 0 && text[0] !== '*') return readInline(text, end);
  const rest = text.slice(1, 1 + LINE_MAX);
  switch (text[0]) {
    case '*':
    case '~':
    case '>':
    case '%':
      return readArray(pieces, end, text, dialect, depth);
    case '$':
    case '=':
    case '!':
      return readBulk(pieces, end, rest, dialect, depth);
    case '+':
      return whole({ type: 'status', text: rest }, end);
    case '-':
      return whole({ type: 'error', text: rest }, end);
    case ':':
      return whole({ type: 'integer', text: rest }, end);
    case ',':
    case '#':
    case '(':
      return whole({ type: 'scalar', text: rest }, end);
    case '_':
      return whole({ type: 'nil' }, end);
    default:
      return readInline(text, end);
  }
}

function whole(frame: Frame, end: number): PlacedFrame {
  return { frame, end, reached: end };
}

function readInline(text: string, end: number): PlacedFrame | undefined {
  if (text === '') return whole({ type: 'newline' }, end);
  const shown = text.slice(0, LINE_MAX);
  return PRINTABLE.test(shown) ? whole({ type: 'inline', text: shown }, end) : undefined;
}

function readArray(
  pieces: Pieces,
  start: number,
  header: string,
  dialect: Dialect,
  depth: number,
): PlacedFrame | undefined {
  const [type, digits] = [header[0]!, header.slice(1)];
  if (!NUMBER.test(digits) || depth > DEPTH_MAX) return undefined;
  const number = Number(digits);
  if (number < 0) return whole({ type: 'nil' }, start);
  const count = type === '%' ? 2 * number : number;
  const items: Frame[] = [];
  let end: End = start;
  let reached = start;
  for (let i = 0; i < count && typeof end === 'number'; i += 1) {
    const item: PlacedFrame | undefined = readFrame(pieces, end, dialect, depth + 1);
    end = item?.end ?? LOST;
    reached = item?.reached ?? reached;
    const isKnown = item !== undefined && item.frame.type !== 'beginning';
    if (isKnown && items.length < ITEMS_MAX) items.push(item.frame);
    // A bulk string that ends beyond the last chunk: so does all that it is part of.
    if (typeof end === 'number' && end > pieces.length) end = CUT;
  }
  return { frame: { type: 'array', count, items, isPush: type === '>' }, end, reached };
}

function readBulk(
  pieces: Pieces,
  start: number,
  digits: string,
  dialect: Dialect,
  depth: number,
): PlacedFrame | undefined {
  if (digits.startsWith('EOF:')) return readMarked(pieces, start, digits, dialect);
  if (!NUMBER.test(digits)) return undefined;
  const length = Number(digits);
  if (length < 0) return whole({ type: 'nil' }, start);
  const text = pieces.text(start, Math.min(length, TEXT_MAX));
  const isOfMaster = dialect === 'stream' || dialect === 'acknowledged';
  if (depth === 0 && (isOfMaster || (dialect === 'unknown' && text.startsWith(RDB_MAGIC)))) {
    // An RDB payload has no line end; a command follows it directly.
    return whole({ type: 'rdb', start, length }, start + length);
  }
  return whole({ type: 'bulk', text, length }, start + length + 2);
}

/** An RDB payload between two marks. */
function readMarked(
  pieces: Pieces,
  start: number,
  digits: string,
  dialect: Dialect,
): PlacedFrame | undefined {
  const mark = digits.slice('EOF:'.length);
  if (mark.length !== RDB_MARK_LENGTH || dialect === 'replies') return undefined;
  const found = pieces.find(mark, start);
  const goesOn = dialect === 'acknowledged' ? LOST : CUT;
  const end = found === undefined ? goesOn : found + RDB_MARK_LENGTH;
  return { frame: { type: 'rdb', start, length: undefined }, end, reached: start };
}
