/**
 * One connection's output: replies being written, chunks that wait for the send window, and the
 * bytes in flight. Clients and outgoing connections are both connections.
 *
 * Invariant: inFlight <= SEND_WINDOW_BYTES; what does not fit waits in `queue`.
 */

import { type ConnId, type Effects, type Peer, SEND_WINDOW_BYTES } from '../machine/machine.ts';
import { registerState } from '../machine/state.ts';
import { ReplyWriter } from '../resp/replyWriter.ts';
import { OutputQueue } from './outputQueue.ts';

/** Up to here a reply lies in the client's own buffer, which no output buffer limit counts. */
export const STATIC_REPLY_BYTES = 16 * 1024;
/** A block is allocated for 16 KB and its header; jemalloc's next class is 20 KB. */
const REPLY_BLOCK_BYTES = 20 * 1024 - 16;
const REPLY_BLOCK_OVERHEAD = 40;

export class Connection {
  readonly conn: ConnId;
  peer: Peer;
  readonly reply = new ReplyWriter();
  /** Bytes sent and not yet reported as taken. */
  inFlight = 0;
  /** Output is collected but not sent: a replica waiting for its RDB. */
  corked = false;
  /** In the process's list of connections to flush at the end of this event. */
  dirty = false;
  /** Close once everything has been sent; no further input is read. */
  closeAfterReply = false;
  private readonly queue = new OutputQueue();

  constructor(conn: ConnId, peer: Peer) {
    this.conn = conn;
    this.peer = peer;
  }

  /** Bytes waiting for the window, those of values that the output shares with the data included. */
  get queuedBytes(): number {
    return this.queue.bytes;
  }

  /**
   * What the output takes beyond the client's own buffer, in blocks as Redis 7.0 on jemalloc
   * allocates them: what client-output-buffer-limit and CLIENT LIST's `omem` measure.
   */
  get outputMemory(): number {
    return this.outputBlocks * (REPLY_BLOCK_BYTES + REPLY_BLOCK_OVERHEAD);
  }

  /** CLIENT LIST's `oll`. */
  get outputBlocks(): number {
    const listed = this.queuedBytes + Math.max(0, this.reply.length - STATIC_REPLY_BYTES);
    return Math.ceil(listed / REPLY_BLOCK_BYTES);
  }

  get hasOutput(): boolean {
    return this.queuedBytes > 0 || this.reply.length > 0;
  }

  /** Adds bytes behind everything written so far; the buffer may be shared and is never written to. */
  feed(bytes: Buffer): void {
    this.enqueueReplies();
    this.queue.push(bytes);
  }

  /** Sends what the window takes; true when nothing is left waiting. */
  flush(out: Effects): boolean {
    const { reply, queue } = this;
    if (this.corked) {
      this.enqueueReplies();
      return false;
    }
    if (queue.bytes === 0 && reply.isOneChunk) {
      // The common case: nothing waits, the reply fits, and no queue is touched.
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

  /** Drops everything not yet sent. */
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
registerState(Connection);

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
registerState(OutgoingConnection);
