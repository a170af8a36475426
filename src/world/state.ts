/**
 * The whole state of a world, with time, scheduling and names for all parts of the world. A checkpoint
 * is a copy of this object and nothing else.
 *
 * Invariant: what is reachable from here is state as machine/state.ts defines it. The way out, the
 * journal and the effects buffer belong to the Runtime around it.
 */

import type { ConnId, Machine, Micros } from '../engine/machine/machine.ts';
import { NEVER } from '../engine/machine/machine.ts';
import { type Seed, seedOf } from '../engine/machine/random.ts';
import { registerState } from '../engine/machine/state.ts';
import { type End, Link } from './connection.ts';
import { Event, KIND, TICK_SEQ } from './event.ts';
import type { WorldParams } from './input.ts';
import { LOOPBACK, type WorldNode } from './node.ts';
import type { Observer } from './observer.ts';
import { EventQueue } from './queue.ts';
import { newObserver } from './registry.ts';
import { Trace } from './trace.ts';
import type { Failure } from './views.ts';

/** Linux's default range of ephemeral ports. */
const EPHEMERAL_FIRST = 32_768;
const EPHEMERAL_LAST = 60_999;
const FIRST_PID = 4_001;

export class WorldState {
  readonly seed: Seed;
  readonly startAt: Micros;
  readonly params: WorldParams;
  readonly trace: Trace;
  readonly queue = new EventQueue();
  now: Micros;
  /** Inputs received so far: the position in a recording. */
  inputCount = 0;
  failure: Failure | undefined = undefined;
  readonly nodes: Map<string, WorldNode> = new Map();
  /** Names of nodes and pseudo-nodes; events and ends refer to them by index. */
  readonly places: string[] = [];
  readonly links: Map<string, Link> = new Map();
  /** How many nodes have had each name. It enters their seeds, so that each begins differently. */
  private readonly creations: Map<string, number> = new Map();
  /** The owners of ports, listening or not. */
  readonly ports: Map<number, WorldNode> = new Map();
  /** The ends at pseudo-nodes, by outside connection id. */
  readonly outsideEnds: Map<number, End> = new Map();
  /** The largest id that an outside connection has had. */
  lastOutsideConn = 0;
  private nextSeq = 1;
  private lastConn: ConnId = 0;
  private lastPid = FIRST_PID - 1;
  private lastEphemeral = EPHEMERAL_FIRST - 1;
  /** Events until the next state digest. */
  digestIn: number;
  readonly observer: Observer | undefined;
  /** When it observes next, unless an event writes a note before. */
  observeAt: Micros;
  /** The number of notes when it last observed. */
  observedNotes = 0;

  constructor(seed: Seed, startAt: Micros, params: WorldParams, traceEvents: number) {
    this.seed = seed;
    this.startAt = startAt;
    this.now = startAt;
    this.params = params;
    this.trace = new Trace(traceEvents, params.tracePayloadBytes);
    this.digestIn = params.digestEvery;
    this.observer = newObserver(params.observer);
    this.observeAt = startAt;
  }

  /** A node's machine, for reading only. */
  machine(name: string): Machine | undefined {
    return this.nodes.get(name)?.machine;
  }

  /** Schedules a future event; its cause is the event being executed. */
  event(
    at: Micros,
    kind: number,
    node: WorldNode | undefined,
    end: End | undefined,
    bytes: Buffer | undefined,
    cause: number,
  ): Event {
    const event = new Event(at, this.nextSeq, cause, kind, node, end, bytes);
    this.nextSeq += 1;
    return event;
  }

  schedule(at: Micros, kind: number, node: WorldNode, cause: number): Event {
    const event = this.event(at, kind, node, undefined, undefined, cause);
    this.queue.push(event);
    return event;
  }

  scheduleTick(node: WorldNode, at: Micros, cause: number): void {
    const event = new Event(
      at,
      TICK_SEQ + node.place,
      cause,
      KIND.tick,
      node,
      undefined,
      undefined,
    );
    node.tickAt = at;
    this.queue.push(event);
  }

  newConn(): ConnId {
    this.lastConn += 1;
    return this.lastConn;
  }

  newPid(): number {
    this.lastPid += 1;
    return this.lastPid;
  }

  /** A new `127.0.0.1:port` for the client end of a connection. */
  newClientAddr(): string {
    do {
      this.lastEphemeral += 1;
      if (this.lastEphemeral > EPHEMERAL_LAST) this.lastEphemeral = EPHEMERAL_FIRST;
    } while (this.ports.has(this.lastEphemeral));
    return `${LOOPBACK}:${this.lastEphemeral}`;
  }

  /**
   * The number of the present node among those of its name: 0 for a pseudo-node, and before the
   * first.
   */
  creation(name: string): number {
    return this.creations.get(name) ?? 0;
  }

  /** Counts a further node of this name. */
  newCreation(name: string): number {
    const creation = this.creation(name) + 1;
    this.creations.set(name, creation);
    return creation;
  }

  /** Index of the name of a node or pseudo-node; -1 for none. */
  place(name: string): number {
    const index = this.places.indexOf(name);
    if (index >= 0) return index;
    this.places.push(name);
    return this.places.length - 1;
  }

  /** The link from one place to another, created on first use. */
  link(from: string, to: string): Link {
    const key = `${from}>${to}`;
    let link = this.links.get(key);
    if (link === undefined) {
      const target = this.nodes.get(to);
      const label = `link ${key} ${this.creation(from)} ${this.creation(to)}`;
      link = new Link(from, to, target, seedOf(this.seed, label));
      const isInside = target !== undefined && this.nodes.has(from);
      link.latencyMicros = isInside ? this.params.latencyMicros : this.params.outsideLatencyMicros;
      link.jitterMicros = isInside ? this.params.jitterMicros : 0;
      this.links.set(key, link);
    }
    return link;
  }

  /**
   * Returns the next event that will really happen and brings it to the front of the queue. The events
   * that it removes (of an earlier life, or moved ticks) never have an effect, so looking ahead does
   * not change a run.
   */
  nextEvent(): Event | undefined {
    for (;;) {
      const event = this.queue.first();
      if (event === undefined || !this.isStale(event)) return event;
      this.queue.pop();
      if (event.kind === KIND.tick) this.moveTick(event);
    }
  }

  isStale(event: Event): boolean {
    const node = event.node;
    if (node === undefined || event.kind === KIND.dead) return event.kind === KIND.dead;
    if (event.end !== undefined) return false; // Packets are for the network to handle.
    if (event.life !== node.life || !node.isAlive) return true;
    if (event.kind !== KIND.tick) return false;
    return event.at !== node.tickAt || !node.isReady(event.at) || this.tickTime(node) > event.at;
  }

  /** A tick that is too early is scheduled again; one for a process that is not ready is dropped. */
  private moveTick(event: Event): void {
    const node = event.node!;
    if (event.life !== node.life || event.at !== node.tickAt) return;
    node.tickAt = NEVER;
    if (!node.isReady(event.at)) return;
    const at = this.tickTime(node);
    if (at !== NEVER) this.scheduleTick(node, at, event.cause);
  }

  /** The machine's deadline in world time. */
  tickTime(node: WorldNode): Micros {
    return node.deadline === NEVER ? NEVER : Math.ceil(node.deadline - node.clockOffset);
  }
}
registerState('WorldState', WorldState);
