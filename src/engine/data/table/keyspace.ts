/** All databases of a server, and the snapshot of all of them that a saving child works on. */

import { registerState } from '../../machine/state.ts';
import { Database, type DatabaseSnapshot } from './database.ts';

export class Keyspace {
  readonly databases: Database[];

  constructor(databases: number) {
    this.databases = Array.from({ length: databases }, (_, index) => new Database(index));
  }

  /** Modelled memory of the data (memory.ts), as the data's part of `used_memory`. */
  get usedBytes(): number {
    let bytes = 0;
    for (const database of this.databases) bytes += database.usedBytes;
    return bytes;
  }

  /** FLUSHALL. */
  clear(): void {
    for (const database of this.databases) database.clear();
  }

  /** SWAPDB. */
  swap(a: number, b: number): void {
    if (a !== b) this.databases[a]!.swapContent(this.databases[b]!);
  }

  /** An immutable view of this moment, in O(pages); it survives all writes to the live keyspace. */
  snapshot(): KeyspaceSnapshot {
    return new KeyspaceSnapshot(this.databases.map((database) => database.snapshot()));
  }
}
registerState(Keyspace);

export class KeyspaceSnapshot {
  readonly databases: readonly DatabaseSnapshot[];

  constructor(databases: readonly DatabaseSnapshot[]) {
    this.databases = databases;
  }
}
registerState(KeyspaceSnapshot);
