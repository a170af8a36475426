/**
 * Describes bytes of a RESP stream in a few words: `SELECT 0; SET x 1`, `OK`, `PSYNC ? -1`. The beginning
 * of a chunk is enough. Bytes that are not RESP are described by their length. A run never depends
 * on this.
 */

const ITEMS_MAX = 3;
const WORDS_MAX = 8;
const WORD_CHARS_MAX = 48;
/** `$EOF:` with its mark of 40 characters and the line end. */
const RDB_EOF_LINE = 47;

/** The separator between commands or replies of one chunk. */
export const ITEM_SEPARATOR = '; ';

/** `bytes` is the beginning of a chunk of length `total`. */
export function describeBytes(bytes: Buffer, total: number = bytes.length): string {
  const text = bytes.latin1Slice(0, Math.min(bytes.length, 4_096));
  if (text === '') return '';
  const items: string[] = [];
  let count = 0;
  let at = 0;
  while (at < text.length) {
    const next = describeItem(text, at);
    if (next === undefined || next.end <= at) break;
    if (count < ITEMS_MAX) items.push(next.words);
    count += 1;
    at = next.end;
  }
  if (count === 0) return `${total} bytes`;
  const words = items.join(ITEM_SEPARATOR);
  if (at < text.length || total > text.length) return `${words} (and more)`;
  return count === items.length ? words : `${words} (+${count - items.length} more)`;
}

interface Item {
  readonly words: string;
  readonly end: number;
}

/** One command, reply or inline line. Its end is beyond the text when the text is incomplete. */
function describeItem(text: string, start: number): Item | undefined {
  const lineEnd = text.indexOf('\n', start);
  if (lineEnd < 0) return undefined;
  const line = text.slice(start, lineEnd).replace(/\r$/, '');
  const end = lineEnd + 1;
  switch (line[0]) {
    case '*':
      return describeArray(text, end, Number(line.slice(1)));
    case '$':
      return describeBulk(text, end, Number(line.slice(1)));
    case '+':
      return { words: line.slice(1), end };
    case '-':
      return { words: line, end };
    case ':':
      return { words: line.slice(1), end };
    default:
      return /^[\x20-\x7e]*$/.test(line) ? { words: shorten(line), end } : undefined;
  }
}

function describeArray(text: string, start: number, count: number): Item | undefined {
  if (!Number.isInteger(count)) return undefined;
  if (count < 0) return { words: '(nil)', end: start };
  const words: string[] = [];
  let at = start;
  for (let i = 0; i < count && at < text.length; i += 1) {
    const item = describeItem(text, at);
    if (item === undefined) break;
    if (i < WORDS_MAX) words.push(item.words);
    at = item.end;
  }
  if (count > words.length) words.push('…');
  return { words: count === 0 ? '(empty)' : words.join(' '), end: at };
}

function describeBulk(text: string, start: number, length: number): Item | undefined {
  if (text.startsWith('$EOF:', start - RDB_EOF_LINE))
    return { words: 'RDB of unknown length', end: start };
  if (!Number.isInteger(length)) return undefined;
  if (length < 0) return { words: '(nil)', end: start };
  const body = text.slice(start, start + length);
  if (body.startsWith('REDIS0')) return { words: `RDB of ${length} bytes`, end: start + length };
  const words = /^[\x21-\x7e]+$/.test(body) ? body : JSON.stringify(body);
  // An RDB payload is a bulk string without a final CRLF; a command follows it directly.
  const end = start + length + (text.startsWith('\r\n', start + length) ? 2 : 0);
  return { words: shorten(words), end };
}

function shorten(words: string): string {
  return words.length <= WORD_CHARS_MAX ? words : `${words.slice(0, WORD_CHARS_MAX - 1)}…`;
}
