/**
 * Glob patterns as KEYS, SCAN MATCH, PSUBSCRIBE and CONFIG GET take them: `*`, `?`, `[a-z]`,
 * `[^a]`, and `\` before a character that is meant literally.
 *
 * Every element except `*` matches exactly one character. When a match fails it is therefore enough to
 * let the last `*` match one character more: earlier stars need not be tried again, and a match costs
 * at most pattern × text steps, where naive recursion is exponential. There is no regular expression,
 * because a client's pattern must not become code.
 *
 * Source: stringmatchlen of Redis 7.0.
 */

/** Redis reports no match for a pattern with more groups of stars than this, not counting a last one. */
const NESTING_MAX = 1000;

const STAR = 42;
const QUESTION = 63;
const OPEN = 91;
const BACKSLASH = 92;
const CLOSE = 93;
const CARET = 94;
const DASH = 45;
const NONE = -1;

/** Whether all of `text` matches; `ignoreCase` folds A to Z only. */
export function globMatch(pattern: string, text: string, ignoreCase = false): boolean {
  // An empty text matches only the empty pattern: KEYS ** does not list the key "".
  // (Commands check `*` with matchesAll before they call this.)
  if (text.length === 0) return pattern.length === 0;
  let at = 0;
  let textAt = 0;
  /** Index after the last star in the pattern, and of the first character that it does not match yet. */
  let starNext = NONE;
  let starText = 0;
  let stars = 0;
  while (textAt < text.length) {
    if (at < pattern.length && pattern.charCodeAt(at) === STAR) {
      at = skipStars(pattern, at);
      if (at === pattern.length) return true;
      stars += 1;
      if (stars > NESTING_MAX) return false;
      starNext = at;
      starText = textAt;
      continue;
    }
    if (at < pattern.length && matchOne(pattern, at, text.charCodeAt(textAt), ignoreCase)) {
      at = elementEnd(pattern, at);
      textAt += 1;
    } else if (starNext === NONE) {
      return false;
    } else {
      starText += 1;
      textAt = starText;
      at = starNext;
    }
  }
  return skipStars(pattern, at) === pattern.length;
}

/** Whether the pattern is `*`, which also matches the empty text. */
export function matchesAll(pattern: string): boolean {
  return pattern === '*';
}

function skipStars(pattern: string, at: number): number {
  while (at < pattern.length && pattern.charCodeAt(at) === STAR) at += 1;
  return at;
}

/** Whether the element at `at`, which is not a star, matches the character. */
function matchOne(pattern: string, at: number, char: number, ignoreCase: boolean): boolean {
  const code = pattern.charCodeAt(at);
  if (code === QUESTION) return true;
  if (code === OPEN) return matchClass(pattern, at, char, ignoreCase);
  const literal = code === BACKSLASH && at + 1 < pattern.length ? pattern.charCodeAt(at + 1) : code;
  return literal === char || (ignoreCase && lower(literal) === lower(char));
}

function elementEnd(pattern: string, at: number): number {
  const code = pattern.charCodeAt(at);
  if (code === OPEN) return classEnd(pattern, at);
  return code === BACKSLASH && at + 1 < pattern.length ? at + 2 : at + 1;
}

/**
 * `[…]`. Three peculiarities are Redis's: `]` right after the bracket closes an empty class, an
 * unclosed class extends to the end of the pattern, and an escaped character in a class keeps its case.
 */
function matchClass(pattern: string, start: number, char: number, ignoreCase: boolean): boolean {
  let at = start + 1;
  const negated = pattern.charCodeAt(at) === CARET;
  if (negated) at += 1;
  const wanted = ignoreCase ? lower(char) : char;
  for (;;) {
    const left = pattern.length - at;
    const code = left > 0 ? pattern.charCodeAt(at) : CLOSE;
    if (code === CLOSE) return negated;
    if (code === BACKSLASH && left >= 2) {
      if (pattern.charCodeAt(at + 1) === char) return !negated;
      at += 2;
    } else if (left >= 3 && pattern.charCodeAt(at + 1) === DASH) {
      const last = pattern.charCodeAt(at + 2);
      if (inRange(wanted, code, last, ignoreCase)) return !negated;
      at += 3;
    } else {
      if ((ignoreCase ? lower(code) : code) === wanted) return !negated;
      at += 1;
    }
  }
}

/**
 * `[z-a]` means `[a-z]`; the ends are sorted before their case is folded. Bytes compare as C's signed
 * chars: 0x80 to 0xff come before all others.
 */
function inRange(char: number, a: number, b: number, ignoreCase: boolean): boolean {
  let from = Math.min(signed(a), signed(b));
  let to = Math.max(signed(a), signed(b));
  if (ignoreCase) {
    from = lower(from);
    to = lower(to);
  }
  return signed(char) >= from && signed(char) <= to;
}

function signed(byte: number): number {
  return (byte << 24) >> 24;
}

/** Index after the class that opens at `start`; scans as matchClass does. */
function classEnd(pattern: string, start: number): number {
  let at = start + 1;
  if (pattern.charCodeAt(at) === CARET) at += 1;
  for (;;) {
    const left = pattern.length - at;
    if (left <= 0) return pattern.length;
    const code = pattern.charCodeAt(at);
    if (code === CLOSE) return at + 1;
    if (code === BACKSLASH && left >= 2) at += 2;
    else if (left >= 3 && pattern.charCodeAt(at + 1) === DASH) at += 3;
    else at += 1;
  }
}

function lower(code: number): number {
  return code >= 65 && code <= 90 ? code + 32 : code;
}
