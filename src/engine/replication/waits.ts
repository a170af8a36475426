/**
 * WAIT: clients that wait until enough replicas have acknowledged what they wrote.
 *
 * What a client waits for is the stream's offset as it was after the client's last command, as in
 * 7.0: it covers the client's own writes and whatever else had been written by then. A client that
 * has run no command waits for nothing.
 *
 *   stream at 100; SET k v (now 130); WAIT 1 0   →   one replica has said REPLCONF ACK 130 or more
 *
 * The clients that wait are those blocked on `acks` (blocking.ts).
 */

import { NEVER } from '../machine/machine.ts';
import { registerState } from '../machine/state.ts';
import type { Client } from '../process/client.ts';
import type { ReplicationHost } from './host.ts';
import type { MasterSide } from './masterSide.ts';
import type { Stream } from './stream.ts';

export class Waits {
  private readonly host: ReplicationHost;
  private readonly stream: Stream;
  private readonly masterSide: MasterSide;
  /** A client began to wait in this event: the replicas are to say at once how far they are. */
  private asking = false;

  constructor(host: ReplicationHost, stream: Stream, masterSide: MasterSide) {
    this.host = host;
    this.stream = stream;
    this.masterSide = masterSide;
  }

  /** The client has run a command. */
  executed(client: Client): void {
    // Also without replicas, when the stream stands still: a replica that comes now has the write
    // only when it has loaded its RDB, and says so by its first ACK. Before the first byte of all
    // there is no such offset (and, as in Redis, any online replica counts).
    const { offset } = this.stream;
    if (offset > 0) client.writtenOffset = offset;
  }

  /** Replicas that have acknowledged all the client could know of. */
  countFor(client: Client): number {
    return this.masterSide.countAcked(client.writtenOffset);
  }

  /** Blocks the client until `replicas` have it, or for `timeoutMs`; 0: without a deadline. */
  begin(client: Client, replicas: number, timeoutMs: number): void {
    const { blocking, now } = this.host;
    const deadline = timeoutMs === 0 ? NEVER : now + timeoutMs * 1000;
    blocking.block(client, { kind: 'acks', offset: client.writtenOffset, replicas }, deadline);
    this.asking = true;
  }

  /** Once an event: answers those whose replicas have acknowledged, then asks for the others. */
  beforeFlush(): void {
    if (this.masterSide.ackedMore) this.answerAcked();
    if (!this.asking) return;
    // The question is part of the stream, which stands still during a pause.
    if (this.host.pausing.active) return;
    if (this.host.blocking.of('acks').size > 0) this.masterSide.requestAcks();
    this.asking = false;
  }

  private answerAcked(): void {
    const { host, masterSide } = this;
    masterSide.ackedMore = false;
    for (const client of [...host.blocking.of('acks')]) {
      const on = client.blockedOn;
      if (on?.kind !== 'acks') continue;
      const acked = masterSide.countAcked(on.offset);
      if (acked >= on.replicas) host.blocking.answerLate(client, (reply) => reply.integer(acked));
    }
  }
}
registerState('Waits', Waits);
