/**
 * The one way to wait: what a blocked client waits for, until when, and what ends the wait.
 *
 * A blocked client's input is not read. Its wait ends in one of these ways:
 *
 *     what it waited for came     answerLate by the part that the wait is for
 *     its deadline passed         tick: the reply of a timeout
 *     CLIENT UNBLOCK              endEarly, for the kinds that allow it
 *     a master became a replica   endByDemotion, for the kinds that only a master can satisfy
 *     the connection ended        forget: no reply
 *
 * Invariant: a client is in `waiting[kind]` iff its `blockedOn` is of that kind, in the order in
 * which they were blocked; it has a deadline only while it is blocked. Source: Redis 7.0.
 */

import type { Micros } from '../machine/machine.ts';
import { NEVER } from '../machine/machine.ts';
import { registerState } from '../machine/state.ts';
import type { ReplyWriter } from '../resp/replyWriter.ts';
import type { Client } from './client.ts';
import { Deadlines } from './deadlines.ts';
import { Due } from './due.ts';
import { dropUnwanted } from './replyMode.ts';

/** What a client waits for. */
export type BlockedOn =
  /** CLIENT PAUSE or a shutdown under way has put its command off; the command runs afterwards. */
  | { readonly kind: 'pause' }
  /** WAIT: that many replicas acknowledge the stream up to `offset`. */
  | { readonly kind: 'acks'; readonly offset: number; readonly replicas: number }
  /** SHUTDOWN: the process ends, or fails to. */
  | { readonly kind: 'shutdown' }
  /** SAVE, CONFIG REWRITE and the like: their work on the disk. */
  | { readonly kind: 'disk' }
  /** EXEC: the work on the disk of one of its commands. */
  | { readonly kind: 'exec' };

type BlockedKind = BlockedOn['kind'];

type UnblockMode = 'timeout' | 'error';

interface Rules {
  /** What CLIENT UNBLOCK can end it with. */
  readonly unblock: readonly UnblockMode[];
  /** Ended with an error when the server becomes a replica. */
  readonly byDemotion: boolean;
}

/**
 * Redis 7.0.15 departs in two places, which are faults there. CLIENT UNBLOCK … TIMEOUT ends the
 * process ("Unknown btype") when the client waits for a pause or a shutdown. CLIENT UNBLOCK … ERROR
 * on a paused client replies the error and later runs the command all the same: two replies to one
 * request. Here both find nothing to end, and answer 0.
 */
const RULES: Readonly<Record<BlockedKind, Rules>> = {
  pause: { unblock: [], byDemotion: false },
  acks: { unblock: ['timeout', 'error'], byDemotion: true },
  shutdown: { unblock: ['error'], byDemotion: true },
  disk: { unblock: [], byDemotion: false },
  exec: { unblock: [], byDemotion: false },
};

const UNBLOCKED = 'UNBLOCKED client unblocked via CLIENT UNBLOCK';
const DEMOTED =
  'UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)';

/** What waiting needs of the process. */
interface BlockingHost {
  readonly now: Micros;
  touch(client: Client): void;
  wake(client: Client): void;
  closeAfterReply(client: Client): void;
  countError(client: Client, error: string): void;
  /** Writes what a client is told whose wait of that kind has timed out. */
  replyTimeout(on: BlockedOn, reply: ReplyWriter): void;
}

export class Blocking {
  private readonly host: BlockingHost;
  private readonly waiting: Readonly<Record<BlockedKind, Set<Client>>> = {
    pause: new Set(),
    acks: new Set(),
    shutdown: new Set(),
    disk: new Set(),
    exec: new Set(),
  };
  /** The earliest deadline. */
  readonly due = new Due();
  private readonly deadlines = new Deadlines<Client>();

  constructor(host: BlockingHost) {
    this.host = host;
  }

  /** INFO's blocked_clients. */
  get count(): number {
    let count = 0;
    for (const clients of Object.values(this.waiting)) count += clients.size;
    return count;
  }

  /** INFO's clients_in_timeout_table: blocked clients that have a deadline. */
  get timedCount(): number {
    return this.deadlines.size;
  }

  /** The clients blocked on that kind, in the order in which they were blocked. */
  of(kind: BlockedKind): ReadonlySet<Client> {
    return this.waiting[kind];
  }

  /** Reads no more of the client's requests until the wait ends, at `deadline` at the latest. */
  block(client: Client, on: BlockedOn, deadline: Micros = NEVER): void {
    this.forget(client);
    client.blockedOn = on;
    this.waiting[on.kind].add(client);
    this.deadlines.add(client, deadline);
    this.due.at = this.deadlines.earliest;
  }

  /** Ends the wait without a reply. No-op when the client does not wait. */
  unblock(client: Client): void {
    if (client.blockedOn === undefined) return;
    this.forget(client);
    this.host.touch(client);
    this.host.wake(client);
  }

  /**
   * Replies to the command that has waited, and ends the wait. The reply is dropped when the client
   * does not want it: CLIENT REPLY OFF, a connection that closes, a master.
   */
  answerLate(client: Client, write: (reply: ReplyWriter) => void): void {
    const { reply } = client;
    const start = reply.length;
    write(reply);
    const error = reply.errorAt(start);
    if (error !== undefined) this.host.countError(client, error);
    if (client.kind === 'master' || client.closeAfterReply) reply.truncate(start);
    else dropUnwanted(client, start);
    this.unblock(client);
  }

  /** CLIENT UNBLOCK; false when the client does not wait, or for something that is not ended so. */
  endEarly(client: Client, mode: UnblockMode): boolean {
    const on = client.blockedOn;
    if (on === undefined || !RULES[on.kind].unblock.includes(mode)) return false;
    if (mode === 'error') this.answerLate(client, (reply) => reply.error(UNBLOCKED));
    else this.timeOut(client, on);
    return true;
  }

  /** The server is becoming a replica: clients that wait for what only a master does are closed. */
  endByDemotion(): void {
    for (const [kind, clients] of Object.entries(this.waiting)) {
      if (!RULES[kind as BlockedKind].byDemotion) continue;
      for (const client of [...clients]) {
        this.answerLate(client, (reply) => reply.error(DEMOTED));
        this.host.closeAfterReply(client);
      }
    }
  }

  /** The client has gone: it waits for nothing. */
  forget(client: Client): void {
    if (client.blockedOn === undefined) return;
    this.waiting[client.blockedOn.kind].delete(client);
    client.blockedOn = undefined;
    this.deadlines.remove(client);
    this.due.at = this.deadlines.earliest;
  }

  tick(): void {
    for (;;) {
      const client = this.deadlines.first;
      if (client === undefined || client.deadline > this.host.now) return;
      this.timeOut(client, client.blockedOn!);
    }
  }

  private timeOut(client: Client, on: BlockedOn): void {
    this.answerLate(client, (reply) => this.host.replyTimeout(on, reply));
  }
}
registerState(Blocking);
