/** Numbers in sentences. */

/** `1 vote`, `2 votes`. */
export function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}

/** `2 of 3 Sentinels`. */
export function outOf(part: number, whole: number, word: string): string {
  return `${part} of ${count(whole, word)}`;
}

/** `900 ms`, `12.345 s`. */
export function duration(ms: number): string {
  return Math.abs(ms) < 1_000 ? `${Math.round(ms)} ms` : `${Number((ms / 1_000).toFixed(3))} s`;
}
