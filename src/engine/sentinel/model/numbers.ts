/** Numbers as C reads them from configuration files, hellos and INFO. */

const MAX = Number.MAX_SAFE_INTEGER;

/**
 * As atoll: 0 when the text does not begin with a number. A number beyond 2^53 - 1 becomes
 * 2^53 - 1, where C's ends at 2^63 - 1.
 */
export function leadingInteger(text: string): number {
  return Math.max(-MAX, Math.min(MAX, Number.parseInt(text, 10) || 0));
}
