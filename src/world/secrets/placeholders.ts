/**
 * What stands for secrets in a recording: `SECRET-1****` for a password of 12 bytes.
 *
 * Invariants: a placeholder has the length of its secret, and different secrets have different ones, so
 * AUTH succeeds and fails as before. It consists of capital letters, digits, `-` and `*`, so it needs no
 * quotes in any line (lineWords.ts).
 */

const NAME = 'SECRET-';
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
/** Beyond that, short secrets share a placeholder. */
const TRIES_MAX = 100_000;
/** A password as the line of a user has it. */
const HASH = /^[#!][0-9a-f]{64}$/;

export class Placeholders {
  private readonly bySecret = new Map<string, string>();
  private readonly used = new Set<string>();

  /** A part of a secret was replaced of which the rest is not known. */
  private hasParts = false;

  /** How many secrets there are. Parts of secrets count as one if there is nothing else. */
  get count(): number {
    return this.bySecret.size === 0 && this.hasParts ? 1 : this.bySecret.size;
  }

  /** The text that stands for a secret; '' for ''. */
  of(secret: string): string {
    if (secret === '') return '';
    const known = this.bySecret.get(secret);
    if (known !== undefined) return known;
    const placeholder = this.next(secret);
    this.bySecret.set(secret, placeholder);
    this.used.add(placeholder);
    return placeholder;
  }

  /** The text that stands for a part of a secret: no process has read the whole. */
  ofPart(part: string): string {
    this.hasParts = true;
    return '*'.repeat(part.length);
  }

  private next(secret: string): string {
    const first = this.bySecret.size + 1;
    if (HASH.test(secret)) return secret[0]! + first.toString(16).padStart(64, '0');
    let candidate = '';
    for (let number = first; number < first + TRIES_MAX; number += 1) {
      candidate = placeholder(number, secret.length);
      if (!this.used.has(candidate) && !this.bySecret.has(candidate)) return candidate;
    }
    return candidate;
  }
}

/** The number, in as many characters as the secret has. */
function placeholder(number: number, length: number): string {
  const named = `${NAME}${number}`;
  if (named.length <= length) return named.padEnd(length, '*');
  let digits = '';
  for (let rest = number; digits.length < length; rest = Math.floor(rest / DIGITS.length)) {
    digits = DIGITS[rest % DIGITS.length]! + digits;
  }
  return digits;
}
