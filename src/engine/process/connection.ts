/**
 * One connection's output: replies being written, chunks that wait for the send window, and the
 * bytes in flight. Clients and outgoing connections are both connections.
 *
 * Invariant: inFlight <= SEND_WINDOW_BYTES; what does not fit waits in `queue`.
 */

import { type ConnId, type Effects, type Peer, SEND_WINDOW_BYTES } from '../machine/machine.ts';
import { registerState } from '../machine/state.ts';
import { ReplyWriter } from '../resp/replyWriter.ts';

/** Up to here a reply lies in the client's own buffer, which no output buffer limit counts. */
export const STATIC_REPLY_BYTES = 16 * 1024;
/** A block is allocated for 16 KB and its header; jemalloc's next class is 20 KB. */
const REPLY_BLOCK_BYTES = 20 * 1024 - 16;
const REPLY_BLOCK_OVERHEAD = 40;

export class Connection {
  readonly conn: ConnId;
  peer: Peer;
  readonly reply = new ReplyWriter();
  /** Bytes waiting for the window. */
  queuedBytes = 0;
  /** Bytes sent and not yet reported as taken. */
  inFlight = 0;
  /** Output is collected but not sent: a replica waiting for its RDB. */
  corked = false;
  /** In the process's list of connections to flush at the end of this event. */
  dirty = false;
  /** Close once everything has been sent; no further input is read. */
  closeAfterReply = false;
  private queue: Buffer[] = [];

  constructor(conn: ConnId, peer: Peer) {
    this.conn = conn;
    this.peer = peer;
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
    const written = this.reply.take();
    if (written !== undefined) this.enqueue(written);
    this.enqueue(bytes);
  }

  /** Sends what the window takes; true when nothing is left waiting. */
  flush(out: Effects): boolean {
    const written = this.reply.take();
    if (this.corked) {
      if (written !== undefined) this.enqueue(written);
      return false;
    }
    if (written !== undefined) {
      // The common case: nothing waits, the reply fits, and no queue is touched.
      if (this.queuedBytes === 0 && this.inFlight + written.length <= SEND_WINDOW_BYTES) {
        this.inFlight += written.length;
        out.send(this.conn, written);
        return true;
      }
      this.enqueue(written);
    }
    return this.sendQueue(out);
  }

  /** Drops everything not yet sent. */
  discard(): void {
    this.reply.truncate(0);
    this.queue = [];
    this.queuedBytes = 0;
  }

  private enqueue(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.queue.push(bytes);
    this.queuedBytes += bytes.length;
  }

  private sendQueue(out: Effects): boolean {
    let sent = 0;
    while (sent < this.queue.length && this.inFlight < SEND_WINDOW_BYTES) {
      const chunk = this.queue[sent]!;
      const room = SEND_WINDOW_BYTES - this.inFlight;
      const part = chunk.length <= room ? chunk : chunk.subarray(0, room);
      this.inFlight += part.length;
      this.queuedBytes -= part.length;
      out.send(this.conn, part);
      if (part.length < chunk.length) {
        this.queue[sent] = chunk.subarray(part.length);
        break;
      }
      sent += 1;
    }
    if (sent > 0) this.queue.splice(0, sent);
    return this.queue.length === 0;
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
