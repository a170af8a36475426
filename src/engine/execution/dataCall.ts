/**
 * The Call of commands that work on data. The server implements it; handlers see only this interface.
 *
 * Handlers look keys up with `read` and `write` (both expire lazily), change values through the
 * database or the value they own, and then report the change with `changed`. Propagation, WATCH,
 * keyspace notifications and counters follow from these calls.
 *
 * The commands that make up most traffic (GET, SET, INCR and the like) work in place: they name a key
 * by the index of its argument and get a row (data/table/database.ts). No string is made of a key or a
 * value unless a watcher or a subscriber needs one. Both ways have the same effects.
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
  /** Longest string, in bytes, that this command may make: proto-max-bulk-len. A master's stream is not limited. */
  abstract readonly stringBytesMax: number;
  /** True while commands come from the master's stream or a loaded file: expired keys stay, writes are accepted. */
  abstract readonly fromMaster: boolean;

  /** The value at `key`; undefined if there is none or it has expired. Counts a keyspace hit or miss. Callers must not change it. */
  abstract read(key: string, db?: Database): Value | undefined;
  /**
   * As `read`, for a command that writes: counts no hit, deletes an expired key and propagates the
   * deletion. The caller may change a collection in place.
   */
  abstract write(key: string, db?: Database): Value | undefined;
  /**
   * Reports that this command modified `key`: breaks WATCH, and adds `times` to the count of changes.
   * A command without changes is not propagated.
   */
  abstract changed(key: string, times?: number, db?: Database): void;
  /** Sets when a key expires. The caller still has to call `changed`. */
  abstract setExpire(key: string, unixMs: number, db?: Database): void;
  /**
   * Empties `db`, or every database if `db` is undefined: FLUSHDB, FLUSHALL. Propagated even when
   * there was no key.
   */
  abstract emptyDatabases(db: Database | undefined): void;
  /** Exchanges the keys of two databases: SWAPDB. */
  abstract swapDatabases(a: Database, b: Database): void;
  /** Publishes a keyspace event when notify-keyspace-events asks for its class. */
  abstract notify(type: NotifyClass, event: string, key: string, db?: Database): void;

  // The same in place: keys and values are named by the indices of their arguments.

  /** The row of the key at argument `index`; 0 where `read` returns undefined. Counts as `read` does. */
  abstract readRow(index: number): number;
  /** The row of the key at argument `index`; 0 where `write` returns undefined. Expires as `write` does. */
  abstract writeRow(index: number): number;
  /** As `changed`. */
  abstract changedAt(index: number): void;
  /** As `notify`. */
  abstract notifyAt(type: NotifyClass, event: string, index: number): void;

  /** Stores argument `valueIndex` as a string at the key of argument `keyIndex`, and removes its expiry. */
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

  /** Propagates these arguments instead of this command: SPOP as SREM, EXPIRE as PEXPIREAT. */
  abstract rewrite(...args: Bytes[]): void;
  /** As `rewrite`, for up to a million arguments: too many for the parameters of a JavaScript call. */
  abstract rewriteAs(args: readonly Bytes[]): void;
  /** Propagates these arguments after this command or, with `dontPropagate`, instead of it; calls keep their order. */
  abstract alsoPropagate(...args: Bytes[]): void;
  abstract dontPropagate(): void;
}
