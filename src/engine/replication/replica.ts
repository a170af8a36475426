/**
 * What a master knows of one replica, from its first REPLCONF on.
 *
 * Invariant: `nextOffset` is the first byte of the stream not yet passed to the connection. It is valid
 * from `waitBgsaveEnd` on; all bytes before it have been passed once, in order.
 */

import type { Micros } from '../machine/machine.ts';
import { registerShared, registerState } from '../machine/state.ts';
import type { Client } from '../process/client.ts';
import { secondsBetween } from './seconds.ts';

type ReplicaState =
  /** Has sent REPLCONF but not asked for synchronization: still an ordinary client. */
  | 'announced'
  /** Waits for a BGSAVE to be started for it. */
  | 'waitBgsaveStart'
  /** Waits for the end of that BGSAVE; the stream from its snapshot on is kept for it. */
  | 'waitBgsaveEnd'
  | 'sendBulk'
  | 'online';

/** What INFO calls it; undefined: not listed. */
export const stateNames: Readonly<Record<ReplicaState, string | undefined>> = {
  announced: undefined,
  waitBgsaveStart: 'wait_bgsave',
  waitBgsaveEnd: 'wait_bgsave',
  sendBulk: 'send_bulk',
  online: 'online',
};

/** An RDB file on its way to replicas. Immutable, one for all replicas of a BGSAVE. */
export class RdbPayload {
  readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }
}
registerShared('RdbPayload', RdbPayload);

export class Replica {
  readonly client: Client;
  state: ReplicaState = 'announced';
  /** REPLCONF listening-port; 0: not announced. */
  listeningPort = 0;
  /** REPLCONF ip-address; empty: not announced. */
  announcedIp = '';
  readonly capabilities = { eof: false, psync2: false };
  /** REPLCONF rdb-only 1: it wants the RDB and no stream (redis-cli --rdb). */
  rdbOnly = false;
  /** It used SYNC: it never acknowledges, and repl-timeout does not apply to it. */
  prePsync = false;
  /** The offset of the snapshot in its RDB. */
  initialOffset = 0;
  nextOffset = 0;
  /** The offset it acknowledged last. */
  ackOffset = 0;
  onlineAt: Micros = 0;
  payload: RdbPayload | undefined = undefined;
  payloadSent = 0;
  /** Since when its output has been above the soft limit. */
  softLimitSince: Micros | undefined = undefined;

  constructor(client: Client) {
    this.client = client;
  }

  get ip(): string {
    if (this.announcedIp !== '') return this.announcedIp;
    const { addr } = this.client.peer;
    return addr.slice(0, addr.lastIndexOf(':')).replace(/^\[|\]$/g, '');
  }

  /** How log lines call it. */
  get name(): string {
    const ip = this.ip;
    if (this.listeningPort === 0) return `${ip}:<unknown-replica-port>`;
    return ip.includes(':') ? `[${ip}]:${this.listeningPort}` : `${ip}:${this.listeningPort}`;
  }

  /**
   * Seconds since its last sign of life: anything an online replica sends counts, an ACK or the newline
   * of a replica that loads.
   */
  lag(now: Micros): number {
    return secondsBetween(Math.max(this.onlineAt, this.client.lastInteraction), now);
  }

  /** Bytes of the stream are kept for it. */
  get needsStream(): boolean {
    return this.state !== 'announced' && this.state !== 'waitBgsaveStart' && !this.rdbOnly;
  }

  /** Has at least the capabilities of `other`: it can load an RDB made for `other`. */
  canDoAll(other: Replica): boolean {
    const mine = this.capabilities;
    const theirs = other.capabilities;
    return (mine.eof || !theirs.eof) && (mine.psync2 || !theirs.psync2);
  }
}
registerState('Replica', Replica);
