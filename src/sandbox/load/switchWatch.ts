/**
 * The load client's ear at a Sentinel: subscribed to +switch-master, moved on to the next Sentinel
 * when this one goes away.
 *
 * Invariant: at most one connection; `retryAt` is set exactly while there is none and one is wanted.
 */

import { ProtocolError } from '../../engine/machine/errors.ts';
import { type ConnId, type Effects, type Micros, NEVER } from '../../engine/machine/machine.ts';
import { registerState } from '../../engine/machine/state.ts';
import { ReplyReader } from '../../engine/resp/replyReader.ts';
import { encodeRequest, textsOf } from '../requests.ts';
import type { Address, LoadSettings } from './loadSettings.ts';

const RETRY_MICROS = 500_000;

export class SwitchWatch {
  private settings: LoadSettings | undefined = undefined;
  private conn: ConnId | undefined = undefined;
  private reader = new ReplyReader();
  private next = 0;
  private retryAt: Micros = NEVER;

  configure(settings: LoadSettings): void {
    this.settings = settings;
  }

  start(_now: Micros, out: Effects): void {
    if (this.conn === undefined) this.connect(out);
  }

  stop(out: Effects): void {
    if (this.conn !== undefined) out.close(this.conn);
    this.conn = undefined;
    this.retryAt = NEVER;
  }

  private connect(out: Effects): void {
    this.retryAt = NEVER;
    const sentinels = this.settings?.sentinels ?? [];
    if (sentinels.length === 0) return;
    const sentinel = sentinels[this.next % sentinels.length]!;
    this.next += 1;
    this.reader = new ReplyReader();
    this.conn = out.connect(sentinel.host, sentinel.port);
  }

  /** True when the connection is this one's. */
  connected(now: Micros, conn: ConnId, error: string | undefined, out: Effects): boolean {
    if (conn !== this.conn) return false;
    if (error === undefined) out.send(conn, encodeRequest(['SUBSCRIBE', '+switch-master']));
    else this.lost(now);
    return true;
  }

  /** The new address when a message says that our master has moved. */
  receive(now: Micros, conn: ConnId, chunk: Buffer, out: Effects): Address | undefined {
    if (conn !== this.conn) return undefined;
    let moved: Address | undefined;
    this.reader.feed(chunk);
    try {
      for (let reply = this.reader.next(); reply !== undefined; reply = this.reader.next()) {
        const [kind, , message] = textsOf(reply);
        if (kind === 'message' && message !== undefined) moved = this.parse(message) ?? moved;
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      out.close(conn);
      this.lost(now);
    }
    return moved;
  }

  /** `mymaster 127.0.0.1 6400 127.0.0.1 6401`: name, old address, new address. */
  private parse(message: string): Address | undefined {
    const [name, , , host, port] = message.split(' ');
    if (name !== this.settings?.masterName || host === undefined) return undefined;
    return { host, port: Number(port) };
  }

  closed(now: Micros, conn: ConnId): boolean {
    if (conn !== this.conn) return false;
    this.lost(now);
    return true;
  }

  private lost(now: Micros): void {
    this.conn = undefined;
    this.retryAt = now + RETRY_MICROS;
  }

  tick(now: Micros, out: Effects): void {
    if (now >= this.retryAt) this.connect(out);
  }

  nextDeadline(): Micros {
    return this.retryAt;
  }
}
registerState(SwitchWatch);
