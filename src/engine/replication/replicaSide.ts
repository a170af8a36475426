/**
 * A replica's way to its master, and the link once it stands:
 *
 *     connect ──> handshake ──+CONTINUE──────────────────────────────────> connected
 *                            └─+FULLRESYNC─> transfer (receive, store, load) ─┘
 *
 * A lost link is tried again at once, a refused one with the next cron. What is needed to continue
 * (the master's ID and the database of its stream; the offset is our own) survives as the cached
 * master, until a full resynchronization has replaced the data or this server becomes a master.
 *
 * Invariant: as a replica, our offset is our master's: Stream holds the only copy. `state` is `none`
 * exactly when there is no master; `handshake`, `transfer` and `upstream` exist only in their states.
 */

import type { FileResult, Micros, Token } from '../machine/machine.ts';
import { registerState } from '../machine/state.ts';
import type { Client } from '../process/client.ts';
import type { Link } from '../process/connection.ts';
import { Handshake, requestText } from './handshake.ts';
import { NO_REPLID } from './history.ts';
import type { ReplicationHost } from './host.ts';
import { LineReader } from './lineReader.ts';
import type { MasterSide } from './masterSide.ts';
import type { PsyncRequest } from './psyncDecision.ts';
import { readPsyncReply } from './psyncReply.ts';
import { secondsBetween } from './seconds.ts';
import type { Stream } from './stream.ts';
import { NO_DATABASE } from './stream.ts';
import { Transfer } from './transfer.ts';
import { Upstream } from './upstream.ts';

export interface MasterAddress {
  readonly host: string;
  readonly port: number;
}

/** What survives of a link; the offset is the stream's. */
interface CachedMaster {
  replid: string;
  readonly db: number;
  readonly prePsync: boolean;
}

export type LinkState = 'none' | 'connect' | 'handshake' | 'transfer' | 'connected';

const NEWLINE = Buffer.from('\n');

export class ReplicaSide {
  master: MasterAddress | undefined = undefined;
  state: LinkState = 'none';
  upstream: Upstream | undefined = undefined;
  transfer: Transfer | undefined = undefined;
  cached: CachedMaster | undefined = undefined;
  handshake: Handshake | undefined = undefined;
  /** When the master was last heard during handshake and transfer. */
  lastIoAt: Micros = 0;
  /** Since when the link is down; undefined: it never was up. */
  downSince: Micros | undefined = undefined;
  /** Bytes received from masters: part of INFO's total_net_repl_input_bytes. */
  inputBytes = 0;
  private link: Link | undefined = undefined;
  private lines = new LineReader();
  /** From +FULLRESYNC. An offset of -1: the master is too old to have one. */
  private announced = { replid: NO_REPLID, offset: -1 };
  private readonly host: ReplicationHost;
  private readonly stream: Stream;
  private readonly masterSide: MasterSide;

  constructor(host: ReplicationHost, stream: Stream, masterSide: MasterSide) {
    this.host = host;
    this.stream = stream;
    this.masterSide = masterSide;
  }

  // Role.

  /** The configuration names a master: the first cron connects. */
  startAs(master: MasterAddress): void {
    this.master = master;
    this.state = 'connect';
    this.stream.proxied = true;
  }

  /** The dump loaded at start says where our data stands in a history: a way to continue. */
  restore(replid: string, offset: number, db: number): void {
    this.stream.history.adopt(replid);
    this.stream.backlog.startAt(offset);
    this.cacheSelf(db);
  }

  setMaster(host: string, port: number): void {
    const wasMaster = this.master === undefined;
    this.master = undefined;
    if (this.upstream !== undefined) this.host.kill(this.upstream.client);
    this.disconnectBlocked();
    this.master = { host, port };
    this.host.settings.replicaof = { host, port };
    this.stream.proxied = true;
    this.abandonSync();
    if (wasMaster) {
      this.cached = undefined;
      this.stream.backlog.start();
      this.cacheSelf(this.stream.selectedDb);
      this.host.note({ kind: 'demoted', master: `${host}:${port}`, offset: this.stream.offset });
    }
    this.state = 'connect';
    this.host.roleChanged();
    this.connectAnew();
  }

  /** Becomes a master: a history of its own goes on from the bytes it has. */
  unsetMaster(): void {
    if (this.master === undefined) return;
    const { host, stream } = this;
    this.master = undefined;
    host.settings.replicaof = undefined;
    if (this.upstream !== undefined) host.kill(this.upstream.client);
    this.discardCached();
    this.abandonSync();
    this.state = 'none';
    stream.proxied = false;
    const { history } = stream;
    history.shift(host.random, stream.offset);
    host.log(
      'warning',
      `Setting secondary replication ID to ${history.id2}, valid up to offset: ${history.secondOffset}. New replication ID is ${history.id}`,
    );
    // Our replicas must learn the new ID; all they lack is in the backlog.
    this.masterSide.disconnectAll();
    // A replica's stream stands in a database we never heard selected: say it anew.
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

  /** Starts over with everything: an operation of the sandbox, not one of Redis. */
  forceFullResync(): void {
    if (this.master === undefined) return;
    this.host.log('notice', 'Full resynchronization with MASTER requested by the sandbox.');
    this.cached = undefined;
    if (this.upstream !== undefined) {
      this.upstream.spoiled = true;
      this.host.kill(this.upstream.client);
    } else {
      this.abandonSync();
      this.connectAnew();
    }
  }

  /** Clients blocked on what only a master can bring about. */
  private disconnectBlocked(): void {
    for (const client of this.host.clients.values()) {
      if (!client.blocked) continue;
      client.reply.error(
        'UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)',
      );
      this.host.closeAfterReply(client);
      this.host.unblock(client);
    }
  }

  /** Our own place in our own history, for a master that may have taken part in it. */
  private cacheSelf(db: number): void {
    this.host.log(
      'notice',
      'Before turning into a replica, using my own master parameters to synthesize a cached master: I may be able to synchronize with the new master with just a partial transfer.',
    );
    this.cached = { replid: this.stream.history.id, db: Math.max(db, 0), prePsync: false };
  }

  private discardCached(): void {
    if (this.cached === undefined) return;
    this.host.log('notice', 'Discarding previously cached master state.');
    this.cached = undefined;
  }

  // Connection and handshake.

  private connectAnew(): void {
    const { host, port } = this.master!;
    this.host.log('notice', `Connecting to MASTER ${host}:${port}`);
    this.connect();
  }

  private connect(): void {
    const { host, port } = this.master!;
    this.link = this.host.connect(host, port, 'master');
    this.lines = new LineReader();
    this.handshake = new Handshake(this.host, this.link);
    this.lastIoAt = this.host.now;
    this.state = 'handshake';
    this.host.log('notice', 'MASTER <-> REPLICA sync started');
  }

  linkConnected(link: Link, error: string | undefined): void {
    if (link !== this.link) return;
    if (error !== undefined) {
      this.host.log('warning', `Error condition on socket for SYNC: ${error}`);
      this.handshakeFailed();
      return;
    }
    this.lastIoAt = this.host.now;
    this.handshake!.connected();
  }

  /** `chunk` is borrowed. */
  linkData(link: Link, chunk: Buffer): void {
    if (link !== this.link) return;
    this.inputBytes += chunk.length;
    this.lastIoAt = this.host.now;
    if (this.transfer?.whole) {
      this.transfer.following.push(Buffer.from(chunk));
      return;
    }
    this.lines.feed(chunk);
    if (this.state === 'handshake') this.readHandshake();
    if (this.state === 'transfer') this.readTransfer();
    this.lines.settle();
  }

  linkClosed(link: Link): void {
    if (link !== this.link) return;
    this.link = undefined;
    const { host, transfer, handshake } = this;
    if (this.state === 'handshake') {
      host.log('warning', 'Failed to read response from the server: Success');
      host.log(
        'warning',
        handshake?.state === 'receivePsyncReply'
          ? 'Master did not reply to PSYNC, will try later'
          : 'Master did not respond to command during SYNC handshake',
      );
      this.handshakeFailed();
    } else if (transfer?.whole) {
      // Noticed only once the data is in place, as a process that loads does not read.
      transfer.linkLost = true;
    } else if (transfer !== undefined) {
      this.transferFailed(
        transfer.announced
          ? 'I/O error trying to sync with MASTER: connection lost'
          : 'I/O error reading bulk count from MASTER: Success',
      );
    }
  }

  private readHandshake(): void {
    const handshake = this.handshake!;
    while (this.state === 'handshake') {
      const line = this.lines.line();
      if (line === undefined) return;
      if (handshake.state === 'receivePsyncReply') {
        this.psyncReplied(line);
      } else if (!handshake.line(line, this.request())) {
        this.handshakeFailed();
      }
    }
  }

  /** What to ask for: the byte after the last one we have. */
  private request(): PsyncRequest | undefined {
    this.announced.offset = -1;
    if (this.cached === undefined) return undefined;
    return { replid: this.cached.replid, offset: this.stream.offset + 1 };
  }

  private psyncReplied(line: string): void {
    const { host } = this;
    const reply = readPsyncReply(line);
    switch (reply.kind) {
      case 'wait':
        return;
      case 'full':
        this.announced = { replid: reply.replid, offset: reply.offset };
        host.log('notice', `Full resync from master: ${reply.replid}:${reply.offset}`);
        break;
      case 'full-malformed':
        this.announced = { replid: NO_REPLID, offset: -1 };
        host.log('warning', 'Master replied with wrong +FULLRESYNC syntax.');
        break;
      case 'continue':
        this.continueFrom(reply.replid);
        return;
      case 'later':
        host.log(
          'notice',
          `Master is currently unable to PSYNC but should be in the future: ${line}`,
        );
        this.handshakeFailed();
        return;
      case 'unsupported':
        if (reply.error) {
          host.log(
            'notice',
            `Master does not support PSYNC or is in error state (reply: ${line})`,
          );
        } else {
          host.log('warning', `Unexpected reply to PSYNC from master: ${line}`);
        }
        this.handshake!.requestOldSync();
    }
    this.handshake = undefined;
    this.transfer = new Transfer(host);
    this.state = 'transfer';
  }

  /** The next cron tries again. */
  private handshakeFailed(): void {
    this.closeLink();
    this.handshake = undefined;
    this.state = 'connect';
  }

  // Partial resynchronization.

  private continueFrom(replid: string | undefined): void {
    const { host, stream } = this;
    const cached = this.cached!;
    host.log('notice', 'Successful partial resynchronization with master.');
    if (replid !== undefined && replid !== cached.replid) {
      host.log('warning', `Master replication ID changed to ${replid}`);
      stream.history.remember(cached.replid, stream.offset);
      stream.history.id = replid;
      cached.replid = replid;
      this.masterSide.disconnectAll();
    }
    this.handshake = undefined;
    this.cached = undefined;
    stream.backlog.start();
    this.establish(this.link!, cached.db, cached.prePsync, [this.lines.take()]);
    host.log(
      'notice',
      'MASTER <-> REPLICA sync: Master accepted a Partial Resynchronization.',
    );
    this.noteLinkUp('partial');
  }

  // Full resynchronization.

  private readTransfer(): void {
    const transfer = this.transfer!;
    while (!transfer.announced) {
      const line = this.lines.line();
      if (line === undefined) return;
      const failure = transfer.announce(line);
      if (failure !== undefined) {
        this.transferFailed(failure);
        return;
      }
    }
    if (this.lines.length > 0) transfer.receive(this.lines.take(transfer.wanted));
    if (!transfer.whole) return;
    const rest = this.lines.take();
    if (rest.length > 0) transfer.following.push(Buffer.from(rest));
    this.killOwnSave();
    transfer.store();
  }

  /** A BGSAVE of the old data must not replace the file that is about to be renamed. */
  private killOwnSave(): void {
    const { saving } = this.host;
    if (saving.child === undefined) return;
    this.host.log(
      'notice',
      `Replica is about to load the RDB file received from the master, but there is a pending RDB child running. Killing process ${saving.child.pid} and removing its temp file to avoid any race`,
    );
    saving.killChild();
  }

  fileDone(token: Token, result: FileResult): boolean {
    const { transfer } = this;
    if (transfer === undefined || !transfer.owns(token)) return false;
    const outcome = transfer.fileDone(token, result);
    if (outcome === undefined) return true;
    if ('error' in outcome) this.transferFailed(outcome.error);
    else this.load(transfer, outcome.dump);
    return true;
  }

  private load(transfer: Transfer, dump: Buffer): void {
    // From here on our data is the new master's: nobody may continue from the old.
    this.discardCached();
    this.masterSide.disconnectAll();
    this.stream.backlog.free();
    transfer.loading = true;
    this.host.dropData();
    this.host.startLoading([dump], 'replication');
  }

  loadDone(error: string | undefined): void {
    const { host, stream, announced } = this;
    const transfer = this.transfer!;
    transfer.loading = false;
    if (error !== undefined) {
      host.log('warning', error);
      this.transferFailed(
        'Failed trying to load the MASTER synchronization DB from disk: Invalid argument',
      );
      return;
    }
    this.transfer = undefined;
    stream.history.adopt(announced.replid);
    stream.backlog.startAt(announced.offset);
    const db = host.loading.fields.replStreamDb ?? 0;
    const prePsync = announced.offset === -1;
    if (this.link === undefined) {
      host.log('notice', 'MASTER <-> REPLICA sync: Finished with success');
      this.cached = { replid: announced.replid, db, prePsync };
      this.linkLost();
      return;
    }
    this.establish(this.link, db, prePsync, transfer.following);
    host.log('notice', 'MASTER <-> REPLICA sync: Finished with success');
    this.noteLinkUp('full');
    // The master holds the stream back until it knows that the mark was the end.
    if (transfer.marked) this.sendAck();
  }

  /** Gives up on the transfer and tries again at once. */
  private transferFailed(line: string): void {
    this.host.log('warning', line);
    this.abandonSync();
    this.reconnect(' after failure');
  }

  /** Drops a connection that is not established yet, and what came over it. */
  private abandonSync(): void {
    if (this.transfer !== undefined) {
      if (this.transfer.loading) this.host.cancelLoading();
      this.transfer.abort();
      this.transfer = undefined;
    }
    this.handshake = undefined;
    this.closeLink();
    if (this.state !== 'none') this.state = 'connect';
  }

  private reconnect(why: string): void {
    if (this.master === undefined) return;
    const { host, port } = this.master;
    this.host.log('notice', `Reconnecting to MASTER ${host}:${port}${why}`);
    this.connect();
  }

  private closeLink(): void {
    if (this.link !== undefined) this.host.disconnect(this.link);
    this.link = undefined;
  }

  // The established link.

  /** The link becomes the client that is our master; `chunks` is what came of its stream already. */
  private establish(link: Link, db: number, prePsync: boolean, chunks: readonly Buffer[]): void {
    const client = this.host.adopt(link);
    client.kind = 'master';
    client.db = db;
    this.link = undefined;
    this.upstream = new Upstream(client, this.stream.offset, prePsync);
    this.state = 'connected';
    this.downSince = undefined;
    for (const chunk of chunks) {
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

  /** `chunk` is borrowed. */
  streamReceived(chunk: Buffer): void {
    this.inputBytes += chunk.length;
    this.upstream?.received(chunk);
  }

  streamApplied(client: Client): void {
    const { upstream } = this;
    if (upstream?.client !== client) return;
    upstream.moveApplied(this.stream.backlog);
    this.masterSide.trimBacklog();
  }

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
    // A master is told nothing but ACKs; a reply to what it sent would be a command to it.
    upstream.client.reply.truncate(0);
    // Nobody closes a master's client after a reply but the reader, when the stream makes no sense.
    if (upstream.client.closeAfterReply) upstream.spoiled = true;
  }

  clientGone(client: Client): void {
    const { upstream } = this;
    if (upstream?.client !== client) return;
    this.upstream = undefined;
    this.cached = upstream.spoiled
      ? undefined
      : { replid: this.stream.history.id, db: client.db, prePsync: upstream.prePsync };
    this.linkLost();
  }

  private linkLost(): void {
    const { host } = this;
    host.log('warning', 'Connection with master lost.');
    if (this.cached !== undefined) host.log('notice', 'Caching the disconnected master state.');
    this.state = 'connect';
    this.downSince = host.now;
    host.note({ kind: 'link-down', offset: this.stream.offset, cached: this.cached !== undefined });
    this.reconnect('');
  }

  // Time.

  /** Once a second. */
  cron(): void {
    const { host, state } = this;
    if (this.master === undefined) return;
    const { replTimeout } = host.settings;
    if (this.transfer?.whole) {
      // The master must not take us for dead while we store and load.
      if (this.link !== undefined) this.sendNewline(this.link);
      return;
    }
    const silent = secondsBetween(this.lastIoAt, host.now) > replTimeout;
    if (state === 'handshake' && silent) {
      host.log('warning', 'Timeout connecting to the MASTER...');
      this.abandonSync();
      this.reconnect(' after failure');
    } else if (state === 'transfer' && silent) {
      this.transferFailed(
        "Timeout receiving bulk data from MASTER... If the problem persists try to set the 'repl-timeout' parameter in redis.conf to a larger value.",
      );
    } else if (state === 'connected') {
      const client = this.upstream!.client;
      if (secondsBetween(client.lastInteraction, host.now) > replTimeout) {
        host.log('warning', 'MASTER timeout: no data nor PING received...');
        host.kill(client);
      }
    }
    if (this.state === 'connect') this.connectAnew();
    this.sendAck();
  }

  private sendNewline(link: Link): void {
    link.feed(NEWLINE);
    this.host.touch(link);
  }
}
registerState(ReplicaSide);
