/**
 * One Redis server process: combines keyspace, persistence, replication and the command table with
 * the shared process, and passes each input to the part that it concerns.
 *
 * Invariant: `replication` alone decides the role. While `loading.active`, only the loader touches the
 * keyspace.
 */

import type { Database } from '../data/table/database.ts';
import { hashSeed } from '../data/table/keyHash.ts';
import { Keyspace } from '../data/table/keyspace.ts';
import type {
  ChildResult,
  ConnId,
  Effects,
  Facts,
  FileResult,
  Files,
  Instruction,
  LogLevel,
  Micros,
  Token,
} from '../machine/machine.ts';
import { seedOf } from '../machine/random.ts';
import { registerState } from '../machine/state.ts';
import type { BlockedOn } from '../process/blocking.ts';
import { Client } from '../process/client.ts';
import { describeClient } from '../process/clientCommands.ts';
import type { CommandEntry, CommandTable } from '../process/commandTable.ts';
import { ConfigError } from '../process/configFile.ts';
import {
  type Connection,
  type OutgoingConnection,
  STATIC_REPLY_BYTES,
} from '../process/connection.ts';
import { Process } from '../process/process.ts';
import { Replication } from '../replication/replication.ts';
import { Lookahead } from '../resp/lookahead.ts';
import type { ReplyWriter } from '../resp/replyWriter.ts';
import { type Propagated, Request } from '../resp/request.ts';
import { ClientLimits } from './clients/clientLimits.ts';
import { Pausing } from './clients/pausing.ts';
import { errorInStream } from './clients/streamErrors.ts';
import { CommandStats } from './commandStats.ts';
import { serverTable } from './commands/table.ts';
import { type Execution, endTransaction, queueInTransaction } from './commands/transactions.ts';
import { Configuration } from './config/configuration.ts';
import { isLogged } from './config/logLevels.ts';
import type { Settings } from './config/settings.ts';
import { Cron } from './cron.ts';
import { ExpireCycle } from './keyspace/expireCycle.ts';
import { KeyChanges } from './keyspace/keyChanges.ts';
import { KeyspaceEvents } from './keyspace/keyspaceEvents.ts';
import { Watchers } from './keyspace/watchers.ts';
import { Memory } from './memory.ts';
import { Parts } from './part.ts';
import { Rates } from './rates.ts';
import { refusalOf } from './refusals.ts';
import { Foreground } from './saving/foreground.ts';
import { Loading } from './saving/loading.ts';
import { Saving } from './saving/saving.ts';
import { ServerCall } from './serverCall.ts';
import { Shutdown } from './shutdown.ts';
import { announceReady, logStart, refuseToStart } from './startup.ts';

/** Counters of INFO stats that belong to no part; `unexpectedErrors`: replied to a master or replica. */
const NO_COUNTS = { keyspaceHits: 0, keyspaceMisses: 0, expiredKeys: 0, unexpectedErrors: 0 };

/** Not state: its content matters only during a call. */
const lookahead = new Lookahead();

export class Server extends Process {
  readonly mode = 'standalone';
  configuration!: Configuration;
  /** Empty until `start`. */
  keyspace: Keyspace = new Keyspace(0);
  readonly call = new ServerCall(this);
  readonly replication = new Replication(this);
  readonly loading = new Loading(this);
  readonly expireCycle = new ExpireCycle(this);
  readonly cron = new Cron(this);
  readonly shutdown = new Shutdown(this);
  readonly foreground = new Foreground(this);
  readonly saving = new Saving(this);
  readonly commandStats = new CommandStats(serverTable.entryCount);
  readonly watchers = new Watchers(this);
  /** A watch is broken before the event is published. */
  readonly keyChanges = new KeyChanges([this.watchers, this.expireCycle, new KeyspaceEvents(this)]);
  readonly memory = new Memory(this);
  readonly clientLimits = new ClientLimits(this);
  readonly pausing = new Pausing(this);
  readonly rates = new Rates(this);
  counters = { ...NO_COUNTS };
  /** The EXEC in progress; between events, an EXEC that is suspended by work on the disk. */
  execution: Execution | undefined = undefined;
  /** Expired waits end first. The cron comes last, after the others have done what was due. */
  readonly parts = new Parts([
    this.blocking,
    this.watchers,
    this.keyChanges,
    this.clientLimits,
    this.foreground,
    this.loading,
    this.saving,
    this.replication,
    this.shutdown,
    this.pausing,
    this.memory,
    this.expireCycle,
    this.rates,
    this.commandStats,
    this.cron,
  ]);

  get settings(): Settings {
    return this.configuration.settings;
  }

  get commands(): CommandTable {
    return serverTable;
  }

  get logRole(): string {
    return this.replication.isReplica ? 'S' : 'M';
  }

  override log(level: LogLevel, line: string): void {
    if (isLogged(level, this.settings.loglevel)) super.log(level, line);
  }

  // Life.

  start(now: Micros, facts: Facts, files: Files, out: Effects): void {
    this.boot(now, facts, out);
    try {
      this.configuration = new Configuration(facts, files);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      refuseToStart(this, error);
      return;
    }
    this.keyspace = new Keyspace(this.settings.databases, hashSeed(seedOf(facts.seed, 'hash')));
    this.parts.start();
    logStart(this);
    out.listen(this.settings.port);
    const dump = files.get(this.settings.dbfilename);
    if (dump === undefined) announceReady(this);
    else this.loading.begin([Buffer.from(dump)], 'start');
  }

  signal(now: Micros, name: string, out: Effects): void {
    this.begin(now, out);
    if (name === 'SIGTERM' || name === 'SIGINT') {
      this.shutdown.signal(name);
    }
  }

  /** `resync`: a replica drops its connection and requests a full resynchronization. */
  instructed(now: Micros, { kind }: Instruction, out: Effects): void {
    this.begin(now, out);
    if (kind === 'resync') this.replication.forceFullResync();
  }

  fileDone(now: Micros, token: Token, result: FileResult, out: Effects): void {
    this.begin(now, out);
    this.parts.fileDone(token, result);
  }

  childDone(now: Micros, child: Token, result: ChildResult, out: Effects): void {
    this.begin(now, out);
    this.parts.childDone(child, result);
  }

  tick(now: Micros, out: Effects): void {
    this.begin(now, out);
    this.parts.tick(now);
  }

  nextDeadline(): Micros {
    return this.parts.nextDeadline();
  }

  copiedBytes(): number {
    return this.keyspace.copiedBytes;
  }

  // Connections.

  override receive(now: Micros, conn: ConnId, chunk: Buffer, out: Effects): void {
    const client = this.clients.get(conn);
    if (client !== undefined && client.kind === 'master') {
      this.begin(now, out);
      this.replication.streamReceived(chunk);
    }
    super.receive(now, conn, chunk, out);
    if (client !== undefined && client.kind !== 'master') this.clientLimits.checkQuery(client);
  }

  protected refuses(entry: CommandEntry, client: Client): string | undefined {
    return refusalOf(this, entry, client);
  }

  /** Loads what a pipeline's commands will look up, all at once. */
  protected override prepare(client: Client, countMax: number): number {
    const db = this.keyspace.databases[client.db]!;
    if (!db.isWorthPrefetching) return countMax;
    client.reader.lookAhead(lookahead);
    if (lookahead.count > 1) db.prefetch(lookahead);
    lookahead.release();
    return lookahead.count;
  }

  protected override postpones(entry: CommandEntry, client: Client): boolean {
    return this.pausing.active && this.pausing.concerns(entry, client);
  }

  protected override rejectCall(client: Client, entry: CommandEntry, error: string): void {
    this.commandStats.refused(entry);
    if (!entry.runsQueued) {
      this.reject(client, error);
      return;
    }
    endTransaction(this, client);
    const reason = error.replace(/^ERR /, '');
    this.reject(client, `EXECABORT Transaction discarded because of: ${reason}`);
  }

  /** The command ran and replied the error. */
  commandFailed(client: Client, entry: CommandEntry, error: string): void {
    this.commandStats.erred(entry);
    this.countError(client, error);
  }

  override countError(client: Client, error: string): void {
    super.countError(client, error);
    this.commandStats.error(error);
    if (client.kind === 'normal') return;
    this.counters.unexpectedErrors += 1;
    this.log('warning', errorInStream(client, error));
  }

  protected perform(call: ServerCall): void {
    const { client, reply } = call;
    const before = reply.length;
    const wasReplica = client.kind === 'replica';
    if (!queueInTransaction(call)) {
      call.perform();
      if (this.execution === undefined) this.replication.executed(client);
    }
    if (client.kind === 'master') {
      // A master gets no replies. REPLCONF ACK does not use the reply writer.
      reply.truncate(before);
      const inside = client.transaction !== undefined || this.execution !== undefined;
      if (!inside) this.replication.streamApplied(client);
    } else if (wasReplica && reply.length > before) {
      this.dropReplica(client);
    }
    // Checked after each command: the rest of a pipeline must not run once a limit is exceeded.
    if (reply.length > STATIC_REPLY_BYTES && client.replyMode === 'on') this.outputWaits(client);
  }

  /** Continues a suspended EXEC before any other command runs. */
  continueTransaction(): void {
    if (this.execution === undefined) return;
    const { client } = this.execution;
    this.call.hold(client, this.commands.find('exec')!, Request.of(['EXEC']), client.reply);
    this.blocking.unblock(client);
    this.perform(this.call);
    // The client has gone meanwhile: removes the state that the rest of its commands has created.
    if (this.clients.get(client.conn) !== client) this.cleanUp(client);
  }

  protected override reject(client: Client, error: string): void {
    super.reject(client, error);
    if (client.kind === 'replica') this.dropReplica(client);
  }

  /** A reply within the replication stream would be parsed as a command, so the replica is closed. */
  private dropReplica(client: Client): void {
    this.log(
      'warning',
      `Replica generated a reply to command '${client.lastCommand}', disconnecting it: ${describeClient(this, client)}`,
    );
    this.kill(client);
  }

  protected beforeFlush(): void {
    this.parts.beforeFlush();
  }

  protected clientGone(client: Client): void {
    this.parts.clientGone(client);
  }

  resetClient(client: Client): void {
    endTransaction(this, client);
    this.pubSub.unsubscribeAll(client);
  }

  override replyTimeout(on: BlockedOn, reply: ReplyWriter): void {
    if (on.kind === 'acks') reply.integer(this.replication.masterSide.countAcked(on.offset));
    else super.replyTimeout(on, reply);
  }

  protected outgoingConnected(connection: OutgoingConnection, error: string | undefined): void {
    this.replication.outgoingConnected(connection, error);
  }

  protected outgoingData(connection: OutgoingConnection, chunk: Buffer): void {
    this.replication.outgoingData(connection, chunk);
  }

  protected outgoingClosed(connection: OutgoingConnection): void {
    this.replication.outgoingClosed(connection);
  }

  protected outputWaits(connection: Connection): void {
    if (connection instanceof Client) this.clientLimits.checkOutput(connection);
  }

  override outputMemory(client: Client): number {
    return client.kind === 'replica' ? this.replication.outputBytes(client) : client.outputMemory;
  }

  // Data.

  /** Sends one executed write down the replication stream. */
  propagate(db: number, command: Propagated): void {
    this.replication.feed(db, command);
  }

  /** Propagates what happened outside of commands (keys the cron expired), without MULTI. */
  flushPropagation(): void {
    this.call.flushOperations(false);
  }

  /** A key was given an expiry: the cron must run `hz` times a second from now on. */
  expirySet(): void {
    this.cron.soon();
  }

  /** Whether the key's expiry has passed, deleted or not. Always false while a file is loaded. */
  isExpired(key: string, db: Database): boolean {
    const at = db.expireAt(key);
    return at >= 0 && at < this.nowMs && !this.loading.active;
  }

  /** Deletes an expired key. The DEL is propagated when the present command has ended. */
  expireKey(key: string, db: Database): void {
    db.delete(key);
    this.counters.expiredKeys += 1;
    this.call.propagateIn(db.index, ['DEL', key]);
    this.keyChanges.expired(key, db);
  }

  /** Empties one database, or every one. */
  emptyDatabases(db: Database | undefined = undefined): void {
    for (const one of db === undefined ? this.keyspace.databases : [db]) {
      this.keyChanges.flushing(one);
      one.clear();
    }
    if (db === undefined) this.expireCycle.forget();
  }

  // What replication asks for (ReplicationHost).

  startBackgroundSave(): boolean {
    return this.saving.background();
  }

  dropData(): void {
    this.log('notice', 'MASTER <-> REPLICA sync: Flushing old data');
    this.saving.killChild();
    this.emptyDatabases();
  }

  startLoading(chunks: Buffer[], origin: 'replication'): void {
    this.log('notice', 'MASTER <-> REPLICA sync: Loading DB in memory');
    this.loading.begin(chunks, origin);
  }

  cancelLoading(): void {
    this.loading.cancel();
    this.keyspace.clear();
  }

  /** Watches survive a change of role. Only a change of their keys breaks them. */
  roleChanged(): void {
    this.parts.roleChanged();
  }

  // Configuration and memory.

  /** After CONFIG SET, with the directives' names. */
  settingsChanged(names: readonly string[]): void {
    this.parts.settingsChanged(names);
  }

  resetStatistics(): void {
    this.counters = { ...NO_COUNTS };
    this.stats.connectionsReceived = 0;
    this.stats.rejectedConnections = 0;
    this.stats.commandsProcessed = 0;
    this.stats.inputBytes = 0;
    this.stats.outputBytes = 0;
    this.stats.replicaOutputBytes = 0;
    this.stats.errorReplies = 0;
    this.parts.resetStatistics();
  }
}
registerState('Server', Server);
