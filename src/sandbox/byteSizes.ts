/** Sizes in bytes, written as in redis.conf, for rooms that do not know the engine. */

import { formatMemory, parseMemory } from '../engine/process/values/numbers.ts';

/** `1mb` is 1048576, `16k` is 16000; undefined for a word that is not a size. */
export function parseBytes(text: string): number | undefined {
  const word = text.trim();
  const bytes = /^\d/.test(word) ? parseMemory(word) : undefined;
  return typeof bytes === 'number' ? bytes : undefined;
}

/** 1048576 is `1mb`, 16385 is `16385`. */
export function formatBytes(bytes: number): string {
  return formatMemory(bytes);
}
