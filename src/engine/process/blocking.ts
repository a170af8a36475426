/**
 * How clients wait: what a blocked client waits for, until when, and what ends the wait. There is no
 * other way to wait.
 *
 * A blocked client's input is not read. Its wait ends in one of these ways:
 *
 *     what it waits for happened  answerLate, called by the part that owns the wait
 *     its deadline passed         tick: the reply of a timeout
 *     CLIENT UNBLOCK              endEarly, for the kinds that allow it
 *     a master became a replica   endByDemotion, for the kinds that only a master can satisfy
 *     the connection ended        forget: no reply
 *
 * Invariant: a client is in `waiting[kind]` iff its `blockedOn` is of that kind. Each set keeps the
 * order in which its clients were blocked. Only a blocked client has a deadline.
 *
 * Source: blocked.c and timeout.c of Redis 7.0.
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
  /** CLIENT PAUSE, or a shutdown in progress, has postponed its command. The command runs when the pause ends. */
  | { readonly kind: 'pause' }
  /** WAIT: `replicas` replicas acknowledge the stream up to `offset`. */
  | { readonly kind: 'acks'; readonly offset: number; readonly replicas: number }
  /** SHUTDOWN: the process exits, or the shutdown fails. */
  | { readonly kind: 'shutdown' }
  /** SAVE, CONFIG REWRITE and the like: their disk operations complete. */
  | { readonly kind: 'disk' }
  /** EXEC: the disk operations of one of its commands complete. */
  | { readonly kind: 'exec' };

type BlockedKind = BlockedOn['kind'];

type UnblockMode = 'timeout' | 'error';

interface Rules {
  /** The modes of CLIENT UNBLOCK that can end the wait. */
  readonly unblock: readonly UnblockMode[];
  /** The wait ends with an error when the server becomes a replica. */
  readonly byDemotion: boolean;
}

/**
 * Two faults of Redis 7.0.15 are not copied. There, CLIENT UNBLOCK … TIMEOUT crashes the process
 * ("Unknown btype") when the client waits for a pause or a shutdown, and CLIENT UNBLOCK … ERROR on a
 * paused client replies with the error and later runs the command as well: two replies to one
 * request. Here both leave the wait alone and reply 0.
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

/** The members of the process that Blocking uses. */
interface BlockingHost {
  readonly now: Micros;
  touch(client: Client): void;
  wake(client: Client): void;
  closeAfterReply(client: Client): void;
  countError(client: Client, error: string): void;
  /** Writes the reply to a command whose wait has timed out. */
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

  /** The clients whose wait is of that kind, in the order in which they were blocked. */
  of(kind: BlockedKind): ReadonlySet<Client> {
    return this.waiting[kind];
  }

  /** Blocks the client: none of its requests is read until the wait ends, at `deadline` at the latest. */
  block(client: Client, on: BlockedOn, deadline: Micros = NEVER): void {
    this.forget(client);
    client.blockedOn = on;
    this.waiting[on.kind].add(client);
    this.deadlines.add(client, deadline);
    this.due.at = this.deadlines.earliest;
  }

  /** Ends the wait without a reply. Does nothing if the client is not blocked. */
  unblock(client: Client): void {
    if (client.blockedOn === undefined) return;
    this.forget(client);
    this.host.touch(client);
    this.host.wake(client);
  }

  /**
   * Replies to the blocked command, and ends the wait. The reply is dropped after CLIENT REPLY OFF, on
   * a connection that is closing, and for a master.
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

  /** CLIENT UNBLOCK. Returns false if the client is not blocked, or if its wait does not allow the mode. */
  endEarly(client: Client, mode: UnblockMode): boolean {
    const on = client.blockedOn;
    if (on === undefined || !RULES[on.kind].unblock.includes(mode)) return false;
    if (mode === 'error') this.answerLate(client, (reply) => reply.error(UNBLOCKED));
    else this.timeOut(client, on);
    return true;
  }

  /** The server is becoming a replica: clients whose wait only a master can end get an error and are closed. */
  endByDemotion(): void {
    for (const [kind, clients] of Object.entries(this.waiting)) {
      if (!RULES[kind as BlockedKind].byDemotion) continue;
      for (const client of [...clients]) {
        this.answerLate(client, (reply) => reply.error(DEMOTED));
        this.host.closeAfterReply(client);
      }
    }
  }

  /** Ends the wait of a client that has gone. */
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
registerState('Blocking', Blocking);
