/**
 * Replication of one server: the master side, the replica side, and the stream between them. The server
 * calls this class; this room knows the server only as ReplicationHost.
 *
 * A bird's eye view:
 *
 *     commands ──feed──> Stream (history + backlog) ──pump──> MasterSide: replicas
 *                           ^                                   └─ FullSync: BGSAVE, RDB
 *     master ──Upstream─────┘
 *        ^──SyncAttempt──> ReplicaSide
 *
 * Invariant: the role is the replica side's: a server is a replica iff it has a master.
 */

import type { FileResult, Token } from '../machine/machine.ts';
import { registerState } from '../machine/state.ts';
import type { Client } from '../process/client.ts';
import type { OutgoingConnection } from '../process/connection.ts';
import { Due } from '../process/due.ts';
import type { Propagated } from '../resp/request.ts';
import type { ReplicationHost } from './host.ts';
import { infoFields } from './info.ts';
import { MasterSide } from './masterSide.ts';
import { stateNames } from './replica.ts';
import { ReplicaSide } from './replicaSide.ts';
import { SECOND_MICROS } from './seconds.ts';
import { NO_DATABASE, Stream } from './stream.ts';
import { Waits } from './waits.ts';

/** What an RDB's auxiliary fields say about its place in a replication history. */
interface ReplicationAux {
  readonly replId?: string;
  readonly replOffset?: number;
  readonly replStreamDb?: number;
}

export class Replication {
  readonly host: ReplicationHost;
  readonly stream = new Stream();
  readonly masterSide: MasterSide;
  readonly replicaSide: ReplicaSide;
  readonly waits: Waits;
  /** The cron's next run. */
  readonly due = new Due();

  /** The host's configuration is not read before `start`. */
  constructor(host: ReplicationHost) {
    this.host = host;
    this.masterSide = new MasterSide(host, this.stream);
    this.replicaSide = new ReplicaSide(host, this.stream, this.masterSide);
    this.waits = new Waits(host, this.stream, this.masterSide);
  }

  // What others ask.

  get isReplica(): boolean {
    return this.replicaSide.master !== undefined;
  }

  get masterLinkUp(): boolean {
    return this.replicaSide.upstream !== undefined;
  }

  /** master_replid. */
  get replid(): string {
    return this.stream.history.id;
  }

  /** master_repl_offset. */
  get offset(): number {
    return this.stream.offset;
  }

  get replicaCount(): number {
    return this.masterSide.replicas.length;
  }

  get syncFull(): number {
    return this.masterSide.stats.syncFull;
  }

  get syncPartialOk(): number {
    return this.masterSide.stats.syncPartialOk;
  }

  get syncPartialErr(): number {
    return this.masterSide.stats.syncPartialErr;
  }

  /** INFO's total_net_repl_input_bytes: what this server's masters have sent. */
  get inputBytes(): number {
    return this.replicaSide.inputBytes;
  }

  get backlogBytes(): number {
    return this.stream.backlog.memoryBytes;
  }

  /** Online replicas whose lag is within min-replicas-max-lag. */
  goodReplicas(): number {
    return this.masterSide.goodReplicas;
  }

  /** Number of replicas that have not acknowledged everything. SHUTDOWN waits for them. */
  laggingReplicas(): number {
    return this.masterSide.replicas.filter(
      (replica) => !replica.rdbOnly && replica.ackOffset !== this.stream.offset,
    ).length;
  }

  /** SHUTDOWN's log line for each of them. */
  describeLaggingReplicas(): string[] {
    const { offset } = this.stream;
    return this.masterSide.replicas
      .filter((replica) => !replica.rdbOnly && replica.ackOffset !== offset)
      .map((replica) => {
        const lag = replica.state === 'online' ? replica.lag(this.host.now) : 0;
        const behind = offset - replica.ackOffset;
        const state = stateNames[replica.state] ?? '';
        return `Lagging replica ${replica.name} reported offset ${behind} behind master, lag=${lag}, state=${state}.`;
      });
  }

  /** A replica's output buffer, as CLIENT LIST shows it in omem. */
  outputBytes(client: Client): number {
    const replica = this.masterSide.attached(client);
    return replica?.needsStream ? this.stream.backlog.chargeFrom(replica.nextOffset) : 0;
  }

  /** INFO replication, in Redis's order. */
  infoFields(): [string, string | number][] {
    return infoFields(this);
  }

  /** The place in the history of a snapshot taken now; empty when there is none. */
  rdbAux(): ReplicationAux {
    const { replicaSide, stream } = this;
    const origin = replicaSide.upstream?.client ?? replicaSide.cached;
    const known = this.isReplica ? origin !== undefined : stream.backlog.active;
    if (!known) return {};
    const db = this.isReplica ? origin!.db : stream.selectedDb;
    return {
      replStreamDb: db === NO_DATABASE ? 0 : db,
      replId: stream.history.id,
      replOffset: stream.offset,
    };
  }

  // Life.

  /** The configuration has been read, nothing has been loaded yet. */
  start(): void {
    const { host } = this;
    this.stream.history.begin(host.identities);
    this.stream.backlog.resize(host.settings.replBacklogSize);
    if (host.settings.replicaof !== undefined) this.replicaSide.startAs(host.settings.replicaof);
    this.due.at = host.now;
  }

  /**
   * The dump loaded at start has a place in a history. A replica tries to continue from there. A master
   * starts a new history, but replicas with exactly the dump's offset may continue.
   */
  restore({ replId, replOffset, replStreamDb }: ReplicationAux): void {
    if (replId === undefined || replOffset === undefined) return;
    if (this.isReplica) {
      this.replicaSide.restore(replId, replOffset, replStreamDb ?? 0);
      return;
    }
    this.stream.history.remember(replId, replOffset);
    this.stream.backlog.startAt(replOffset);
    this.masterSide.noReplicasSince = this.host.now;
  }

  settingsChanged(names: readonly string[]): void {
    if (names.includes('repl-backlog-size')) {
      this.stream.backlog.resize(this.host.settings.replBacklogSize);
      this.masterSide.trimBacklog();
    }
    this.masterSide.refreshGoodReplicas();
  }

  resetStatistics(): void {
    const { stats } = this.masterSide;
    stats.syncFull = 0;
    stats.syncPartialOk = 0;
    stats.syncPartialErr = 0;
    this.replicaSide.inputBytes = 0;
  }

  // Operations.

  replicaof(host: string, port: number): void {
    this.replicaSide.setMaster(host, port);
  }

  replicaofNoOne(): void {
    this.replicaSide.unsetMaster();
  }

  forceFullResync(): void {
    this.replicaSide.forceFullResync();
  }

  /** DEBUG CHANGE-REPL-ID. */
  changeReplId(): void {
    this.stream.history.begin(this.host.identities);
  }

  // The stream.

  /** A command this master executed. No-op on a replica, whose stream is its master's. */
  feed(db: number, command: Propagated): void {
    this.stream.feed(db, command);
    this.masterSide.trimBacklog();
  }

  /** A client has executed a command, a read or a write: WAIT counts from this offset. */
  executed(client: Client): void {
    this.waits.executed(client);
  }

  /** Bytes of the master's stream, borrowed, before they are parsed. */
  streamReceived(chunk: Buffer): void {
    this.replicaSide.streamReceived(chunk);
  }

  streamApplied(client: Client): void {
    this.replicaSide.streamApplied(client);
  }

  // Events.

  outgoingConnected(connection: OutgoingConnection, error: string | undefined): void {
    this.replicaSide.outgoingConnected(connection, error);
  }

  outgoingData(connection: OutgoingConnection, chunk: Buffer): void {
    this.replicaSide.outgoingData(connection, chunk);
  }

  outgoingClosed(connection: OutgoingConnection): void {
    this.replicaSide.outgoingClosed(connection);
  }

  clientGone(client: Client): void {
    this.masterSide.clientGone(client);
    this.replicaSide.clientGone(client);
  }

  saveDone(ok: boolean): void {
    this.masterSide.saveDone(ok);
  }

  loadDone(error: string | undefined): void {
    this.replicaSide.loadDone(error);
  }

  fileDone(token: Token, result: FileResult): boolean {
    return this.masterSide.fileDone(token, result) || this.replicaSide.fileDone(token, result);
  }

  beforeFlush(): void {
    this.waits.beforeFlush();
    this.masterSide.beforeFlush();
    this.replicaSide.beforeFlush();
  }

  tick(): void {
    const { due } = this;
    due.at += SECOND_MICROS;
    // After a stop of the process the missed runs are skipped, as by Redis's cron.
    if (due.at <= this.host.now) due.at = this.host.now + SECOND_MICROS;
    this.replicaSide.cron();
    this.masterSide.cron();
  }
}
registerState('Replication', Replication);
