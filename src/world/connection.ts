/**
 * Connections and the links they run over. One direction of a connection is the queue of the end
 * that sends; one direction of a path between two places is a Link.
 *
 * Invariants: only the first packet of an end's queue is in the event queue (or stalled at its
 * link), so bytes of a connection arrive in the order in which they were sent, whatever latencies do.
 * `unreported` is what was sent minus what `drained` has told; it never exceeds SEND_WINDOW_BYTES.
 */

import type { Micros } from '../engine/machine/machine.ts';
import { Random, type Seed } from '../engine/machine/random.ts';
import { registerState } from '../engine/machine/state.ts';
import { type Event, KIND } from './event.ts';
import { Fifo } from './fifo.ts';
import type { WorldNode } from './node.ts';

export const END = {
  /** Asked for; nothing has come back. */
  connecting: 0,
  open: 1,
  /** Reset; the process has not been told yet. What it sends is lost. */
  broken: 2,
  /** The process has closed it, was told of its end, or has died. */
  closed: 3,
  /** As closed, but no word of it was sent: the host lost its power. */
  vanished: 4,
} as const;

export class End {
  /** The machine's ConnId, or the outside connection id. */
  readonly id: number;
  /** Index of the node or pseudo-node in the world's list of places. */
  readonly place: number;
  /** Undefined for a pseudo-node. */
  readonly node: WorldNode | undefined;
  /** Whether this end asked for the connection. */
  readonly isClient: boolean;
  readonly openedAt: Micros;
  addr: string;
  /** Of whoever runs the processes. */
  isOperator = false;
  state: number = END.connecting;
  /** Other end; set once both exist. */
  peer!: End;
  /** The way to the other end. */
  link!: Link;
  /** Packets under way to the other end. */
  readonly queue: Fifo<Event> = new Fifo();
  /** Its first packet waits at the link. */
  stalled = false;
  bytesSent = 0;
  unreported = 0;
  /** Bytes taken by this end's process that the other end has not been told of. */
  consumed = 0;

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
registerState(End);

/** One direction between two places. Faults live here. */
export class Link {
  readonly from: string;
  readonly to: string;
  /** Node at the far end, for its power. */
  target: WorldNode | undefined;
  latencyMicros: number;
  jitterMicros: number;
  bytesPerSecond = Number.POSITIVE_INFINITY;
  cut = false;
  held = false;
  /** When the bytes sent so far have left, for the bandwidth. */
  freeAt: Micros = 0;
  /** Ends whose first packet has arrived here and may not pass. */
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

  /** When a packet sent now arrives. */
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

  /** A cut or a dead host stops everything; a hold lets handshakes pass. */
  stops(kind: number): boolean {
    if (this.cut || (this.target !== undefined && !this.target.powered)) return true;
    return this.held && kind !== KIND.connect && kind !== KIND.connected;
  }
}
registerState(Link);
