/**
 * A client: a connection that sends commands. On a replica the connection to its master is a client,
 * too, once the handshake is over.
 *
 * Invariant: plain state. Other parts keep what they know of a client (a replica's offset) themselves.
 */

import { type ConnId, type Micros, NEVER, type Peer } from '../machine/machine.ts';
import { registerState } from '../machine/state.ts';
import type { Request } from '../resp/request.ts';
import { RequestReader } from '../resp/requestReader.ts';
import type { BlockedOn } from './blocking.ts';
import { Connection } from './connection.ts';

type ClientKind = 'normal' | 'replica' | 'master';

/** A MULTI in progress: the queued requests, and whether one could not be queued (`failed`). */
interface Transaction {
  readonly queued: Request[];
  /** Of the queued requests. */
  bytes: number;
  failed: boolean;
}

/** Memory of a subscription or a watched key besides its name: entries of two tables, and a Set. */
const NAME_BYTES = 300;
/** Memory of a queued request besides its bytes: the object, its offsets, its Buffer. */
const QUEUED_BYTES = 400;

export class Client extends Connection {
  readonly id: number;
  readonly createdAt: Micros;
  readonly reader = new RequestReader();
  kind: ClientKind = 'normal';
  name = '';
  user = 'default';
  authenticated: boolean;
  db = 0;
  lastInteraction: Micros;
  /** Full name of the command executed last, as CLIENT LIST's `cmd`: `client|list`. */
  lastCommand = 'NULL';
  /** What it waits for; its input is not read meanwhile. Only Blocking writes this and the next two. */
  blockedOn: BlockedOn | undefined = undefined;
  /** When the wait ends at the latest. */
  deadline: Micros = NEVER;
  /** Index in the heap of deadlines; -1 without a deadline. */
  place = -1;
  /** CLIENT PAUSE has postponed the request that its reader holds; it runs first after the pause. */
  postponed = false;
  /** master_repl_offset after its last write: the offset that WAIT waits for. 0: it has written nothing. */
  writtenOffset = 0;
  /** Whether it is in the process's list of clients that may have requests to execute. */
  ready = false;
  /** CLIENT REPLY OFF and SKIP; see replyMode.ts. */
  replyMode: 'on' | 'off' | 'skip' | 'skipNext' = 'on';
  /** Start of the replies that replyMode has yet to keep or drop; -1: none. */
  unjudgedFrom = -1;
  noEvict = false;
  transaction: Transaction | undefined = undefined;
  /** Watched keys as `db:key`; true if the key had already expired when it was watched. */
  watched: Map<string, boolean> | undefined = undefined;
  /** A watched key has changed: EXEC answers null. */
  watchBroken = false;
  channels: Set<string> | undefined = undefined;
  patterns: Set<string> | undefined = undefined;
  /** Memory of its subscriptions and watches. */
  private namesBytes = 0;

  constructor(id: number, conn: ConnId, peer: Peer, now: Micros, authenticated: boolean) {
    super(conn, peer);
    this.id = id;
    this.createdAt = now;
    this.lastInteraction = now;
    this.authenticated = authenticated;
  }

  /** Bytes of requests read in part or queued. */
  get requestBytes(): number {
    return this.reader.held + (this.transaction?.bytes ?? 0);
  }

  /** Memory held for the client alone: its requests, replies not sent, its subscriptions and watches. */
  get heldBytes(): number {
    const output = this.queuedBytes + this.reply.length;
    const queued = (this.transaction?.queued.length ?? 0) * QUEUED_BYTES;
    return this.requestBytes + queued + output + this.name.length + this.namesBytes;
  }

  /** Counts the memory of a subscription or a watch. */
  countName(name: string): void {
    this.namesBytes += name.length + NAME_BYTES;
  }

  uncountName(name: string): void {
    this.namesBytes -= name.length + NAME_BYTES;
  }

  get subscriptionCount(): number {
    return (this.channels?.size ?? 0) + (this.patterns?.size ?? 0);
  }
}
registerState('Client', Client);
