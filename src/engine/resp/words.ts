/**
 * The one place where text is cut into words or lines, searched and rewritten all over. V8 ends the
 * whole process, without an exception, when an array of matches or pieces becomes too long, so text
 * that a peer may have sent goes through here: it is refused above a length, or worked on piece by
 * piece. test/unit/tidy.test.ts forbids `split`, `join` and global `replace` elsewhere in the engine,
 * but for the files it names.
 */

/** Longest text that is cut into words: no directive, address or list of options is as long. */
export const WORDS_TEXT_MAX = 64 * 1024;
/** Text is rewritten in pieces of this length. */
const PIECE_LENGTH = 16 * 1024;

/** The parts between separators, `countMax` at most; those behind are left out. */
export function firstParts(text: string, separator: string, countMax: number): string[] {
  return text.split(separator, countMax);
}

/** The text with each match of a global pattern for single characters rewritten. */
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
