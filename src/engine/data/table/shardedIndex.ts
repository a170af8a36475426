/**
 * Key -> slot of a database, in several Maps: growing one Map of a million keys stops everything for
 * a tenth of a second, growing one of 64 for a millisecond.
 *
 * Derived from the table: never copied with the state, built again at first use.
 */

import { registerState } from '../../machine/state.ts';

const SHARDS = 64;

/**
 * Six characters spread over the key: keys often differ only at the end (`user:1`), or only in the
 * middle (`user:1:name`). A poor spread costs longer pauses, nothing else.
 */
function shardOf(key: string): number {
  const n = key.length;
  if (n < 4) return (n === 0 ? 0 : key.charCodeAt(0) * 7 + key.charCodeAt(n - 1)) & (SHARDS - 1);
  const middle = n >>> 1;
  const hash =
    key.charCodeAt(n - 1) +
    key.charCodeAt(n - 2) * 7 +
    key.charCodeAt(n - 3) * 31 +
    key.charCodeAt(middle) * 13 +
    key.charCodeAt(middle - 1) * 53 +
    key.charCodeAt(n >>> 2) * 3;
  return (hash ^ (hash >>> 6)) & (SHARDS - 1);
}

export class ShardedIndex {
  private readonly shards: readonly Map<string, number>[] = Array.from(
    { length: SHARDS },
    () => new Map<string, number>(),
  );

  /** -1 when absent. */
  find(key: string): number {
    return this.shards[shardOf(key)]!.get(key) ?? -1;
  }

  set(key: string, slot: number): void {
    this.shards[shardOf(key)]!.set(key, slot);
  }

  delete(key: string): void {
    this.shards[shardOf(key)]!.delete(key);
  }
}
registerState(ShardedIndex);
