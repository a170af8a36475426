/**
 * A replica's established connection: the client that is its master, and how far its stream has been
 * received and applied.
 *
 * The stream is passed on unchanged: after each command (a transaction counts as one) its bytes move to
 * this server's own stream. Bytes received but not applied wait here; after a disconnection the replica
 * asks for them again.
 *
 * Worked example: at offset 100 the master sends `ping` (14 bytes) and half of a SET (20 bytes).
 * slave_read_repl_offset is 134, slave_repl_offset 114; after a reset the replica asks for byte 115.
 *
 * Invariant: applied bytes and `pending` together are what was received, in order.
 */

import { registerState } from '../machine/state.ts';
import type { Client } from '../process/client.ts';
import type { Backlog } from './backlog.ts';

export class Upstream {
  readonly client: Client;
  /** A master older than Redis 2.8: no offsets, no ACKs. */
  readonly prePsync: boolean;
  /** Its state must not be cached: it broke the protocol, or a full resynchronization was forced. */
  spoiled = false;
  /** slave_read_repl_offset: the last byte received. */
  readOffset: number;
  /** Position of the client's reader after the last applied command. */
  private consumed: number;
  private pending: Buffer[] = [];
  /** Bytes of the first pending chunk that have been applied. */
  private applied = 0;
  /** Chunks from this index on are borrowed. */
  private borrowedFrom = 0;

  constructor(client: Client, offset: number, prePsync: boolean) {
    this.client = client;
    this.readOffset = offset;
    this.prePsync = prePsync;
    this.consumed = client.reader.consumed;
  }

  /** `chunk` is borrowed until `settle`. */
  received(chunk: Buffer): void {
    this.readOffset += chunk.length;
    this.pending.push(chunk);
  }

  /** After a command: its bytes become part of this server's stream. */
  moveApplied(backlog: Backlog): void {
    let count = this.client.reader.consumed - this.consumed;
    this.consumed += count;
    let moved = 0;
    while (count > 0) {
      const chunk = this.pending[moved]!;
      const end = Math.min(chunk.length, this.applied + count);
      backlog.append(chunk, this.applied, end);
      count -= end - this.applied;
      this.applied = end;
      if (end < chunk.length) break;
      this.applied = 0;
      moved += 1;
    }
    if (moved === 0) return;
    this.pending.splice(0, moved);
    this.borrowedFrom = Math.max(0, this.borrowedFrom - moved);
  }

  /** Ends an event: borrowed chunks that still wait are copied. */
  settle(): void {
    const { pending } = this;
    for (let i = this.borrowedFrom; i < pending.length; i += 1) {
      const from = i === 0 ? this.applied : 0;
      pending[i] = Buffer.from(pending[i]!.subarray(from));
      if (i === 0) this.applied = 0;
    }
    this.borrowedFrom = pending.length;
  }
}
registerState('Upstream', Upstream);
