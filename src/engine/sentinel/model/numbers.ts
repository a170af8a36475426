/** Numbers as C reads them from configuration files, hellos and INFO. */

const MAX = Number.MAX_SAFE_INTEGER;

/**
 * As atoll, but clamped to ±(2^53 - 1) instead of 64 bits. 0 when the text does not begin with a
 * number.
 */
export function leadingInteger(text: string): number {
  return Math.max(-MAX, Math.min(MAX, Number.parseInt(text, 10) || 0));
}
