/** Types of progress.mjs, for its test. */

import type { SpawnOptions } from 'node:child_process';

interface Ended {
  readonly status: number | null;
  readonly output: string;
  readonly isLate: boolean;
}

export function during<T>(
  text: string,
  work: () => T | Promise<T>,
  say?: (line: string) => void,
): Promise<T>;
export function outputOf(
  program: string,
  args: readonly string[],
  options?: SpawnOptions,
): Promise<Ended>;
