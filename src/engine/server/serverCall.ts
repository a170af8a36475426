/**
 * The body of DataCall: how commands of a server see and change its data, and what is propagated.
 *
 * Propagation follows 7.0: during one command, expired keys and alsoPropagate go first in the order
 * they came, the command itself last; more than one operation is wrapped in MULTI/EXEC. Inside EXEC
 * all queued commands' operations are gathered before the wrapping is decided.
 *
 * Invariant: between events `nesting` is 0, and `operations` is empty unless an EXEC stands still.
 */

import type { Database } from '../data/table/database.ts';
import type { Keyspace } from '../data/table/keyspace.ts';
import type { Value } from '../data/types/value.ts';
import { DataCall, type EncodingLimits, type NotifyClass } from '../execution/dataCall.ts';
import type { Random } from '../machine/random.ts';
import { registerState } from '../machine/state.ts';
import type { Replication } from '../replication/replication.ts';
import type { Bytes } from '../resp/bytes.ts';
import type { Server } from './server.ts';

interface Operation {
  readonly db: number;
  readonly args: readonly Bytes[];
}

const MULTI: readonly Bytes[] = ['MULTI'];
const EXEC: readonly Bytes[] = ['EXEC'];

export class ServerCall extends DataCall {
  readonly process: Server;
  /** Changes made by the command that runs. */
  dirty = 0;
  /** Depth of commands run by commands: 1 inside EXEC. */
  nesting = 0;
  private operations: Operation[] = [];
  private replacement: Bytes[] | undefined = undefined;
  private suppressed = false;
  /** Propagated though nothing changed. */
  private forced = false;

  constructor(server: Server) {
    super();
    this.process = server;
  }

  get server(): Server {
    return this.process;
  }

  get replication(): Replication {
    return this.process.replication;
  }

  get db(): Database {
    return this.process.keyspace.databases[this.client.db]!;
  }

  get keyspace(): Keyspace {
    return this.process.keyspace;
  }

  get random(): Random {
    return this.process.random;
  }

  get limits(): EncodingLimits {
    return this.process.settings;
  }

  get fromMaster(): boolean {
    return this.client.kind === 'master';
  }

  read(key: string, db: Database = this.db): Value | undefined {
    const value = db.get(key);
    const { counters } = this.process;
    if (value === undefined || (db.expiresCount > 0 && this.expired(key, db, false))) {
      counters.keyspaceMisses += 1;
      return undefined;
    }
    counters.keyspaceHits += 1;
    return value;
  }

  write(key: string, db: Database = this.db): Value | undefined {
    if (db.expiresCount > 0 && this.expired(key, db, true)) return undefined;
    return db.own(key);
  }

  /**
   * Whether the key is past its time; deletes it then, on a master. A replica hides the key from
   * its own clients but keeps it until its master says DEL (unless one that can be written to is
   * about to write it); the master's stream sees it as it is.
   */
  private expired(key: string, db: Database, toWrite: boolean): boolean {
    const server = this.process;
    if (!server.isExpired(key, db)) return false;
    if (server.replication.isReplica) {
      if (this.fromMaster) return false;
      if (!toWrite || server.settings.replicaReadOnly) return true;
    }
    // While writes are paused the data stands still.
    if (!server.pausing.active) server.expireKey(key, db);
    return true;
  }

  changed(key: string, times = 1, db: Database = this.db): void {
    this.dirty += times;
    this.process.watchers.touch(key, db);
  }

  setExpire(key: string, unixMs: number, db: Database = this.db): void {
    db.setExpireAt(key, unixMs);
    this.process.expirySet();
    if (this.process.replication.isReplica && !this.fromMaster) {
      this.process.expireCycle.remember(key, db);
    }
  }

  emptyDatabases(db: Database | undefined): void {
    const { server } = this;
    for (const one of db === undefined ? this.keyspace.databases : [db]) this.dirty += one.size;
    this.forced = true;
    server.emptyDatabases(db);
    if (db === undefined) server.saving.flushed();
  }

  swapDatabases(a: Database, b: Database): void {
    this.dirty += 1;
    if (a === b) return;
    this.server.watchers.touchAll(a, b);
    this.server.watchers.touchAll(b, a);
    this.keyspace.swap(a.index, b.index);
  }

  notify(type: NotifyClass, event: string, key: string, db: Database = this.db): void {
    if (this.process.settings.notifyKeyspaceEvents !== '') {
      this.process.notifyKeyspaceEvent(type, event, key, db.index);
    }
  }

  rewrite(...args: Bytes[]): void {
    this.replacement = args;
  }

  alsoPropagate(...args: Bytes[]): void {
    this.operations.push({ db: this.client.db, args });
  }

  /** An operation of the server itself: the DEL of an expired key. */
  propagateIn(db: number, args: readonly Bytes[]): void {
    this.operations.push({ db, args });
  }

  dontPropagate(): void {
    this.suppressed = true;
  }

  /** Runs the command this call holds, and propagates what it changed. */
  perform(): void {
    const { args } = this;
    const db = this.client.db;
    const dirtyBefore = this.dirty;
    this.replacement = undefined;
    this.suppressed = false;
    this.forced = false;
    const { entry, reply } = this;
    const replyStart = reply.length;
    entry.spec.run(this);
    // An EXEC that stands still: it has not been executed yet.
    if (this.nesting === 0 && this.process.execution !== undefined) return;
    const { stats, commandStats } = this.process;
    stats.commandsProcessed += 1;
    commandStats.called(entry);
    const error = reply.errorAt(replyStart);
    if (error !== undefined) this.process.commandFailed(this.client, entry, error);
    if ((this.dirty > dirtyBefore || this.forced) && !this.suppressed) {
      const propagated = this.replacement ?? args;
      // The common case: one command, nothing besides, no array built for it.
      if (this.nesting === 0 && this.operations.length === 0) {
        this.process.propagate(db, propagated);
        return;
      }
      this.operations.push({ db, args: this.replacement ?? args.slice() });
    }
    if (this.nesting === 0 && this.operations.length > 0) {
      // Expired keys met by chance have nothing to do with each other: no MULTI around their DELs.
      this.flushOperations(!this.entry.touchesArbitraryKeys);
    }
  }

  /** Propagates what has been gathered; `together`: more than one as a transaction. */
  flushOperations(together: boolean): void {
    const operations = this.operations;
    if (operations.length === 0) return;
    this.operations = [];
    const wrapped = together && operations.length > 1;
    if (wrapped) this.process.propagate(operations[0]!.db, MULTI);
    for (const { db, args } of operations) this.process.propagate(db, args);
    if (wrapped) this.process.propagate(operations.at(-1)!.db, EXEC);
  }
}
registerState(ServerCall);
