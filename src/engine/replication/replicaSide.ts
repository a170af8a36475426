/**
 * A replica's relation to its master:
 *
 *     connect ──> handshake ──+CONTINUE─────────────────────> connected
 *                            └─+FULLRESYNC─> transfer, load ─┘
 *
 * After a lost connection the replica reconnects at once; after a refused one, with the next cron. The
 * cached master holds what it needs to continue: the master's ID and the database of its stream (the
 * offset is our own). It lasts until a full resynchronization has replaced the data, or until this
 * server becomes a master.
 *
 * Invariant: a replica's offset is its master's, and Stream holds the only copy of it. At most one of
 * `attempt` and `upstream` is set, and neither without a `master`.
 */

import type { FileResult, Micros, Token } from '../machine/machine.ts';
import { registerState } from '../machine/state.ts';
import type { Client } from '../process/client.ts';
import type { OutgoingConnection } from '../process/connection.ts';
import { requestText } from './handshake.ts';
import type { ReplicationHost } from './host.ts';
import type { MasterSide } from './masterSide.ts';
import { secondsBetween } from './seconds.ts';
import type { Stream } from './stream.ts';
import { NO_DATABASE } from './stream.ts';
import { type MasterAddress, SyncAttempt, type SyncOutcome } from './syncAttempt.ts';
import { Upstream } from './upstream.ts';

/** What is kept of a lost connection. The offset is in Stream. */
interface CachedMaster {
  readonly replid: string;
  readonly db: number;
  readonly prePsync: boolean;
}

/** As ROLE names it. */
type MasterConnectionState = 'none' | 'connect' | 'connecting' | 'handshake' | 'sync' | 'connected';

export class ReplicaSide {
  master: MasterAddress | undefined = undefined;
  attempt: SyncAttempt | undefined = undefined;
  upstream: Upstream | undefined = undefined;
  cached: CachedMaster | undefined = undefined;
  /** When the connection was lost; undefined when there has never been one. */
  downSince: Micros | undefined = undefined;
  /** Bytes that came from masters: part of INFO's total_net_repl_input_bytes. */
  inputBytes = 0;
  private readonly host: ReplicationHost;
  private readonly stream: Stream;
  private readonly masterSide: MasterSide;

  constructor(host: ReplicationHost, stream: Stream, masterSide: MasterSide) {
    this.host = host;
    this.stream = stream;
    this.masterSide = masterSide;
  }

  get state(): MasterConnectionState {
    if (this.master === undefined) return 'none';
    if (this.upstream !== undefined) return 'connected';
    if (this.attempt === undefined) return 'connect';
    if (this.attempt.transfer !== undefined) return 'sync';
    return this.attempt.handshake.state === 'connecting' ? 'connecting' : 'handshake';
  }

  // Role.

  /** The configuration names a master: the first cron connects. */
  startAs(master: MasterAddress): void {
    this.master = master;
    this.stream.proxied = true;
  }

  /** The dump loaded at start has a place in a history: the replica may continue from there. */
  restore(replid: string, offset: number, db: number): void {
    this.stream.history.adopt(replid);
    this.stream.backlog.startAt(offset);
    this.cacheSelf(db);
  }

  setMaster(host: string, port: number): void {
    const wasMaster = this.master === undefined;
    this.leaveMaster();
    this.host.blocking.endByDemotion();
    this.master = { host, port };
    this.host.settings.replicaof = { host, port };
    if (wasMaster) {
      this.stream.proxied = true;
      this.stream.backlog.start();
      this.cached = undefined;
      // The new master's stream begins with a SELECT.
      this.cacheSelf(0);
      this.host.note({ kind: 'demoted', master: `${host}:${port}`, offset: this.stream.offset });
    }
    this.host.roleChanged();
    this.connect('Connecting to');
  }

  /** Becomes a master. A new history begins after the bytes this server has. */
  unsetMaster(): void {
    if (this.master === undefined) return;
    const { host, stream } = this;
    const { history } = stream;
    this.leaveMaster();
    host.settings.replicaof = undefined;
    this.discardCached();
    stream.proxied = false;
    history.shift(host.identities, stream.offset);
    host.log(
      'warning',
      `Setting secondary replication ID to ${history.id2}, valid up to offset: ${history.secondOffset}. New replication ID is ${history.id}`,
    );
    // Our replicas must learn the new ID; what they lack is in the backlog.
    this.masterSide.disconnectAll();
    // Replicas may have any database selected, so the stream continues with a SELECT.
    stream.selectedDb = NO_DATABASE;
    this.masterSide.noReplicasSince = host.now;
    this.downSince = undefined;
    host.note({
      kind: 'promoted',
      offset: stream.offset,
      replid: history.id,
      replid2: history.id2,
      secondOffset: history.secondOffset,
    });
    host.roleChanged();
  }

  /** Starts a full resynchronization: an operation of the sandbox, which Redis does not have. */
  forceFullResync(): void {
    if (this.master === undefined) return;
    this.host.log('notice', 'Full resynchronization with MASTER forced by the sandbox.');
    this.cached = undefined;
    if (this.upstream === undefined) {
      this.abandonAttempt();
      this.connect('Reconnecting to');
    } else {
      this.upstream.spoiled = true;
      this.host.kill(this.upstream.client);
    }
  }

  /** Forgets the master and ends the connection, or the attempt. Nothing reconnects. */
  private leaveMaster(): void {
    this.master = undefined;
    if (this.upstream !== undefined) this.host.kill(this.upstream.client);
    this.abandonAttempt();
  }

  /** Caches this server's own place in its history: the new master may share that history. */
  private cacheSelf(db: number): void {
    this.host.log(
      'notice',
      'Before turning into a replica, using my own master parameters to synthesize a cached master: I may be able to synchronize with the new master with just a partial transfer.',
    );
    this.cached = { replid: this.stream.history.id, db, prePsync: false };
  }

  private discardCached(): void {
    if (this.cached === undefined) return;
    this.host.log('notice', 'Discarding previously cached master state.');
    this.cached = undefined;
  }

  // Synchronization.

  private connect(verb: 'Connecting to' | 'Reconnecting to', why = ''): void {
    const { host, port } = this.master!;
    this.host.log('notice', `${verb} MASTER ${host}:${port}${why}`);
    // We ask for the byte after the last one we have.
    const request = this.cached && { replid: this.cached.replid, offset: this.stream.offset + 1 };
    this.attempt = new SyncAttempt(this.host, this.master!, request);
  }

  outgoingConnected(connection: OutgoingConnection, error: string | undefined): void {
    if (this.attempt?.connection === connection) this.conclude(this.attempt.connected(error));
  }

  /** `chunk` is borrowed. */
  outgoingData(connection: OutgoingConnection, chunk: Buffer): void {
    if (this.attempt?.connection !== connection) return;
    this.inputBytes += chunk.length;
    this.conclude(this.attempt.received(chunk));
  }

  outgoingClosed(connection: OutgoingConnection): void {
    if (this.attempt?.connection === connection) this.conclude(this.attempt.closed());
  }

  /** Returns whether the completed operation was on the dump's file. */
  fileDone(token: Token, result: FileResult): boolean {
    if (this.attempt?.transfer?.owns(token) !== true) return false;
    this.conclude(this.attempt.fileDone(token, result));
    return true;
  }

  private conclude(outcome: SyncOutcome): void {
    switch (outcome?.kind) {
      case undefined:
        return;
      case 'refused':
        this.abandonAttempt();
        return;
      case 'failed':
        this.abandonAttempt();
        this.connect('Reconnecting to', ' after failure');
        return;
      case 'continued':
        this.continueStream(outcome.replid);
        return;
      case 'received':
        this.load(outcome.dump);
    }
  }

  private abandonAttempt(): void {
    this.attempt?.abandon();
    this.attempt = undefined;
  }

  private continueStream(replid: string | undefined): void {
    const { host, stream } = this;
    const cached = this.cached!;
    if (replid !== undefined && replid !== cached.replid) {
      host.log('warning', `Master replication ID changed to ${replid}`);
      stream.history.renamed(replid, stream.offset);
      this.masterSide.disconnectAll();
    }
    this.cached = undefined;
    stream.backlog.start();
    this.establish(cached.db, cached.prePsync);
    host.log('notice', 'MASTER <-> REPLICA sync: Master accepted a Partial Resynchronization.');
    this.noteLinkUp('partial');
  }

  private load(dump: Buffer): void {
    // From here on our data is the new master's, so no replica may continue the old history.
    this.discardCached();
    this.masterSide.disconnectAll();
    this.stream.backlog.free();
    this.attempt!.transfer!.loading = true;
    this.host.dropData();
    this.host.startLoading([dump], 'replication');
  }

  loadDone(error: string | undefined): void {
    const { host, stream } = this;
    const attempt = this.attempt!;
    if (error !== undefined) {
      this.conclude(attempt.loadFailed(error));
      return;
    }
    const { announced } = attempt;
    stream.history.adopt(announced.replid);
    stream.backlog.startAt(announced.offset);
    const db = host.loading.fields.replStreamDb ?? 0;
    const prePsync = announced.offset === -1;
    if (attempt.connection === undefined) {
      host.log('notice', 'MASTER <-> REPLICA sync: Finished with success');
      this.attempt = undefined;
      this.cached = { replid: announced.replid, db, prePsync };
      this.connectionLost();
      return;
    }
    const acknowledge = attempt.transfer!.marked;
    this.establish(db, prePsync);
    host.log('notice', 'MASTER <-> REPLICA sync: Finished with success');
    this.noteLinkUp('full');
    // The master sends no stream before this ACK confirms the end of the payload.
    if (acknowledge) this.sendAck();
  }

  /** The attempt's connection becomes the client that is our master. */
  private establish(db: number, prePsync: boolean): void {
    const attempt = this.attempt!;
    this.attempt = undefined;
    const client = this.host.adopt(attempt.connection!);
    client.kind = 'master';
    client.db = db;
    this.upstream = new Upstream(client, this.stream.offset, prePsync);
    this.downSince = undefined;
    for (const chunk of attempt.takeUnread()) {
      if (chunk.length === 0) continue;
      this.upstream.received(chunk);
      client.reader.feed(chunk);
      this.host.wake(client);
    }
  }

  private noteLinkUp(by: 'partial' | 'full'): void {
    const { host, port } = this.master!;
    const { history, offset } = this.stream;
    this.host.note({ kind: 'link-up', master: `${host}:${port}`, by, replid: history.id, offset });
  }

  // The established connection.

  /** `chunk` is borrowed. */
  streamReceived(chunk: Buffer): void {
    this.inputBytes += chunk.length;
    this.upstream?.received(chunk);
  }

  /** After each of the master's commands; a transaction counts as one. */
  streamApplied(client: Client): void {
    const { upstream } = this;
    if (upstream?.client !== client) return;
    upstream.moveApplied(this.stream.backlog);
    this.masterSide.trimBacklog();
  }

  /** Acknowledges the offset to the master. */
  sendAck(): void {
    const { upstream } = this;
    if (upstream === undefined || upstream.prePsync) return;
    const text = requestText(['REPLCONF', 'ACK', String(this.stream.offset)]);
    upstream.client.feed(Buffer.from(text));
    this.host.touch(upstream.client);
  }

  beforeFlush(): void {
    const { upstream } = this;
    if (upstream === undefined) return;
    upstream.settle();
    // A master gets nothing but ACKs: it would parse a reply as a command.
    upstream.client.reply.truncate(0);
    // The reader closes a master's client only for a protocol error in the stream.
    if (upstream.client.closeAfterReply) upstream.spoiled = true;
  }

  clientGone(client: Client): void {
    const { upstream } = this;
    if (upstream?.client !== client) return;
    this.upstream = undefined;
    const { id } = this.stream.history;
    this.cached = upstream.spoiled
      ? undefined
      : { replid: id, db: client.db, prePsync: upstream.prePsync };
    this.connectionLost();
  }

  private connectionLost(): void {
    const { host } = this;
    host.log('warning', 'Connection with master lost.');
    if (this.cached !== undefined) host.log('notice', 'Caching the disconnected master state.');
    this.downSince = host.now;
    host.note({ kind: 'link-down', offset: this.stream.offset, cached: this.cached !== undefined });
    if (this.master !== undefined) this.connect('Reconnecting to');
  }

  // Time.

  /** Once a second. */
  cron(): void {
    const { host } = this;
    if (this.master === undefined) return;
    if (this.attempt !== undefined) this.conclude(this.attempt.cron());
    const client = this.upstream?.client;
    const { replTimeout } = host.settings;
    if (client !== undefined && secondsBetween(client.lastInteraction, host.now) > replTimeout) {
      host.log('warning', 'MASTER timeout: no data nor PING received...');
      host.kill(client);
    }
    if (this.state === 'connect') this.connect('Connecting to');
    this.sendAck();
  }
}
registerState('ReplicaSide', ReplicaSide);
