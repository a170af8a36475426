/**
 * Full resynchronizations on the master: from the request to the replica being online.
 *
 *     waitBgsaveStart ──fork──> waitBgsaveEnd ──saved, file read──> sendBulk ──last byte──> online
 *
 * One BGSAVE serves all replicas that wait when it starts. If it was started for a replica, it also
 * serves replicas that arrive while it runs: the stream since its snapshot is kept, and none of it has
 * been sent yet. A BGSAVE started for another reason does not serve them, because the stream since its
 * snapshot was not kept.
 *
 * The payload is always sent from the file on disk; repl-diskless-sync has no effect.
 *
 * Invariant: a replica in waitBgsaveEnd has been sent the offset of the snapshot (+FULLRESYNC). Once it
 * is online, the byte after that offset is the first it gets.
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

  /** Starts the full resynchronization of a replica that is already in the list. */
  request(replica: Replica): void {
    replica.state = 'waitBgsaveStart';
    if (this.host.saving.child === undefined) this.startSave();
    else this.join(replica);
  }

  /** Starts a BGSAVE for the waiting replicas, unless a child is running. */
  startPendingSave(): void {
    if (this.host.saving.child !== undefined) return;
    if (this.replicas.some((replica) => replica.state === 'waitBgsaveStart')) this.startSave();
  }

  /** A BGSAVE has ended, whatever it was started for. */
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

  /** Returns whether the completed operation was a read of this part. */
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

  /** Sends as much of the file as the window allows. Returns true when the last byte has been sent. */
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

  /** A replica has gone. A child that no replica waits for is killed, unless save points want the file. */
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

  /** The BGSAVE has failed: the client is no replica any more, gets an error and is closed. */
  private dismiss(replica: Replica): void {
    const { client } = replica;
    this.replicas.splice(this.replicas.indexOf(replica), 1);
    replica.state = 'announced';
    client.kind = 'normal';
    client.reply.error("ERR BGSAVE failed, replication can't continue");
    this.host.closeAfterReply(client);
  }

  /** A child is running: it serves this replica, too, if that has all capabilities it was forked for. */
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

  /** Announces that the snapshot is of `offset`, and keeps the stream from there on. */
  private registerFrom(replica: Replica, offset: number): void {
    replica.state = 'waitBgsaveEnd';
    replica.initialOffset = offset;
    replica.nextOffset = offset + 1;
    // The replica has no database selected yet, so the stream continues with a SELECT. A chained
    // replica passes on its master's stream unchanged: its replicas learn the database from the RDB.
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
registerState('FullSync', FullSync);
