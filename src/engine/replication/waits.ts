/**
 * WAIT: clients that wait until enough replicas have acknowledged what they wrote.
 *
 * What a client waits for is the stream's offset as it was after the client's last command, as in
 * 7.0: it covers the client's own writes and whatever else had been written by then. A client that
 * has run no command waits for nothing.
 *
 * Invariant: a waiting client is blocked, and is in `waiting` once.
 */

import type { Micros } from '../machine/machine.ts';
import { NEVER } from '../machine/machine.ts';
import { registerState } from '../machine/state.ts';
import type { Client } from '../process/client.ts';
import { dropUnwanted } from '../process/replyMode.ts';
import type { ReplicationHost } from './host.ts';
import type { MasterSide } from './masterSide.ts';
import type { Stream } from './stream.ts';

interface Waiting {
  readonly client: Client;
  readonly offset: number;
  readonly replicas: number;
  readonly deadline: Micros;
}

export class Waits {
  private readonly host: ReplicationHost;
  private readonly stream: Stream;
  private readonly masterSide: MasterSide;
  /** By client id: the offset after its last command. */
  private readonly offsets = new Map<number, number>();
  private waiting: Waiting[] = [];
  /** Somebody began to wait in this event: the replicas are to say at once how far they are. */
  private asking = false;

  constructor(host: ReplicationHost, stream: Stream, masterSide: MasterSide) {
    this.host = host;
    this.stream = stream;
    this.masterSide = masterSide;
  }

  /** The client has run a command. */
  executed(client: Client): void {
    // Also while nobody follows and the stream stands still: a replica that comes now has the write
    // only when it has loaded its RDB, and says so by its first ACK. Before the first byte of all
    // there is no such offset (and, as in Redis, any online replica counts).
    const { offset } = this.stream;
    if (offset > 0) this.offsets.set(client.id, offset);
  }

  /** Replicas that have acknowledged all the client could know of. */
  countFor(client: Client): number {
    return this.masterSide.countAcked(this.offsets.get(client.id) ?? 0);
  }

  /** Blocks the client until `replicas` have it, or for so long; 0: for ever. */
  begin(client: Client, replicas: number, timeoutMs: number): void {
    const deadline = timeoutMs === 0 ? NEVER : this.host.now + timeoutMs * 1000;
    const offset = this.offsets.get(client.id) ?? 0;
    this.waiting.push({ client, offset, replicas, deadline });
    this.host.block(client);
    this.asking = true;
  }

  /** CLIENT UNBLOCK; false when the client does not wait here. */
  unblockEarly(client: Client, withError: boolean): boolean {
    const wait = this.waiting.find((one) => one.client === client);
    if (wait === undefined) return false;
    if (withError) {
      const start = client.reply.length;
      client.reply.error('UNBLOCKED client unblocked via CLIENT UNBLOCK');
      dropUnwanted(client, start);
      this.release(wait);
    } else {
      this.answer(wait);
    }
    return true;
  }

  /** Once an event: answers those whose replicas have acknowledged, then asks for the others. */
  beforeFlush(): void {
    if (this.waiting.length === 0) return;
    for (const wait of [...this.waiting]) {
      // The role changed, and everybody who was blocked has been told so.
      if (!wait.client.blocked) this.remove(wait);
      else if (this.masterSide.countAcked(wait.offset) >= wait.replicas) this.answer(wait);
    }
    // The question is part of the stream, which stands still during a pause.
    if (this.asking && this.host.pausing.active) return;
    if (this.asking && this.waiting.length > 0) this.masterSide.requestAcks();
    this.asking = false;
  }

  tick(): void {
    for (const wait of [...this.waiting]) {
      if (wait.deadline <= this.host.now) this.answer(wait);
    }
  }

  nextDeadline(): Micros {
    let earliest = NEVER;
    for (const wait of this.waiting) earliest = Math.min(earliest, wait.deadline);
    return earliest;
  }

  clientGone(client: Client): void {
    this.offsets.delete(client.id);
    this.waiting = this.waiting.filter((wait) => wait.client !== client);
  }

  private answer(wait: Waiting): void {
    const { reply } = wait.client;
    const start = reply.length;
    reply.integer(this.masterSide.countAcked(wait.offset));
    dropUnwanted(wait.client, start);
    this.release(wait);
  }

  private release(wait: Waiting): void {
    this.remove(wait);
    this.host.unblock(wait.client);
  }

  private remove(wait: Waiting): void {
    this.waiting = this.waiting.filter((other) => other !== wait);
  }
}
registerState(Waits);
