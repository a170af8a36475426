/**
 * One Redis server process: assembles keyspace, persistence, replication and the command table on
 * the shared process, and runs its cron.
 *
 * Invariant: `replication` alone decides the role; `loading.active` means that nobody but the
 * loader touches the keyspace.
 */

import type { NotifyClass } from '../commands/call.ts';
import type { Database } from '../data/database.ts';
import { Keyspace } from '../data/keyspace.ts';
import type {
  ChildResult,
  ConnId,
  Effects,
  Facts,
  FileResult,
  Files,
  Micros,
  Token,
} from '../machine/machine.ts';
import { registerState } from '../machine/state.ts';
import { Client } from '../process/client.ts';
import { describeClient } from '../process/clientCommands.ts';
import type { CommandEntry, CommandTable } from '../process/commandTable.ts';
import { ConfigError } from '../process/configFile.ts';
import { type Connection, type Link, STATIC_REPLY_BYTES } from '../process/connection.ts';
import { Process } from '../process/process.ts';
import { Replication } from '../replication/replication.ts';
import type { Bytes } from '../resp/bytes.ts';
import { representation } from '../resp/splitArguments.ts';
import { ClientLimits } from './clientLimits.ts';
import { CommandStats } from './commandStats.ts';
import { serverTable } from './commands.ts';
import { Configuration } from './configuration.ts';
import { EXPIRE_PERIOD_MICROS, ExpireCycle } from './expireCycle.ts';
import { Loading } from './loading.ts';
import { Memory } from './memory.ts';
import { Pausing } from './pausing.ts';
import { refusalOf } from './refusals.ts';
import { Reloading } from './reloading.ts';
import { Saving } from './saving.ts';
import { ServerCall } from './serverCall.ts';
import type { Settings } from './settings.ts';
import { Shutdown } from './shutdown.ts';
import { errorInStream } from './streamErrors.ts';
import { endTransaction, queueInTransaction } from './transactions.ts';
import { Watchers } from './watchers.ts';

/** What these say are pushes, not replies: CLIENT REPLY OFF does not concern them. */
const ANSWERED_BY_PUSH = new Set(['subscribe', 'unsubscribe', 'psubscribe', 'punsubscribe']);

const CRON_PERIOD_MICROS = 1_000_000;
/** Of a query buffer that grew too long, in the log. */
const QUERY_BYTES_SHOWN = 64;

export class Server extends Process {
  readonly mode = 'standalone';
  configuration!: Configuration;
  keyspace!: Keyspace;
  readonly call = new ServerCall(this);
  readonly replication = new Replication(this);
  readonly loading = new Loading(this);
  readonly expireCycle = new ExpireCycle(this);
  readonly shutdown = new Shutdown(this);
  readonly reloading = new Reloading(this);
  saving!: Saving;
  readonly commandStats = new CommandStats(serverTable.entryCount);
  readonly watchers = new Watchers(this);
  readonly memory = new Memory(this);
  private readonly clientLimits = new ClientLimits(this);
  readonly pausing = new Pausing(this);
  counters = { keyspaceHits: 0, keyspaceMisses: 0, expiredKeys: 0 };
  private cronAt: Micros = 0;
  private children = 0;

  get settings(): Settings {
    return this.configuration.settings;
  }

  get commands(): CommandTable {
    return serverTable;
  }

  get logRole(): string {
    return this.replication.isReplica ? 'S' : 'M';
  }

  // Life.

  start(now: Micros, facts: Facts, files: Files, out: Effects): void {
    this.boot(now, facts, out);
    try {
      this.configuration = new Configuration(facts, files);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      this.refuseToStart(error);
      return;
    }
    this.saving = new Saving(this);
    this.keyspace = new Keyspace(this.settings.databases);
    this.cronAt = now + EXPIRE_PERIOD_MICROS;
    this.replication.start();
    this.logStart();
    out.listen(this.settings.port);
    const dump = files.get(this.settings.dbfilename);
    if (dump === undefined) this.announceReady();
    else this.loading.begin([Buffer.from(dump)], 'start');
  }

  private refuseToStart(error: ConfigError): void {
    for (const line of error.report()) this.out.log('warning', 'C', line);
    this.out.exit(1);
  }

  private logStart(): void {
    const { out, facts } = this;
    out.log('warning', 'C', 'oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo');
    out.log(
      'warning',
      'C',
      `Redis version=7.0.15, bits=64, commit=00000000, modified=0, pid=${facts.pid}, just started`,
    );
    if (this.configuration.ignored.length > 0) {
      out.log(
        'warning',
        'C',
        `Directives without effect in this server: ${this.configuration.ignored.join(' ')}`,
      );
    }
    out.log('warning', 'C', 'Configuration loaded');
    this.log('notice', `Running mode=standalone, port=${this.settings.port}.`);
    this.log('warning', 'Server initialized');
  }

  /** The dump at start has been read, or could not be. */
  startLoaded(error: string | undefined): void {
    if (error !== undefined) {
      this.log('warning', error);
      this.log('warning', 'Fatal error loading the DB, check server logs. Exiting.');
      this.out.exit(1);
      return;
    }
    const { keysLoaded, keysExpired, expired, startedAt, fields } = this.loading;
    this.log(
      'notice',
      `Done loading RDB, keys loaded: ${keysLoaded}, keys expired: ${keysExpired}.`,
    );
    const seconds = ((this.now - startedAt) / 1e6).toFixed(3);
    this.log('notice', `DB loaded from disk: ${seconds} seconds`);
    this.replication.restore(fields);
    // Replicas that continue from the dump's offset still have what this master has dropped.
    for (const { db, key } of expired) this.replication.feed(db, ['DEL', key]);
    this.loading.expired = [];
    this.announceReady();
  }

  private announceReady(): void {
    this.log('notice', 'Ready to accept connections');
  }

  signal(now: Micros, name: string, out: Effects): void {
    this.begin(now, out);
    if (name === 'SIGTERM' || name === 'SIGINT') {
      this.log('warning', `Received ${name} scheduling shutdown...`);
      this.shutdown.begin({ save: undefined, now: false, force: false }, undefined);
    } else if (name === 'FULLRESYNC') {
      this.replication.forceFullResync();
    }
  }

  fileDone(now: Micros, token: Token, result: FileResult, out: Effects): void {
    this.begin(now, out);
    if (this.saving.fileDone(token, result) || this.reloading.fileDone(token, result)) return;
    this.replication.fileDone(token, result);
  }

  childDone(now: Micros, child: Token, result: ChildResult, out: Effects): void {
    this.begin(now, out);
    this.saving.childDone(child, result);
  }

  tick(now: Micros, out: Effects): void {
    this.begin(now, out);
    this.loading.tick();
    this.replication.tick();
    this.shutdown.tick();
    this.pausing.tick();
    if (now >= this.cronAt) this.cron();
  }

  nextDeadline(): Micros {
    return Math.min(
      this.cronAt,
      this.loading.nextDeadline(),
      this.replication.nextDeadline(),
      this.shutdown.nextDeadline(),
      this.pausing.nextDeadline(),
    );
  }

  /** Once a second; ten times while keys wait to expire. */
  private cron(): void {
    this.saving.cron();
    this.clientLimits.cron();
    this.memory.look();
    if (this.expireCycle.needed) {
      this.expireCycle.run();
      this.cronAt = this.now + EXPIRE_PERIOD_MICROS;
    } else {
      this.cronAt = this.now + CRON_PERIOD_MICROS;
    }
  }

  // Connections.

  override receive(now: Micros, conn: ConnId, chunk: Buffer, out: Effects): void {
    const client = this.clients.get(conn);
    if (client !== undefined && client.kind === 'master') {
      this.begin(now, out);
      this.replication.streamReceived(chunk);
    }
    super.receive(now, conn, chunk, out);
    if (client !== undefined && client.kind !== 'master') this.limitQueryBuffer(client);
  }

  /** client-query-buffer-limit: what a client has sent before a whole request, or while it is blocked. */
  private limitQueryBuffer(client: Client): void {
    const { reader } = client;
    if (reader.unread <= this.settings.clientQueryBufferLimit) return;
    const start = representation(reader.peek(QUERY_BYTES_SHOWN));
    this.log(
      'warning',
      `Closing client that reached max query buffer length: ${describeClient(this, client)} (qbuf initial bytes: ${start})`,
    );
    this.kill(client);
  }

  protected refuses(entry: CommandEntry, client: Client): string | undefined {
    return refusalOf(this, entry, client);
  }

  protected override postpones(entry: CommandEntry, client: Client): boolean {
    return this.pausing.active && this.pausing.concerns(entry, client);
  }

  protected override rejectCall(client: Client, entry: CommandEntry, error: string): void {
    this.commandStats.refused(entry);
    if (entry.name !== 'exec') {
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

  protected override countError(client: Client, error: string): void {
    super.countError(client, error);
    this.commandStats.error(error);
    if (client.kind !== 'normal') this.log('warning', errorInStream(client, error));
  }

  protected perform(call: ServerCall): void {
    const { client } = call;
    const { reply } = client;
    const before = reply.length;
    const wasReplica = client.kind === 'replica';
    if (!queueInTransaction(call)) {
      call.perform();
      this.replication.executed(client);
    }
    if (client.kind === 'master') {
      // A master gets no replies; what it is told (ACK) goes around the reply writer.
      reply.truncate(before);
      if (client.transaction === undefined) this.replication.streamApplied(client);
    } else if (wasReplica && reply.length > before) {
      this.dropReplica(client);
    } else if (client.replyMode !== 'on' && !ANSWERED_BY_PUSH.has(call.entry.name)) {
      this.applyReplyMode(client, before);
    }
    // Looked at after each command, so that the rest of a pipeline does not run.
    if (reply.length > STATIC_REPLY_BYTES) this.outputWaits(client);
  }

  protected override reject(client: Client, error: string): void {
    super.reject(client, error);
    if (client.kind === 'replica') this.dropReplica(client);
  }

  /** A reply has no place in the replication stream: the replica would take it for commands. */
  private dropReplica(client: Client): void {
    this.log(
      'warning',
      `Replica generated a reply to command '${client.lastCommand}', disconnecting it: ${describeClient(this, client)}`,
    );
    this.kill(client);
  }

  /** CLIENT REPLY OFF and SKIP. */
  private applyReplyMode(client: Client, before: number): void {
    if (client.replyMode === 'skipNext') {
      client.replyMode = 'skip';
      client.reply.truncate(before);
      return;
    }
    client.reply.truncate(before);
    if (client.replyMode === 'skip') client.replyMode = 'on';
  }

  /** Runs a command queued in MULTI, under EXEC. */
  performQueued(client: Client, args: readonly Bytes[]): void {
    const { call } = this;
    call.entry = this.commands.resolve(args)!;
    call.args = args as Bytes[];
    client.lastCommand = call.entry.name;
    call.perform();
  }

  protected beforeFlush(): void {
    const { call } = this;
    if (call.dirty > 0) {
      this.saving.dirty += call.dirty;
      call.dirty = 0;
    }
    this.replication.beforeFlush();
  }

  protected clientGone(client: Client): void {
    this.watchers.unwatch(client);
    client.transaction = undefined;
    this.clientLimits.forget(client);
    this.shutdown.clientGone(client);
    this.replication.clientGone(client);
  }

  resetClient(client: Client): void {
    endTransaction(this, client);
    this.pubSub.unsubscribeAll(client);
  }

  unblockEarly(client: Client, withError: boolean): boolean {
    return this.replication.unblockEarly(client, withError);
  }

  protected linkConnected(link: Link, error: string | undefined): void {
    this.replication.linkConnected(link, error);
  }

  protected linkData(link: Link, chunk: Buffer): void {
    this.replication.linkData(link, chunk);
  }

  protected linkClosed(link: Link): void {
    this.replication.linkClosed(link);
  }

  protected connectionDrained(connection: Connection): void {
    this.replication.connectionDrained(connection);
  }

  protected outputWaits(connection: Connection): void {
    if (connection instanceof Client) this.clientLimits.checkOutput(connection);
  }

  override outputMemory(client: Client): number {
    return client.kind === 'replica' ? this.replication.outputBytes(client) : client.outputMemory;
  }

  // Data.

  /** Sends one executed write down the replication stream. */
  propagate(db: number, args: readonly Bytes[]): void {
    this.replication.feed(db, args);
  }

  /** Propagates what happened outside of a command, each by itself: keys the cron expired. */
  flushPropagation(): void {
    this.call.flushOperations(false);
  }

  /** A key was given an expiry: the cron looks after it from now on. */
  expirySet(): void {
    this.cronAt = Math.min(this.cronAt, this.now + EXPIRE_PERIOD_MICROS);
  }

  /** Past its time, whether or not somebody has deleted it yet. While a file is loaded nothing is. */
  isExpired(key: string, db: Database): boolean {
    const at = db.expireAt(key);
    return at >= 0 && at < this.nowMs && !this.loading.active;
  }

  /** Deletes a key past its time and propagates a DEL, once the present command is done. */
  expireKey(key: string, db: Database): void {
    db.delete(key);
    this.counters.expiredKeys += 1;
    this.call.propagateIn(db.index, ['DEL', key]);
    this.watchers.touch(key, db);
    this.notifyKeyspaceEvent('x', 'expired', key, db.index);
  }

  /** Empties one database, or every one. */
  emptyDatabases(db: Database | undefined = undefined): void {
    for (const one of db === undefined ? this.keyspace.databases : [db]) {
      this.watchers.touchAll(one, undefined);
      one.clear();
    }
    if (db === undefined) this.expireCycle.forget();
  }

  notifyKeyspaceEvent(type: NotifyClass, event: string, key: string, db: number): void {
    const letters = this.settings.notifyKeyspaceEvents;
    if (!letters.includes(type)) return;
    const touch = (client: Client) => this.touch(client);
    if (letters.includes('K')) this.pubSub.publish(`__keyspace@${db}__:${key}`, event, touch);
    if (letters.includes('E')) this.pubSub.publish(`__keyevent@${db}__:${event}`, key, touch);
  }

  // What replication asks for (ReplicationHost).

  get saveInProgress(): boolean {
    return this.saving.child !== undefined;
  }

  get loadingInProgress(): boolean {
    return this.loading.active;
  }

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

  /** WATCH of a new role's clients is broken by the data that changes under it; nothing else is. */
  roleChanged(): void {
    this.expireCycle.forget();
    this.cronAt = Math.min(this.cronAt, this.now + EXPIRE_PERIOD_MICROS);
  }

  nextChildPid(): number {
    this.children += 1;
    return this.facts.pid + this.children;
  }

  // Configuration and memory.

  /** After CONFIG SET, with the directives' names. */
  settingsChanged(names: readonly string[]): void {
    this.replication.settingsChanged(names);
  }

  /** Writes the configuration file anew: a temp file, fsync, rename. */
  rewriteConfiguration(): void {
    const path = this.configuration.path!;
    const temp = `${path}.${this.facts.pid}.tmp`;
    this.out.file({ kind: 'write', path: temp, bytes: this.configuration.rewrite() });
    this.out.file({ kind: 'fsync', path: temp });
    this.out.file({ kind: 'rename', path: temp, to: path });
    this.log('notice', 'CONFIG REWRITE executed with success.');
  }

  /** Whether `enable-…-command`-like settings allow it for this client: no, yes, or local ones. */
  allows(setting: 'enableDebugCommand' | 'enableProtectedConfigs', client: Client): boolean {
    const value = this.settings[setting];
    return value === 'yes' || (value === 'local' && client.peer.addr.startsWith('127.'));
  }

  resetStatistics(): void {
    this.counters = { keyspaceHits: 0, keyspaceMisses: 0, expiredKeys: 0 };
    this.stats.connectionsReceived = 0;
    this.stats.rejectedConnections = 0;
    this.stats.commandsProcessed = 0;
    this.stats.inputBytes = 0;
    this.stats.errorReplies = 0;
    this.commandStats.reset();
    this.replication.resetStatistics();
  }
}
registerState(Server);
