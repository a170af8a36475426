/** All databases of a server, and the snapshot of them that a saving child uses. */

import { registerState } from '../../machine/state.ts';
import { Database } from './database.ts';
import type { DatabaseSnapshot } from './databaseSnapshot.ts';
import { type HashSeed, ZERO_SEED } from './keyHash.ts';
import { KeyTable } from './keyTable.ts';

export class Keyspace {
  readonly databases: Database[];

  /** All databases have the same seed, because SWAPDB exchanges their tables. */
  constructor(databases: number, seed: HashSeed = ZERO_SEED) {
    this.databases = Array.from(
      { length: databases },
      (_, index) => new Database(index, new KeyTable(seed)),
    );
  }

  /** Modelled memory of the data (memory.ts): its part of `used_memory`. */
  get usedBytes(): number {
    let bytes = 0;
    for (const database of this.databases) bytes += database.usedBytes;
    return bytes;
  }

  /** Bytes the data really hold outside of V8's heap, those shared with copies included. */
  get arenaBytes(): number {
    let bytes = 0;
    for (const database of this.databases) bytes += database.arenaBytes;
    return bytes;
  }

  /** Bytes that copies of this keyspace may hold alone by now, because this one changed since. */
  get copiedBytes(): number {
    let bytes = 0;
    for (const database of this.databases) bytes += database.copiedBytes;
    return bytes;
  }

  /** Frees memory that changes have fragmented, by moving at most about `bytesMax` bytes. */
  compact(bytesMax: number): void {
    let left = bytesMax;
    for (const database of this.databases) left = database.compact(left);
  }

  /** Packs small collections in every database (database.ts). To be called between two commands. */
  pack(): void {
    for (const database of this.databases) database.pack();
  }

  /** FLUSHALL. */
  clear(): void {
    for (const database of this.databases) database.clear();
  }

  /** SWAPDB. */
  swap(a: number, b: number): void {
    if (a !== b) this.databases[a]!.swapContent(this.databases[b]!);
  }

  /** An immutable snapshot of this moment, in O(pages); writes to the live keyspace do not change it. */
  snapshot(): KeyspaceSnapshot {
    return new KeyspaceSnapshot(this.databases.map((database) => database.snapshot()));
  }
}
registerState('Keyspace', Keyspace);

export class KeyspaceSnapshot {
  readonly databases: readonly DatabaseSnapshot[];

  constructor(databases: readonly DatabaseSnapshot[]) {
    this.databases = databases;
  }
}
registerState('KeyspaceSnapshot', KeyspaceSnapshot);
