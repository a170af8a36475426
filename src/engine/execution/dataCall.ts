/**
 * The Call of commands that work on data. The server gives the body; handlers see only this.
 *
 * Handlers fetch by `read` and `write` (both expire lazily), change values through the database or
 * the value they own, and then say so by `changed`. Everything else (propagation, WATCH, keyspace
 * notifications, counters) follows from these calls.
 *
 * The commands that make up most traffic (GET, SET, INCR and their like) have a way of their own: they
 * name keys by the index of an argument and get rows (data/table/database.ts), so that no string is
 * made of a key or a value unless a watcher or a subscriber must be told. Both ways do the same.
 */

import type { Database } from '../data/table/database.ts';
import type { Keyspace } from '../data/table/keyspace.ts';
import type { Value } from '../data/types/value.ts';
import type { Random } from '../machine/random.ts';
import { Call } from '../process/call.ts';
import type { Bytes } from '../resp/bytes.ts';

/** Classes of keyspace events, by the letters of notify-keyspace-events. */
export type NotifyClass = 'g' | '$' | 'l' | 's' | 'h' | 'z' | 'x' | 'e' | 't' | 'm' | 'n';

/** Limits above which values change their encoding (OBJECT ENCODING, SORT order of small sets). */
export interface EncodingLimits {
  readonly hashMaxListpackEntries: number;
  readonly hashMaxListpackValue: number;
  readonly setMaxIntsetEntries: number;
  readonly zsetMaxListpackEntries: number;
  readonly zsetMaxListpackValue: number;
}

/** Longest string this server holds: the default of proto-max-bulk-len. */
export const STRING_BYTES_MAX = 512 * 1024 * 1024;

export abstract class DataCall extends Call {
  /** The client's selected database. */
  abstract readonly db: Database;
  abstract readonly keyspace: Keyspace;
  /** The server's stream for SPOP, RANDOMKEY and the like. */
  abstract readonly random: Random;
  abstract readonly limits: EncodingLimits;
  /** Longest string, in bytes, that this command may make: proto-max-bulk-len. A master's word stands. */
  abstract readonly stringBytesMax: number;
  /** True while this command comes from the master's stream or a loaded file: expired keys are left alone, writes are obeyed. */
  abstract readonly fromMaster: boolean;

  /** The value at `key`, or undefined when there is none or it has expired. Counts a keyspace hit or miss. Not to be mutated. */
  abstract read(key: string, db?: Database): Value | undefined;
  /** As `read` for a command that writes: no hit counted, an expired key is deleted and the deletion propagated; a container may be mutated in place. */
  abstract write(key: string, db?: Database): Value | undefined;
  /**
   * `key` was modified by this command: WATCH sees it, `times` is added to the count of changes
   * (a command with no change is not propagated).
   */
  abstract changed(key: string, times?: number, db?: Database): void;
  /** Sets when a key expires. (`changed` is still to be called.) */
  abstract setExpire(key: string, unixMs: number, db?: Database): void;
  /**
   * Empties `db`, or every database when there is none given: FLUSHDB, FLUSHALL. Propagated even
   * when nothing was there.
   */
  abstract emptyDatabases(db: Database | undefined): void;
  /** Exchanges the keys of two databases: SWAPDB. */
  abstract swapDatabases(a: Database, b: Database): void;
  /** Publishes a keyspace event when notify-keyspace-events asks for its class. */
  abstract notify(type: NotifyClass, event: string, key: string, db?: Database): void;
  // In place, by arguments.

  /** The row of the key at argument `index`; 0 where `read` gives undefined. Counts as `read` does. */
  abstract readRow(index: number): number;
  /** The row of the key at argument `index`; 0 where `write` gives undefined. Expires as `write` does. */
  abstract writeRow(index: number): number;
  /** As `changed`. */
  abstract changedAt(index: number): void;
  /** As `notify`. */
  abstract notifyAt(type: NotifyClass, event: string, index: number): void;

  /** Makes the argument at `valueIndex` the string of the key at `keyIndex`, and removes its expiry. */
  storeArgument(keyIndex: number, valueIndex: number): void {
    const { request } = this;
    const isNew = this.db.setFrom(
      request.bytes,
      request.from(keyIndex),
      request.to(keyIndex),
      request.from(valueIndex),
      request.to(valueIndex),
    );
    if (isNew) this.notifyAt('n', 'new', keyIndex);
  }

  /** Propagates these arguments in place of this command: SPOP as SREM, EXPIRE as PEXPIREAT. */
  abstract rewrite(...args: Bytes[]): void;
  /** The same for arguments that may be a million: more than a JavaScript call takes. */
  abstract rewriteAs(args: readonly Bytes[]): void;
  /** Propagates these arguments besides (and, with `dontPropagate`, instead of) this command, in order. */
  abstract alsoPropagate(...args: Bytes[]): void;
  abstract dontPropagate(): void;
}
