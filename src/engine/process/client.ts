/**
 * A client: a connection that sends commands. A replica's connection to its master is one too, once
 * its handshake is over.
 *
 * Invariant: plain state; what other parts know of a client (a replica's offset) they keep
 * themselves, by its id.
 */

import { type ConnId, type Micros, NEVER, type Peer } from '../machine/machine.ts';
import { registerState } from '../machine/state.ts';
import type { Request } from '../resp/request.ts';
import { RequestReader } from '../resp/requestReader.ts';
import type { BlockedOn } from './blocking.ts';
import { Connection } from './connection.ts';

type ClientKind = 'normal' | 'replica' | 'master';

/** A MULTI in progress: commands as they came; `failed` when one could not be queued. */
interface Transaction {
  readonly queued: Request[];
  /** Of the queued requests. */
  bytes: number;
  failed: boolean;
}

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
  /** What it waits for; its input is not read meanwhile. Only Blocking writes these three. */
  blockedOn: BlockedOn | undefined = undefined;
  /** When the wait ends at the latest, and the client's index in the heap of deadlines. */
  deadline: Micros = NEVER;
  place = -1;
  /** The request its reader holds was put off (CLIENT PAUSE) and is the first to run afterwards. */
  postponed = false;
  /** The stream's offset after its last command: what WAIT waits for. 0: before the first byte. */
  writtenOffset = 0;
  /** In the process's list of clients with unread input. */
  ready = false;
  /** CLIENT REPLY OFF and SKIP: replyMode.ts. */
  replyMode: 'on' | 'off' | 'skip' | 'skipNext' = 'on';
  /** Where the replies begin that its mode has not been asked about yet; -1: none. */
  unjudgedFrom = -1;
  noEvict = false;
  transaction: Transaction | undefined = undefined;
  /** Watched keys as `db:key`; true for one that had expired already when it was watched. */
  watched: Map<string, boolean> | undefined = undefined;
  /** A watched key has changed: EXEC answers null. */
  watchBroken = false;
  channels: Set<string> | undefined = undefined;
  patterns: Set<string> | undefined = undefined;

  constructor(id: number, conn: ConnId, peer: Peer, now: Micros, authenticated: boolean) {
    super(conn, peer);
    this.id = id;
    this.createdAt = now;
    this.lastInteraction = now;
    this.authenticated = authenticated;
  }

  /** Bytes held for the client alone: requests read in part or queued, replies not sent, its name. */
  get heldBytes(): number {
    const output = this.queuedBytes + this.reply.length;
    return this.reader.held + output + this.name.length + (this.transaction?.bytes ?? 0);
  }

  get subscriptionCount(): number {
    return (this.channels?.size ?? 0) + (this.patterns?.size ?? 0);
  }
}
registerState(Client);
