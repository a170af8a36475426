/**
 * One connection's output: replies being written, chunks that wait for the send window, and the
 * bytes in flight. Clients and outgoing connections are connections.
 *
 * Invariant: inFlight <= SEND_WINDOW_BYTES; the rest of the output waits in `queue`.
 */

import { type ConnId, type Effects, type Peer, SEND_WINDOW_BYTES } from '../machine/machine.ts';
import { registerState } from '../machine/state.ts';
import { ReplyWriter } from '../resp/replyWriter.ts';
import { OutputQueue } from './outputQueue.ts';

/** Size of a client's static reply buffer (PROTO_REPLY_CHUNK_BYTES), which no output buffer limit counts. */
export const STATIC_REPLY_BYTES = 16 * 1024;
/** Bytes in a reply block: 16 KB and a header are allocated, which jemalloc rounds up to 20 KB. */
const REPLY_BLOCK_BYTES = 20 * 1024 - 16;
const REPLY_BLOCK_OVERHEAD = 40;

export class Connection {
  readonly conn: ConnId;
  peer: Peer;
  readonly reply = new ReplyWriter();
  /** Bytes sent whose delivery has not been reported yet (`drained`). */
  inFlight = 0;
  /** Output is collected but not sent: the replica is waiting for its RDB. */
  corked = false;
  /** Whether it is in the process's list of connections to flush at the end of this event. */
  dirty = false;
  /** The connection closes once everything has been sent; no further input is read. */
  closeAfterReply = false;
  private readonly queue = new OutputQueue();

  constructor(conn: ConnId, peer: Peer) {
    this.conn = conn;
    this.peer = peer;
  }

  /** Bytes waiting for the send window, including those of values that output and data share. */
  get queuedBytes(): number {
    return this.queue.bytes;
  }

  /**
   * Memory of the output beyond the static buffer, in blocks as Redis 7.0 on jemalloc allocates them.
   * client-output-buffer-limit and CLIENT LIST's `omem` measure this. Example: 30,000 bytes unsent are
   * two blocks of 20,504, so 41,008.
   */
  get outputMemory(): number {
    return this.outputBlocks * (REPLY_BLOCK_BYTES + REPLY_BLOCK_OVERHEAD);
  }

  /** CLIENT LIST's `oll`: the number of reply blocks. */
  get outputBlocks(): number {
    const listed = this.queuedBytes + Math.max(0, this.reply.length - STATIC_REPLY_BYTES);
    return Math.ceil(listed / REPLY_BLOCK_BYTES);
  }

  get hasOutput(): boolean {
    return this.queuedBytes > 0 || this.reply.length > 0;
  }

  /** Appends bytes to everything written so far. The buffer may be shared and is never written to. */
  feed(bytes: Buffer): void {
    this.enqueueReplies();
    this.queue.push(bytes);
  }

  /** Sends as much as the send window allows. Returns true if nothing is left. */
  flush(out: Effects): boolean {
    const { reply, queue } = this;
    if (this.corked) {
      this.enqueueReplies();
      return false;
    }
    if (queue.bytes === 0 && reply.isOneChunk) {
      // The common case: the queue is empty and the reply fits into the window.
      if (this.inFlight + reply.length <= SEND_WINDOW_BYTES) {
        const written = reply.take();
        if (written === undefined) return true;
        this.inFlight += written.length;
        out.send(this.conn, written);
        return true;
      }
    }
    this.enqueueReplies();
    return this.sendQueue(out);
  }

  /** Drops all output that has not been sent. */
  discard(): void {
    this.reply.truncate(0);
    this.queue.clear();
  }

  private enqueueReplies(): void {
    for (let part = this.reply.take(); part !== undefined; part = this.reply.take()) {
      this.queue.gather(part);
    }
  }

  private sendQueue(out: Effects): boolean {
    while (this.inFlight < SEND_WINDOW_BYTES) {
      const part = this.queue.take(SEND_WINDOW_BYTES - this.inFlight);
      if (part === undefined) return true;
      this.inFlight += part.length;
      out.send(this.conn, part);
    }
    return this.queue.bytes === 0;
  }
}
registerState('Connection', Connection);

/**
 * A connection this process opened. `owner` names the part that reads it: `master` for a replica's
 * handshake, a Sentinel's instance and purpose.
 */
export class OutgoingConnection extends Connection {
  readonly owner: string;
  established = false;

  constructor(conn: ConnId, owner: string) {
    super(conn, { addr: '?:0', laddr: '?:0' });
    this.owner = owner;
  }
}
registerState('OutgoingConnection', OutgoingConnection);
