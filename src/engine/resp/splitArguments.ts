/**
 * Splits a line into arguments as Redis splits inline commands and configuration lines (sdssplitargs).
 * "Double quotes" allow the escapes \n \r \t \b \a \\ \" \xHH, 'single quotes' only \'. A word ends at
 * a space, tab, CR or LF. Between words and after a closing quote, vertical tab and form feed are
 * blanks, too. A NUL ends the line.
 */

import { rewriteCharacters } from './words.ts';

/** A longer line is refused. */
const LINE_LENGTH_MAX = 1024 * 1024;

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\x07' };

/**
 * The arguments as latin1 strings; undefined if quotes are unbalanced, if a closing quote does not end
 * its word, or if the line is longer than 1 MB.
 */
export function splitArguments(whole: string): string[] | undefined {
  if (whole.length > LINE_LENGTH_MAX) return undefined;
  const nul = whole.indexOf('\0');
  const line = nul < 0 ? whole : whole.slice(0, nul);
  const words: string[] = [];
  let at = 0;
  for (;;) {
    while (at < line.length && isBlank(line, at)) at += 1;
    if (at >= line.length) return words;
    const word = readWord(line, at);
    if (word === undefined) return undefined;
    words.push(word.text);
    at = word.end;
  }
}

/** The word in a form that splitArguments accepts: in quotes if necessary (as sdscatrepr). */
export function quoteArgument(text: string): string {
  if (text !== '' && /^[!#-&(-[\]-~]+$/.test(text)) return text;
  return representation(text);
}

/** The text in double quotes with all unprintable characters escaped (sdscatrepr). */
export function representation(text: string): string {
  const escaped = rewriteCharacters(text, /["\\\n\r\t\x07\b]|[^ -~]/g, (c) => {
    if (c === '"' || c === '\\') return `\\${c}`;
    const name = Object.keys(ESCAPES).find((key) => ESCAPES[key] === c);
    if (name !== undefined) return `\\${name}`;
    return `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
  return `"${escaped}"`;
}

function isBlank(line: string, at: number): boolean {
  const code = line.charCodeAt(at);
  return code === 32 || (code >= 9 && code <= 13);
}

function endsWord(line: string, at: number): boolean {
  const code = line.charCodeAt(at);
  return code === 32 || code === 9 || code === 10 || code === 13;
}

function readWord(line: string, start: number): { text: string; end: number } | undefined {
  let text = '';
  let at = start;
  while (at < line.length && !endsWord(line, at)) {
    const c = line[at]!;
    if (c !== '"' && c !== "'") {
      text += c;
      at += 1;
      continue;
    }
    const quoted = c === '"' ? readDouble(line, at + 1) : readSingle(line, at + 1);
    if (quoted === undefined) return undefined;
    // A closing quote must end the word: "a"b is an error.
    if (quoted.end < line.length && !isBlank(line, quoted.end)) return undefined;
    return { text: text + quoted.text, end: quoted.end };
  }
  return { text, end: at };
}

function readDouble(line: string, start: number): { text: string; end: number } | undefined {
  let text = '';
  let at = start;
  while (at < line.length) {
    const c = line[at]!;
    if (c === '"') return { text, end: at + 1 };
    if (c !== '\\' || at + 1 >= line.length) {
      text += c;
      at += 1;
    } else if (/^x[0-9a-fA-F]{2}/.test(line.slice(at + 1, at + 4))) {
      text += String.fromCharCode(Number.parseInt(line.slice(at + 2, at + 4), 16));
      at += 4;
    } else {
      text += ESCAPES[line[at + 1]!] ?? line[at + 1]!;
      at += 2;
    }
  }
  return undefined;
}

function readSingle(line: string, start: number): { text: string; end: number } | undefined {
  let text = '';
  let at = start;
  while (at < line.length) {
    if (line.startsWith("\\'", at)) {
      text += "'";
      at += 2;
    } else if (line[at] === "'") {
      return { text, end: at + 1 };
    } else {
      text += line[at]!;
      at += 1;
    }
  }
  return undefined;
}
