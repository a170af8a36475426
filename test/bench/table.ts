/** A row of the printed table, and the statistic its numbers are. */

export interface Row {
  readonly what: string;
  readonly ours: string;
  readonly real: string;
  readonly ratio: string;
  readonly aim: string;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
