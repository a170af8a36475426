/**
 * The load client's subscription to +switch-master at a Sentinel. It moves to the next Sentinel when the
 * connection ends or is silent. A subscription may be idle for hours, so a frozen or cut off Sentinel
 * looks like one without news; a PING every second distinguishes them, as in clients that supervise
 * their subscriptions.
 *
 * A message that is published while there is no subscription is lost. So each new subscription begins
 * with a query for the address, in one write with SUBSCRIBE: the Sentinel executes both together, so no
 * switch can happen between the answer and the subscription.
 *
 * Invariants: there is at most one connection. `retryAt` is set exactly while a connection is wanted and
 * there is none. While there is one, `silentAt` is set: the instant at which it is abandoned.
 */

import { ProtocolError } from '../../engine/machine/errors.ts';
import { type ConnId, type Effects, type Micros, NEVER } from '../../engine/machine/machine.ts';
import { registerState } from '../../engine/machine/state.ts';
import { parseInteger } from '../../engine/resp/integer.ts';
import { ReplyReader } from '../../engine/resp/replyReader.ts';
import { firstParts } from '../../engine/resp/words.ts';
import { encodeRequest, textsOf } from '../requests.ts';
import type { Address, LoadSettings } from './loadSettings.ts';

const RETRY_MICROS = 500_000;
const PING_MICROS = 1_000_000;
/** How long a Sentinel may be silent after a connect or a PING. */
const SILENCE_MICROS = 2_000_000;

export interface Heard {
  readonly address: Address;
  /** Whether it was just published; otherwise it answers our query, which is rarely news. */
  readonly isSwitch: boolean;
}

export class SwitchWatch {
  private settings: LoadSettings | undefined = undefined;
  private conn: ConnId | undefined = undefined;
  private reader = new ReplyReader();
  private next = 0;
  /** Whether the first answer of the connection, the master's address, is still to come. */
  private isAddressDue = false;
  private retryAt: Micros = NEVER;
  private pingAt: Micros = NEVER;
  private silentAt: Micros = NEVER;

  configure(settings: LoadSettings): void {
    this.settings = settings;
  }

  start(now: Micros, out: Effects): void {
    if (this.conn === undefined) this.connect(now, out);
  }

  stop(out: Effects): void {
    if (this.conn !== undefined) out.close(this.conn);
    this.forget();
    this.retryAt = NEVER;
  }

  private connect(now: Micros, out: Effects): void {
    this.retryAt = NEVER;
    const sentinels = this.settings?.sentinels ?? [];
    if (sentinels.length === 0) return;
    const sentinel = sentinels[this.next % sentinels.length]!;
    this.next += 1;
    this.reader = new ReplyReader();
    this.isAddressDue = true;
    this.conn = out.connect(sentinel.host, sentinel.port);
    this.silentAt = now + SILENCE_MICROS;
  }

  /** True when the connection is this one's. */
  connected(now: Micros, conn: ConnId, error: string | undefined, out: Effects): boolean {
    if (conn !== this.conn) return false;
    if (error !== undefined) {
      this.lost(now);
      return true;
    }
    const { masterName } = this.settings!;
    const ask = encodeRequest(['SENTINEL', 'get-master-addr-by-name', masterName]);
    out.send(conn, Buffer.concat([ask, encodeRequest(['SUBSCRIBE', '+switch-master'])]));
    this.heard(now);
    return true;
  }

  /** The master's address, when the Sentinel has sent one. */
  receive(now: Micros, conn: ConnId, chunk: Buffer, out: Effects): Heard | undefined {
    if (conn !== this.conn) return undefined;
    let heard: Heard | undefined;
    this.heard(now);
    this.reader.feed(chunk);
    try {
      for (let reply = this.reader.next(); reply !== undefined; reply = this.reader.next()) {
        const [kind, port, message] = textsOf(reply);
        if (this.isAddressDue) {
          this.isAddressDue = false;
          const address = addressOf(kind, port);
          if (address === undefined) continue; // It does not monitor that master.
          heard = { address, isSwitch: false };
        } else if (kind === 'message' && message !== undefined) {
          heard = this.parse(message) ?? heard;
        }
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.drop(now, out);
    }
    return heard;
  }

  /** `mymaster 127.0.0.1 6400 127.0.0.1 6401`: name, old address, new address. */
  private parse(message: string): Heard | undefined {
    const [name, , , host, port] = firstParts(message, ' ', 5);
    const address = name === this.settings?.masterName ? addressOf(host, port) : undefined;
    return address === undefined ? undefined : { address, isSwitch: true };
  }

  closed(now: Micros, conn: ConnId): boolean {
    if (conn !== this.conn) return false;
    this.lost(now);
    return true;
  }

  private heard(now: Micros): void {
    this.pingAt = now + PING_MICROS;
    this.silentAt = this.pingAt + SILENCE_MICROS;
  }

  private drop(now: Micros, out: Effects): void {
    out.close(this.conn!);
    this.lost(now);
  }

  private lost(now: Micros): void {
    this.forget();
    this.retryAt = now + RETRY_MICROS;
  }

  private forget(): void {
    this.conn = undefined;
    this.pingAt = NEVER;
    this.silentAt = NEVER;
  }

  tick(now: Micros, out: Effects): void {
    if (now >= this.silentAt) {
      this.drop(now, out);
    } else if (now >= this.pingAt) {
      this.pingAt = NEVER; // One at a time: its answer schedules the next.
      out.send(this.conn!, encodeRequest(['PING']));
    }
    if (now >= this.retryAt) this.connect(now, out);
  }

  nextDeadline(): Micros {
    return Math.min(this.retryAt, this.pingAt, this.silentAt);
  }
}
registerState('SwitchWatch', SwitchWatch);

const HOST_LENGTH_MAX = 255;
const PORT_MAX = 65535;

/** Undefined when the message is not an address: any client may publish at a Sentinel. */
function addressOf(host: string | undefined, portText: string | undefined): Address | undefined {
  const port = portText === undefined ? undefined : parseInteger(portText);
  if (host === undefined || host === '' || host.length > HOST_LENGTH_MAX) return undefined;
  if (typeof port !== 'number' || port < 1 || port > PORT_MAX) return undefined;
  return { host, port };
}
