/**
 * Full resynchronizations on the master: from the request to the replica being online.
 *
 *     waitBgsaveStart ──fork──> waitBgsaveEnd ──saved, file read──> sendBulk ──last byte──> online
 *
 * One BGSAVE serves all who wait when it starts, and those who come while it runs if it was started
 * for a replica: their stream begins at the same offset, of which nothing has been sent to anybody
 * yet. A BGSAVE started for another reason is of no use to them, as the stream since its snapshot
 * was not kept.
 *
 * Sending is by way of the file on disk always; repl-diskless-sync has no effect.
 *
 * Invariant: a replica in waitBgsaveEnd has been told the offset of the snapshot (+FULLRESYNC), and
 * the byte after it is the first it gets once it is online.
 */

import type { FileResult, Token } from '../machine/machine.ts';
import { SEND_WINDOW_BYTES } from '../machine/machine.ts';
import { registerState } from '../machine/state.ts';
import type { ReplicationHost } from './host.ts';
import { RdbPayload, type Replica } from './replica.ts';
import { NO_DATABASE, type Stream } from './stream.ts';

export class FullSync {
  private readonly host: ReplicationHost;
  private readonly stream: Stream;
  private readonly replicas: Replica[];
  /** Reads of the saved file, and the clients that wait for it. */
  private readonly reads = new Map<Token, number[]>();

  /** `replicas` is the master's own list, in the order they attached. */
  constructor(host: ReplicationHost, stream: Stream, replicas: Replica[]) {
    this.host = host;
    this.stream = stream;
    this.replicas = replicas;
  }

  /** A replica that is in the list already asks for everything. */
  request(replica: Replica): void {
    replica.state = 'waitBgsaveStart';
    if (this.host.saving.child === undefined) this.startSave();
    else this.join(replica);
  }

  /** Forks for those who wait, unless a child runs. */
  startPendingSave(): void {
    if (this.host.saving.child !== undefined) return;
    if (this.replicas.some((replica) => replica.state === 'waitBgsaveStart')) this.startSave();
  }

  /** A BGSAVE ended, whoever asked for it. */
  saveDone(ok: boolean): void {
    const waiting = this.replicas.filter((replica) => replica.state === 'waitBgsaveEnd');
    if (!ok) {
      for (const replica of waiting) {
        this.fail(replica, 'SYNC failed. BGSAVE child returned an error');
      }
    } else if (waiting.length > 0) {
      const { out, settings } = this.host;
      const token = out.file({ kind: 'read', path: settings.dbfilename });
      this.reads.set(
        token,
        waiting.map((replica) => replica.client.id),
      );
      for (const replica of waiting) replica.state = 'sendBulk';
    }
    this.startPendingSave();
  }

  /** True when the completion was of a file read here. */
  fileDone(token: Token, result: FileResult): boolean {
    const clients = this.reads.get(token);
    if (clients === undefined) return false;
    this.reads.delete(token);
    const receivers = this.replicas.filter((replica) => clients.includes(replica.client.id));
    if (!result.ok) {
      for (const replica of receivers) {
        this.fail(replica, `SYNC failed. Can't open/stat DB after BGSAVE: ${result.error}`);
      }
      return true;
    }
    const payload = new RdbPayload(result.bytes ?? Buffer.alloc(0));
    for (const replica of receivers) {
      replica.payload = payload;
      this.send(replica, Buffer.from(`$${payload.bytes.length}\r\n`));
    }
    return true;
  }

  /** Hands over as much of the file as the window takes; true when the last byte has gone. */
  sendPayload(replica: Replica): boolean {
    const { client, payload } = replica;
    if (payload === undefined) return false;
    const room = SEND_WINDOW_BYTES - client.inFlight - client.queuedBytes;
    if (room > 0 && replica.payloadSent < payload.bytes.length) {
      const part = payload.bytes.subarray(replica.payloadSent, replica.payloadSent + room);
      replica.payloadSent += part.length;
      this.send(replica, part);
    }
    if (replica.payloadSent < payload.bytes.length) return false;
    replica.payload = undefined;
    return true;
  }

  /** A replica left. A child that saves for nobody is killed, unless the file is wanted anyway. */
  abandoned(replica: Replica): void {
    const { saving, settings } = this.host;
    if (replica.state !== 'waitBgsaveEnd' || settings.save.length > 0) return;
    if (this.replicas.some((other) => other.state === 'waitBgsaveEnd')) return;
    if (saving.child !== undefined) saving.killChild();
  }

  private startSave(): void {
    const { host } = this;
    host.log('notice', 'Starting BGSAVE for SYNC with target: disk');
    const waiting = this.replicas.filter((replica) => replica.state === 'waitBgsaveStart');
    if (host.startBackgroundSave()) {
      for (const replica of waiting) this.registerFrom(replica, this.stream.offset);
      return;
    }
    host.log('warning', 'BGSAVE for replication failed');
    for (const replica of waiting) this.dismiss(replica);
  }

  /** No replica any more: an ordinary client that gets an error and is closed. */
  private dismiss(replica: Replica): void {
    const { client } = replica;
    this.replicas.splice(this.replicas.indexOf(replica), 1);
    replica.state = 'announced';
    client.kind = 'normal';
    client.reply.error("ERR BGSAVE failed, replication can't continue");
    this.host.closeAfterReply(client);
  }

  /** A child runs already: good for this replica too if it was forked for one like it. */
  private join(replica: Replica): void {
    const other = this.replicas.find(
      ({ state, rdbOnly }) => state === 'waitBgsaveEnd' && (!rdbOnly || replica.rdbOnly),
    );
    if (other === undefined || !replica.canDoAll(other)) {
      this.host.log(
        'notice',
        "Can't attach the replica to the current BGSAVE. Waiting for next BGSAVE for SYNC",
      );
      return;
    }
    this.registerFrom(replica, other.initialOffset);
    this.host.log('notice', 'Waiting for end of BGSAVE for SYNC');
  }

  /** The snapshot is of `offset`: says so, and keeps the stream from there on. */
  private registerFrom(replica: Replica, offset: number): void {
    replica.state = 'waitBgsaveEnd';
    replica.initialOffset = offset;
    replica.nextOffset = offset + 1;
    // The replica knows of no database yet. A chained one takes its master's stream as it is,
    // and learns the database from the RDB (repl-stream-db).
    this.stream.selectedDb = NO_DATABASE;
    if (replica.prePsync) return;
    this.send(replica, Buffer.from(`+FULLRESYNC ${this.stream.history.id} ${offset}\r\n`));
  }

  private fail(replica: Replica, line: string): void {
    this.host.log('warning', line);
    this.host.kill(replica.client);
  }

  private send(replica: Replica, bytes: Buffer): void {
    replica.client.feed(bytes);
    this.host.touch(replica.client);
  }
}
registerState(FullSync);
