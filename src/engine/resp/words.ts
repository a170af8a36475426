/**
 * The only place where text of a peer is split into words or rewritten throughout. V8 aborts the whole
 * process, without an exception, when an array of matches or pieces becomes too long. These functions
 * therefore refuse text above a length, or process it in pieces. test/unit/tidy.test.ts forbids
 * `split`, `join` and global `replace` elsewhere in the engine, except in the files it names.
 */

/** Longest text that is split into words: directives, addresses and lists of options are shorter. */
export const WORDS_TEXT_MAX = 64 * 1024;
/** Text is rewritten in pieces of this length. */
const PIECE_LENGTH = 16 * 1024;

/** The first parts between separators, at most `countMax`; the rest of the text is dropped. */
export function firstParts(text: string, separator: string, countMax: number): string[] {
  return text.split(separator, countMax);
}

/** The text with each match of `pattern` rewritten; the pattern is global and matches single characters. */
export function rewriteCharacters(
  text: string,
  pattern: RegExp,
  rewrite: (character: string) => string,
): string {
  if (text.length <= PIECE_LENGTH) return text.replace(pattern, rewrite);
  let result = '';
  for (let at = 0; at < text.length; at += PIECE_LENGTH) {
    result += text.slice(at, at + PIECE_LENGTH).replace(pattern, rewrite);
  }
  return result;
}
