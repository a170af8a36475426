/**
 * Connections, and the links they use. One direction of a connection is the queue of the sending end.
 * One direction between two places is a Link.
 *
 * Invariants: only the first packet of an end's queue is in the event queue (or stalled at its link),
 * so the bytes of a connection arrive in the order in which they were sent, whatever the latencies.
 * `unreported` is the bytes sent minus the bytes reported by `drained`; it never exceeds
 * SEND_WINDOW_BYTES.
 */

import type { Micros } from '../engine/machine/machine.ts';
import { Random, type Seed } from '../engine/machine/random.ts';
import { registerState } from '../engine/machine/state.ts';
import { type Event, KIND } from './event.ts';
import { Fifo } from './fifo.ts';
import type { WorldNode } from './node.ts';

export const END = {
  /** Requested; no answer has arrived. */
  connecting: 0,
  open: 1,
  /** Reset, but the process does not know it yet. Whatever it sends is lost. */
  broken: 2,
  /** The process has closed it, has been told of its end, or has died. */
  closed: 3,
  /** Closed without a packet to the peer: the host has lost its power. */
  vanished: 4,
} as const;

export class End {
  /** The machine's ConnId; the outside connection id at a pseudo-node. */
  readonly id: number;
  /** Index of the node or pseudo-node in the world's list of places. */
  readonly place: number;
  /** Undefined for a pseudo-node. */
  readonly node: WorldNode | undefined;
  /** Whether this end initiated the connection. */
  readonly isClient: boolean;
  readonly openedAt: Micros;
  addr: string;
  /** A connection of the operator (Peer.isOperator). */
  isOperator = false;
  state: number = END.connecting;
  /** The other end; set once both exist. */
  peer!: End;
  /** The link to the other end. */
  link!: Link;
  /** Packets in flight to the other end. */
  readonly queue: Fifo<Event> = new Fifo();
  /** Its first packet is stalled at the link. */
  stalled = false;
  bytesSent = 0;
  unreported = 0;
  /** Bytes read by this end's process that were not yet reported to the other end. */
  consumed = 0;
  /** The last event that brought bytes to this end; 0 before the first. */
  lastData = 0;
  /** How many chunks have arrived and wait for the process, and the event at which the last of them arrived. */
  waiting = 0;
  lastWaiting = 0;

  constructor(
    id: number,
    place: number,
    node: WorldNode | undefined,
    isClient: boolean,
    addr: string,
    openedAt: Micros,
  ) {
    this.id = id;
    this.place = place;
    this.node = node;
    this.isClient = isClient;
    this.addr = addr;
    this.openedAt = openedAt;
  }

  get bytesInFlight(): number {
    let sum = 0;
    for (let i = 0; i < this.queue.length; i += 1) sum += this.queue.at(i)!.bytes?.length ?? 0;
    return sum;
  }
}
registerState('End', End);

/** One direction between two places, with its faults. */
export class Link {
  readonly from: string;
  readonly to: string;
  /** The node at the far end, whose host may have no power. */
  target: WorldNode | undefined;
  latencyMicros: number;
  jitterMicros: number;
  bytesPerSecond = Number.POSITIVE_INFINITY;
  cut = false;
  held = false;
  /** When the bytes sent so far have left at the link's bandwidth. */
  freeAt: Micros = 0;
  /** Ends whose first packet the link has stopped. */
  stalled: End[] = [];
  private readonly random: Random;

  constructor(from: string, to: string, target: WorldNode | undefined, seed: Seed) {
    this.from = from;
    this.to = to;
    this.target = target;
    this.latencyMicros = 0;
    this.jitterMicros = 0;
    this.random = new Random(seed);
  }

  /** The arrival time of a packet sent now: at 1 MB/s and 200 µs of latency, 1,000 bytes take 1,200 µs. */
  arrivalAt(now: Micros, bytes: number): Micros {
    let at = now;
    if (this.bytesPerSecond !== Number.POSITIVE_INFINITY) {
      this.freeAt =
        Math.max(this.freeAt, now) + Math.ceil((bytes * 1_000_000) / this.bytesPerSecond);
      at = this.freeAt;
    }
    return at + this.delay();
  }

  delay(): Micros {
    const jitter = this.jitterMicros > 0 ? this.random.below(this.jitterMicros + 1) : 0;
    return this.latencyMicros + jitter;
  }

  /** Whether the link stops a packet: a cut or a dead host stops all, a hold lets handshakes pass. */
  stops(kind: number): boolean {
    if (this.cut || (this.target !== undefined && !this.target.powered)) return true;
    return this.held && kind !== KIND.connect && kind !== KIND.connected;
  }
}
registerState('Link', Link);
