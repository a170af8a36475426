/** The words of a line with their places: of an inline command, of a configuration file. */

import { splitArguments } from '../../engine/resp/splitArguments.ts';

interface LineWord {
  /** Where it begins and ends in the line, quotes included. */
  readonly start: number;
  readonly end: number;
  /** Without quotes and escapes. */
  readonly text: string;
}

/**
 * The words as splitArguments reads them. A word whose quotes are not closed goes to the end of the line.
 */
export function lineWords(line: string): LineWord[] {
  const words: LineWord[] = [];
  for (let at = 0; at < line.length; ) {
    if (isBlank(line, at)) {
      at += 1;
      continue;
    }
    const end = endOfWord(line, at);
    const raw = line.slice(at, end);
    words.push({ start: at, end, text: splitArguments(raw)?.[0] ?? raw });
    at = end;
  }
  return words;
}

/**
 * A word that reads as `text` and is as long as `raw`, whose text has the same length. `text` has
 * printable characters without quotes, backslashes and blanks, and no small letters, which mean something
 * else behind a backslash.
 */
export function rewritten(raw: string, text: string): string {
  let result = '';
  let quote = '';
  let used = 0;
  for (let at = 0; at < raw.length; ) {
    const c = raw[at]!;
    const isQuote = quote === '' ? c === '"' || c === "'" : c === quote;
    if (isQuote) {
      quote = quote === '' ? c : '';
      result += '"';
      at += 1;
      continue;
    }
    const width = quote === '' ? 1 : widthOf(raw, at, quote);
    result += written(text[used] ?? '*', width);
    used += 1;
    at += width;
  }
  return result;
}

/** How many characters stand for one in quotes. */
function widthOf(raw: string, at: number, quote: string): number {
  if (raw[at] !== '\\' || at + 1 === raw.length) return 1;
  if (quote === "'") return raw[at + 1] === "'" ? 2 : 1;
  return /^\\x[0-9a-f]{2}/i.test(raw.slice(at, at + 4)) && raw[at + 1] === 'x' ? 4 : 2;
}

function written(c: string, width: number): string {
  if (width === 1) return c;
  return width === 2 ? `\\${c}` : `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

function endOfWord(line: string, start: number): number {
  let quote = '';
  let at = start;
  for (; at < line.length; at += 1) {
    const c = line[at]!;
    if (quote === '') {
      if (isBlank(line, at)) return at;
      if (c === '"' || c === "'") quote = c;
      continue;
    }
    if (c === '\\') at += widthOf(line, at, quote) - 1;
    else if (c === quote) return at + 1;
  }
  return line.length;
}

function isBlank(line: string, at: number): boolean {
  const code = line.charCodeAt(at);
  return code === 32 || (code >= 9 && code <= 13);
}
