/**
 * A server's replicas: their state, what each has been sent, and what it is sent next. A replica with
 * sub-replicas has this side, too.
 *
 * Nothing is sent while a command runs: the stream grows in the backlog. Once an event, each replica is
 * sent the bytes from its own position on, as many as its send window allows.
 *
 * Invariant: `replicas` holds exactly the clients of kind `replica`, in the order they attached; the
 * backlog is active while it is not empty.
 */

import type { FileResult, Token } from '../machine/machine.ts';
import { SEND_WINDOW_BYTES } from '../machine/machine.ts';
import { registerState } from '../machine/state.ts';
import type { Client } from '../process/client.ts';
import { describeClient } from '../process/clientCommands.ts';
import { FullSync } from './fullSync.ts';
import type { ReplicationHost } from './host.ts';
import { closeAboveLimit } from './outputLimit.ts';
import {
  decidePsync,
  type FullResyncReason,
  type PsyncRequest,
  type ReceivedRequest,
} from './psyncDecision.ts';
import { Replica } from './replica.ts';
import { secondsBetween } from './seconds.ts';
import type { Stream } from './stream.ts';

/** In lower case, as 7.0 sends it. */
const PING = ['ping'] as const;
const GETACK = ['REPLCONF', 'GETACK', '*'] as const;
const NEWLINE = Buffer.from('\n');

export class MasterSide {
  readonly replicas: Replica[] = [];
  /** INFO's counters. */
  readonly stats = { syncFull: 0, syncPartialOk: 0, syncPartialErr: 0 };
  /** A replica has acknowledged more, or come online, since Waits looked. */
  ackedMore = false;
  /** Online replicas whose lag is within min-replicas-max-lag, as of the last look. */
  goodReplicas = 0;
  /** Since when there has been no replica: the backlog's time to live counts from here. */
  noReplicasSince = 0;
  private readonly host: ReplicationHost;
  private readonly stream: Stream;
  private readonly fullSync: FullSync;
  /** By client id: all clients that have sent REPLCONF, PSYNC or SYNC. */
  private readonly known = new Map<number, Replica>();
  private cronRuns = 0;

  constructor(host: ReplicationHost, stream: Stream) {
    this.host = host;
    this.stream = stream;
    this.fullSync = new FullSync(host, stream, this.replicas);
  }

  /** What is known of the client as a replica; REPLCONF writes to it. */
  knownReplica(client: Client): Replica {
    const known = this.known.get(client.id);
    if (known !== undefined) return known;
    const replica = new Replica(client);
    this.known.set(client.id, replica);
    return replica;
  }

  attached(client: Client): Replica | undefined {
    const replica = this.known.get(client.id);
    return replica === undefined || replica.state === 'announced' ? undefined : replica;
  }

  // Synchronization.

  /** PSYNC: continues if the backlog has the bytes. Returns false when a full resynchronization is needed. */
  tryPartialResync(replica: Replica, asked: ReceivedRequest): boolean {
    const decision = decidePsync(this.stream, asked);
    if (decision.kind === 'continue') {
      this.continueFrom(replica, asked.offset, decision.bytes);
      return true;
    }
    this.logRefusal(replica, asked, decision.reason);
    if (!asked.replid.startsWith('?')) this.stats.syncPartialErr += 1;
    this.noteFullResync(replica, decision.reason, asked);
    return false;
  }

  /** The old SYNC: no offsets are exchanged. */
  syncWithoutOffsets(replica: Replica): void {
    replica.prePsync = true;
    this.noteFullResync(replica, 'sync', { replid: '?', offset: -1 });
    this.fullResync(replica);
  }

  fullResync(replica: Replica): void {
    const { host, stream } = this;
    this.stats.syncFull += 1;
    this.attach(replica);
    if (!stream.backlog.active) {
      // Without a backlog the offset stood still while data changed. A replica that knows the old ID
      // and offset must not mistake the bytes to come for those that it lacks.
      stream.history.begin(host.identities);
      stream.backlog.start();
      host.log(
        'notice',
        `Replication backlog created, my new replication IDs are '${stream.history.id}' and '${stream.history.id2}'`,
      );
    }
    this.fullSync.request(replica);
  }

  private continueFrom(replica: Replica, offset: number, bytes: number): void {
    const { host, stream } = this;
    this.stats.syncPartialOk += 1;
    this.attach(replica);
    replica.nextOffset = offset;
    const id = replica.capabilities.psync2 ? ` ${stream.history.id}` : '';
    this.send(replica, Buffer.from(`+CONTINUE${id}\r\n`));
    host.log(
      'notice',
      `Partial resynchronization request from ${replica.name} accepted. Sending ${bytes} bytes of backlog starting from offset ${offset}.`,
    );
    const { firstOffset: first, lastOffset: last } = stream.backlog;
    host.note({ kind: 'partial-resync', replica: replica.name, asked: offset, first, last, bytes });
    this.goOnline(replica);
  }

  private attach(replica: Replica): void {
    replica.client.kind = 'replica';
    this.replicas.push(replica);
  }

  private goOnline(replica: Replica): void {
    replica.state = 'online';
    replica.onlineAt = this.host.now;
    this.ackedMore = true;
    this.refreshGoodReplicas();
    this.host.note({ kind: 'replica-online', replica: replica.name, offset: replica.nextOffset });
  }

  private logRefusal(replica: Replica, asked: ReceivedRequest, reason: FullResyncReason): void {
    const { host } = this;
    const { history, offset } = this.stream;
    if (reason === 'no-cached-master') {
      host.log('notice', `Full resync requested by replica ${replica.name}`);
    } else if (reason === 'replid') {
      host.log(
        'notice',
        `Partial resynchronization not accepted: Replication ID mismatch (Replica asked for '${asked.replid}', my replication IDs are '${history.id}' and '${history.id2}')`,
      );
    } else if (reason === 'second-offset') {
      host.log(
        'notice',
        `Partial resynchronization not accepted: Requested offset for second ID was ${asked.offsetText}, but I can reply up to ${history.secondOffset}`,
      );
    } else {
      host.log(
        'notice',
        `Unable to partial resync with replica ${replica.name} for lack of backlog (Replica request was: ${asked.offsetText}).`,
      );
      if (asked.offset <= offset) return;
      host.log(
        'warning',
        `Warning: replica ${replica.name} tried to PSYNC with an offset that is greater than the master replication offset.`,
      );
    }
  }

  private noteFullResync(replica: Replica, reason: FullResyncReason, asked: PsyncRequest): void {
    const { history, backlog } = this.stream;
    this.host.note({
      kind: 'full-resync',
      replica: replica.name,
      reason,
      askedId: asked.replid,
      asked: asked.offset,
      first: backlog.firstOffset,
      last: backlog.lastOffset,
      replid: history.id,
      replid2: history.id2,
      secondOffset: history.secondOffset,
    });
  }

  saveDone(ok: boolean): void {
    this.fullSync.saveDone(ok);
  }

  fileDone(token: Token, result: FileResult): boolean {
    return this.fullSync.fileDone(token, result);
  }

  // The stream.

  /** After the stream has grown: drops blocks beyond the backlog's size that no replica needs. */
  trimBacklog(): void {
    const { backlog } = this.stream;
    if (!backlog.overfull) return;
    let neededFrom = Number.POSITIVE_INFINITY;
    for (const replica of this.replicas) {
      if (replica.needsStream) neededFrom = Math.min(neededFrom, replica.nextOffset);
    }
    backlog.trim(neededFrom);
  }

  /** Once an event: sends the stream to each replica, and closes replicas above their output limit. */
  beforeFlush(): void {
    for (const replica of [...this.replicas]) {
      if (this.disconnectTalker(replica)) continue;
      this.pump(replica);
      if (replica.nextOffset <= this.stream.offset) {
        closeAboveLimit(this.host, this.stream, replica, 'soon');
      }
    }
    this.trimBacklog();
  }

  /** Sends what the replica's window allows: the RDB first, then the stream. */
  pump(replica: Replica): void {
    if (replica.state === 'sendBulk' && this.fullSync.sendPayload(replica)) {
      this.payloadSent(replica);
    }
    if (replica.state !== 'online') return;
    const { client } = replica;
    const { backlog } = this.stream;
    let room = SEND_WINDOW_BYTES - client.inFlight - client.queuedBytes;
    while (room > 0 && replica.nextOffset <= backlog.lastOffset) {
      const part = backlog.bytesFrom(replica.nextOffset, room);
      replica.nextOffset += part.length;
      room -= part.length;
      this.send(replica, part);
    }
  }

  private payloadSent(replica: Replica): void {
    const { host } = this;
    if (replica.rdbOnly) {
      host.log(
        'notice',
        `RDB transfer completed, rdb only replica (${replica.name}) should be disconnected asap`,
      );
      host.closeAfterReply(replica.client);
      return;
    }
    this.goOnline(replica);
    host.log('notice', `Synchronization with replica ${replica.name} succeeded`);
  }

  /** A reply within the stream would be parsed as a command, so a replica that has caused one is closed. */
  private disconnectTalker(replica: Replica): boolean {
    const { client } = replica;
    if (client.reply.length === 0 || client.closeAfterReply) return false;
    this.host.log(
      'warning',
      `Replica generated a reply to command '${client.lastCommand}', disconnecting it: ${describeClient(this.host, client)}`,
    );
    this.host.kill(client);
    return true;
  }

  /** Asks every replica for an ACK at once. */
  requestAcks(): void {
    this.stream.feedControl(GETACK);
  }

  acked(client: Client, offset: number): void {
    const replica = this.attached(client);
    if (replica === undefined || offset <= replica.ackOffset) return;
    replica.ackOffset = offset;
    this.ackedMore = true;
  }

  /** Online replicas that have acknowledged the stream up to `offset`. */
  countAcked(offset: number): number {
    let count = 0;
    for (const { state, ackOffset } of this.replicas) {
      if (state === 'online' && ackOffset >= offset) count += 1;
    }
    return count;
  }

  // Time and departures.

  /** Once a second. */
  cron(): void {
    const { settings } = this.host;
    if (this.cronRuns % settings.replPingReplicaPeriod === 0 && this.replicas.length > 0) {
      this.stream.feedControl(PING);
    }
    this.cronRuns += 1;
    for (const replica of [...this.replicas]) this.watch(replica);
    this.freeIdleBacklog();
    this.fullSync.startPendingSave();
    this.trimBacklog();
    this.refreshGoodReplicas();
  }

  private watch(replica: Replica): void {
    const { host, stream } = this;
    if (replica.state === 'waitBgsaveStart' || replica.state === 'waitBgsaveEnd') {
      // Not part of the stream: it only shows that the master is alive.
      this.send(replica, NEWLINE);
    }
    const silent = replica.state === 'online' && !replica.prePsync;
    if (silent && replica.lag(host.now) > host.settings.replTimeout) {
      host.log('warning', `Disconnecting timedout replica (streaming sync): ${replica.name}`);
      host.kill(replica.client);
      return;
    }
    closeAboveLimit(host, stream, replica, 'now');
  }

  /**
   * repl-backlog-ttl: a master without replicas frees its backlog after a while, and changes its ID then.
   * Without a backlog the offset stands still, so a replica that returned with the old ID and an offset
   * would wrongly be told that it lacks nothing.
   */
  private freeIdleBacklog(): void {
    const { host, stream } = this;
    const seconds = host.settings.replBacklogTtl;
    if (this.replicas.length > 0 || seconds === 0 || !stream.backlog.active || stream.proxied)
      return;
    if (secondsBetween(this.noReplicasSince, host.now) <= seconds) return;
    stream.history.begin(host.identities);
    stream.backlog.free();
    host.log(
      'notice',
      `Replication backlog freed after ${seconds} seconds without connected replicas.`,
    );
  }

  refreshGoodReplicas(): void {
    const { minReplicasToWrite, minReplicasMaxLag } = this.host.settings;
    if (minReplicasToWrite === 0 || minReplicasMaxLag === 0) return;
    this.goodReplicas = this.replicas.filter(
      (replica) => replica.state === 'online' && replica.lag(this.host.now) <= minReplicasMaxLag,
    ).length;
  }

  /** Closes all replicas. They reconnect, and the answer to PSYNC tells them what has changed. */
  disconnectAll(): void {
    for (const replica of [...this.replicas]) this.host.kill(replica.client);
  }

  clientGone(client: Client): void {
    const replica = this.known.get(client.id);
    if (replica === undefined) return;
    this.known.delete(client.id);
    const index = this.replicas.indexOf(replica);
    if (index < 0) return;
    this.replicas.splice(index, 1);
    this.host.log('warning', `Connection with replica ${replica.name} lost.`);
    this.host.note({
      kind: 'replica-lost',
      replica: replica.name,
      acked: replica.ackOffset,
      last: this.stream.offset,
    });
    this.fullSync.abandoned(replica);
    if (this.replicas.length === 0) this.noReplicasSince = this.host.now;
    this.refreshGoodReplicas();
    this.trimBacklog();
  }

  private send(replica: Replica, bytes: Buffer): void {
    replica.client.feed(bytes);
    this.host.touch(replica.client);
  }
}
registerState('MasterSide', MasterSide);
