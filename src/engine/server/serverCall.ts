/**
 * The body of DataCall: how commands of a server see and change its data, and what is propagated.
 *
 * Propagation follows 7.0: during one command, expired keys and alsoPropagate go first in the order
 * they came, the command itself last; more than one operation is wrapped in MULTI/EXEC. What commands
 * inside another one propagate is gathered in the outermost frame before the wrapping is decided:
 *
 *   MULTI, SET a 1, GET a, SET b 2, EXEC   →   MULTI, SET a 1, SET b 2, EXEC
 *
 * Invariant: between events every frame is empty, and so is `operations` of the outermost one unless
 * an EXEC stands still.
 */

import type { Database } from '../data/table/database.ts';
import type { Keyspace } from '../data/table/keyspace.ts';
import type { Value } from '../data/types/value.ts';
import {
  DataCall,
  type EncodingLimits,
  type NotifyClass,
  STRING_BYTES_MAX,
} from '../execution/dataCall.ts';
import type { Random } from '../machine/random.ts';
import { registerState } from '../machine/state.ts';
import type { Client } from '../process/client.ts';
import type { CommandEntry } from '../process/commandTable.ts';
import type { Replication } from '../replication/replication.ts';
import type { Bytes } from '../resp/bytes.ts';
import type { ReplyWriter } from '../resp/replyWriter.ts';
import type { Propagated, Request } from '../resp/request.ts';
import type { Server } from './server.ts';

interface Operation {
  readonly db: number;
  readonly command: Propagated;
}

const MULTI: readonly Bytes[] = ['MULTI'];
const EXEC: readonly Bytes[] = ['EXEC'];

export class ServerCall extends DataCall {
  readonly process: Server;
  /** Changes made by the command in this frame; commands inside it count their own. */
  private dirty = 0;
  /** The frame of the command that runs this one. */
  private readonly outer: ServerCall | undefined;
  /** For a command run by this one; made when first needed. */
  private inner: ServerCall | undefined = undefined;
  private operations: Operation[] = [];
  private replacement: readonly Bytes[] | undefined = undefined;
  private suppressed = false;
  /** Propagated though nothing changed. */
  private forced = false;

  constructor(server: Server, outer: ServerCall | undefined = undefined) {
    super();
    this.process = server;
    this.outer = outer;
  }

  /** Run by another command: it must answer at once. */
  get isInner(): boolean {
    return this.outer !== undefined;
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

  get stringBytesMax(): number {
    if (this.fromMaster) return STRING_BYTES_MAX;
    return Math.min(this.process.settings.protoMaxBulkLen, STRING_BYTES_MAX);
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

  readRow(index: number): number {
    const row = this.rowOf(index);
    const { counters } = this.process;
    if (row === 0 || this.isRowExpired(row, index, false)) {
      counters.keyspaceMisses += 1;
      return 0;
    }
    counters.keyspaceHits += 1;
    return row;
  }

  writeRow(index: number): number {
    const row = this.rowOf(index);
    return row === 0 || this.isRowExpired(row, index, true) ? 0 : row;
  }

  private rowOf(index: number): number {
    const { request } = this;
    return this.db.find(request.bytes, request.from(index), request.to(index));
  }

  private isRowExpired(row: number, index: number, toWrite: boolean): boolean {
    const { db } = this;
    if (db.expiresCount === 0) return false;
    const instant = db.expireAtOf(row);
    if (instant < 0 || instant >= this.nowMs) return false;
    return this.expired(this.str(index), db, toWrite);
  }

  changedAt(index: number): void {
    this.count(1);
    const { keyChanges } = this.process;
    if (keyChanges.listening) keyChanges.modified(this.str(index), this.db);
  }

  notifyAt(type: NotifyClass, event: string, index: number): void {
    const { keyChanges } = this.process;
    if (keyChanges.listening) keyChanges.event(type, event, this.str(index), this.db);
  }

  changed(key: string, times = 1, db: Database = this.db): void {
    this.count(times);
    const { keyChanges } = this.process;
    if (keyChanges.listening) keyChanges.modified(key, db);
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
    for (const one of db === undefined ? this.keyspace.databases : [db]) this.count(one.size);
    this.forced = true;
    server.emptyDatabases(db);
    if (db === undefined) server.saving.flushed();
  }

  swapDatabases(a: Database, b: Database): void {
    this.count(1);
    if (a === b) return;
    this.server.keyChanges.swapping(a, b);
    this.keyspace.swap(a.index, b.index);
  }

  notify(type: NotifyClass, event: string, key: string, db: Database = this.db): void {
    const { keyChanges } = this.process;
    if (keyChanges.listening) keyChanges.event(type, event, key, db);
  }

  rewrite(...args: Bytes[]): void {
    this.replacement = args;
  }

  rewriteAs(args: readonly Bytes[]): void {
    this.replacement = args;
  }

  alsoPropagate(...args: Bytes[]): void {
    this.gather({ db: this.client.db, command: args });
  }

  /** An operation of the server itself: the DEL of an expired key. */
  propagateIn(db: number, args: readonly Bytes[]): void {
    this.gather({ db, command: args });
  }

  dontPropagate(): void {
    this.suppressed = true;
  }

  /**
   * Runs a command inside this one, for `client`, with its reply written to `reply`, and gives the
   * error it replied. What it propagates is gathered in the outermost frame. Whether it may run is
   * for the caller to judge.
   */
  runInside(
    client: Client,
    entry: CommandEntry,
    request: Request,
    reply: ReplyWriter,
  ): string | undefined {
    this.inner ??= new ServerCall(this.process, this);
    const { inner } = this;
    inner.hold(client, entry, request, reply);
    const error = inner.perform();
    inner.release();
    return error;
  }

  /** Runs the command this frame holds, and propagates what it changed; gives the error it replied. */
  perform(): string | undefined {
    const { entry, reply, process } = this;
    const { db } = this.client;
    const replyStart = reply.length;
    this.dirty = 0;
    this.replacement = undefined;
    this.suppressed = false;
    this.forced = false;
    this.run();
    // An EXEC that stands still: it has not been executed yet.
    if (this.outer === undefined && process.execution !== undefined) return undefined;
    process.stats.commandsProcessed += 1;
    process.commandStats.called(entry);
    const error = reply.errorAt(replyStart);
    if (error !== undefined) process.commandFailed(this.client, entry, error);
    if (this.dirty > 0) process.keyspace.databases[db]!.pack();
    this.propagateChanges(db);
    return error;
  }

  private propagateChanges(db: number): void {
    const { outer, operations } = this;
    if ((this.dirty > 0 || this.forced) && !this.suppressed) {
      // The common case: one command, nothing besides, propagated as it came.
      if (outer === undefined && operations.length === 0) {
        this.process.propagate(db, this.replacement ?? this.request);
        return;
      }
      this.gather({ db, command: this.replacement ?? this.request.copy() });
    }
    if (outer === undefined && operations.length > 0) {
      // Expired keys met by chance have nothing to do with each other: no MULTI around their DELs.
      this.flushOperations(!this.entry.touchesArbitraryKeys);
    }
  }

  private count(changes: number): void {
    this.dirty += changes;
    this.process.saving.dirty += changes;
  }

  private gather(operation: Operation): void {
    let outermost: ServerCall = this;
    while (outermost.outer !== undefined) outermost = outermost.outer;
    outermost.operations.push(operation);
  }

  /** Propagates what has been gathered; `together`: more than one as a transaction. */
  flushOperations(together: boolean): void {
    const operations = this.operations;
    if (operations.length === 0) return;
    this.operations = [];
    const wrapped = together && operations.length > 1;
    if (wrapped) this.process.propagate(operations[0]!.db, MULTI);
    for (const { db, command } of operations) this.process.propagate(db, command);
    if (wrapped) this.process.propagate(operations.at(-1)!.db, EXEC);
  }
}
registerState('ServerCall', ServerCall);
