/**
 * A sandbox: a topology in a world, and the operations on it.
 *
 * Invariants: nodes are influenced only through the world's inputs and their own protocol; snapshots are
 * read without an event; endpoints open only after `boot`, when the topology has agreed.
 * Deliberately absent: real time, sockets and files; gateway/ advances the sandbox and connects it with
 * the outside.
 */

import type { Micros } from '../engine/machine/machine.ts';
import { seedFromNumber } from '../engine/machine/random.ts';
import type { FeedEntry, Operation, Outcome } from '../view/messages.ts';
import { refusalOf } from '../view/operationTable.ts';
import type { Snapshot } from '../view/snapshot.ts';
import type { Input, OutsidePort, Traffic, WorldParams } from '../world/input.ts';
import { World } from '../world/world.ts';
import { missingForAgreement } from './agreement.ts';
import { type Driver, VirtualDriver } from './driver.ts';
import type { Place } from './eventFeed.ts';
import { Failovers, type LoadReading, type ServerReading } from './failovers.ts';
import { Feed } from './feed.ts';
import { LoadClient } from './load/loadClient.ts';
import './machines.ts';
import { replicationFields, serverOf } from './nodeReading.ts';
import { OperationError } from './operationErrors.ts';
import { perform } from './operations.ts';
import { type Done, Operator } from './operator.ts';
import { failureText, takeSnapshot } from './snapshot.ts';
import {
  addNodeInput,
  LOAD,
  MASTER_NAME,
  type NodeSpec,
  type TopologyOptions,
  topologyNodes,
} from './topology.ts';

/** How often, in world time, roles and offsets are observed. */
const OBSERVE_MICROS = 10_000;
/** How often, in world time, boot checks whether the topology has agreed. */
const BOOT_LOOK_MICROS = 200_000;
/**
 * How long, in world time, what arrives while time stands still falls behind. Every node has a timer at
 * least this often, so each gets a turn.
 */
const FALL_IN_MICROS = 200_000;
/** How long a topology may take to agree, in world time. */
const BOOT_MICROS_MAX = 60_000_000;

interface SandboxOptions {
  readonly topology: TopologyOptions;
  readonly seed: number;
  /** Unix time of the world's beginning. */
  readonly startAt: Micros;
  /** New for every sandbox that real peers can reach; part of the recording. */
  readonly nonce?: string;
  readonly record: boolean;
  readonly params?: Partial<WorldParams>;
}

/** The most operations that may wait for their outcomes at the same time. */
const WAITS_MAX = 1_000;

/** The topology did not agree in time. */
export class BootError extends Error {
  override readonly name = 'BootError';
}

/** An operation that is answered later: checked until it has an outcome, or its deadline has passed. */
interface Wait {
  readonly deadline: Micros;
  readonly done: Done;
  /** The answer if the world is paused in the meantime. */
  readonly queued: string;
  readonly settle: (isLate: boolean) => Outcome | undefined;
}

export class Sandbox {
  readonly world: World;
  readonly masterName = MASTER_NAME;
  readonly seed: number;
  readonly topology: TopologyOptions;
  /** The present nodes, in the order of their start. */
  readonly specs: NodeSpec[] = [];
  readonly operator: Operator;
  readonly failovers = new Failovers();
  readonly feed = new Feed(() => this.world.eventCount);
  /** What advances the world's time. */
  driver: Driver;
  private readonly nonce: string | undefined;
  private gateway: OutsidePort | undefined = undefined;
  private waits: Wait[] = [];
  private observedAt: Micros = 0;
  private lastConn = 0;
  private operationCount = 0;

  constructor(options: SandboxOptions) {
    this.seed = options.seed;
    this.world = new World({
      seed: seedFromNumber(options.seed),
      startAt: options.startAt,
      record: options.record,
      ...(options.params === undefined ? {} : { params: options.params }),
    });
    this.driver = new VirtualDriver(this.world);
    this.operator = new Operator(
      (input) => this.inject(input),
      (text) => this.feed.say(this.world.now, text),
    );
    this.world.outside = this.outsidePort();
    this.topology = options.topology;
    this.nonce = options.nonce;
    for (const spec of topologyNodes(options.topology)) this.addNode(spec);
  }

  addNode(spec: NodeSpec): void {
    this.inject(addNodeInput(spec, this.nonce));
    this.specs.push(spec);
  }

  removeNode(name: string): void {
    this.inject({ kind: 'removeNode', node: name });
    this.feed.forget(name);
    this.failovers.forget(name);
    this.specs.splice(
      this.specs.findIndex((spec) => spec.name === name),
      1,
    );
  }

  /** Every input passes through here, so that the state before each change is observed. */
  inject(input: Input): void {
    this.world.inject(input);
  }

  /**
   * Traffic of outside peers. What arrives while time stands still falls in behind all that is due
   * already. Otherwise an application that answers at once would always come first, because for it no time
   * passes, and steps would show nothing but its commands.
   */
  receive(input: Traffic): void {
    const travels = input.kind !== 'drained' && input.kind !== 'refused';
    if (!travels || this.driver.mode !== 'paused') this.inject(input);
    else this.inject({ ...input, delayMicros: this.world.dueWithin(FALL_IN_MICROS) });
  }

  /** A new id for an outside connection. */
  newConn(): number {
    this.lastConn += 1;
    return this.lastConn;
  }

  // Time.

  /** Runs in virtual time until the topology agrees. Throws BootError, which says what is missing. */
  boot(microsMax: Micros = BOOT_MICROS_MAX): void {
    const limit = this.world.now + microsMax;
    while (this.world.now < limit) {
      this.advance(this.world.now + BOOT_LOOK_MICROS);
      if (this.world.failure !== undefined) throw new BootError(this.world.failure.error);
      if (missingForAgreement(this.snapshot()).length === 0) return;
    }
    const missing = missingForAgreement(this.snapshot());
    throw new BootError(
      `the topology has not agreed within ${microsMax / 1e6} s of its own time: ${missing.join('; ')}`,
    );
  }

  /** Runs the world up to `until`, at most `eventsMax` events, and observes it on the way. */
  advance(until: Micros, eventsMax: number = Number.POSITIVE_INFINITY): number {
    let events = 0;
    do {
      const next = Math.min(until, this.observedAt + OBSERVE_MICROS);
      events += this.world.runUntil(Math.max(next, this.world.now), eventsMax - events);
      if (this.world.now >= this.observedAt + OBSERVE_MICROS) this.observe();
    } while (this.world.now < until && events < eventsMax && this.world.failure === undefined);
    if (this.world.failure !== undefined) this.observe();
    return events;
  }

  /** Observes roles and offsets, and checks pending answers. */
  observe(): void {
    const { world } = this;
    this.observedAt = world.now;
    const sentences = this.failovers.observe(world.now, this.serverReadings(), this.loadReading());
    for (const sentence of sentences) this.feed.say(world.now, sentence);
    this.operator.expire(world.now);
    this.answerWaits(({ deadline, settle }) => settle(world.now >= deadline));
    if (world.failure !== undefined) this.abandon();
  }

  private answerWaits(outcomeOf: (wait: Wait) => Outcome | undefined): void {
    this.waits = this.waits.filter((wait) => {
      const outcome = outcomeOf(wait);
      if (outcome !== undefined) wait.done(outcome);
      return outcome === undefined;
    });
  }

  /** Time stops: pending operations are answered, so that no request waits for RESUME. */
  pause(): void {
    this.driver.pause();
    this.operator.queue();
    this.queueWaits();
  }

  private queueWaits(): void {
    this.answerWaits(({ queued }) => ({ ok: true, text: queued }));
  }

  /** The world has failed: pending operations are answered with that. */
  private abandon(): void {
    const error = `ERR the world stands still: ${failureText(this.world)}`;
    this.operator.abandon(error);
    this.answerWaits(() => ({ ok: false, error }));
  }

  // Operations.

  /**
   * Carries out an operation. `done` is called at once, or later when a node must answer first. An
   * operation that violates the table of operations is answered with the error.
   */
  perform(operation: Operation, done: Done): void {
    const refusal = refusalOf(operation);
    if (refusal !== undefined) {
      done({ ok: false, error: refusal });
      return;
    }
    this.observe();
    this.operationCount += 1;
    try {
      perform(this, operation, done);
    } catch (error) {
      if (!(error instanceof OperationError)) throw error;
      done({ ok: false, error: error.message });
    }
  }

  /** Throws OperationError when too many wait. */
  wait(wait: Wait): void {
    if (this.waits.length >= WAITS_MAX) {
      throw new OperationError('ERR too many operations are waiting for outcomes: try again later');
    }
    this.waits.push(wait);
    if (this.driver.mode === 'paused') this.queueWaits();
  }

  // Observation.

  /** Grows with every change that a snapshot can show. */
  get revision(): number {
    return this.world.eventCount + this.world.state.inputCount + this.operationCount;
  }

  snapshot(): Snapshot {
    return takeSnapshot(this);
  }

  takeFeed(): FeedEntry[] {
    const isPaused = this.driver.mode === 'paused';
    this.feed.collect(this.world, isPaused, (name) => this.place(name));
    return this.feed.take();
  }

  get load(): LoadClient | undefined {
    const machine = this.world.machine(LOAD);
    return machine instanceof LoadClient ? machine : undefined;
  }

  /** The name of the node that owns a port of this host; null if there is none. */
  nameOf(host: string, port: number): string | null {
    if (host !== '127.0.0.1' && host !== 'localhost') return null;
    return this.specs.find((spec) => spec.port === port)?.name ?? null;
  }

  private place(name: string): Place {
    const spec = this.specs.find((candidate) => candidate.name === name);
    const nobody = { name, master: null, isLinked: false };
    if (spec?.machine === 'sentinel') return { kind: 'sentinel', ...nobody };
    if (spec?.machine !== 'server') return { kind: 'client', ...nobody };
    const replication = serverOf(this.world, name)?.replication;
    const address = replication?.replicaSide.master;
    if (replication === undefined || address === undefined) return { kind: 'server', ...nobody };
    const master = this.nameOf(address.host, address.port);
    return { name, kind: 'server', master, isLinked: replication.masterLinkUp };
  }

  private serverReadings(): ServerReading[] {
    const readings: ServerReading[] = [];
    for (const spec of this.specs) {
      const server = serverOf(this.world, spec.name);
      const node = this.world.state.nodes.get(spec.name);
      if (server === undefined || node === undefined) continue;
      const { replication } = server;
      readings.push({
        name: spec.name,
        port: spec.port,
        pid: node.pid,
        isAlive: node.state === 'running',
        isReplica: replication.isReplica,
        replid: replication.replid,
        offset: replication.offset,
        secondHistory: () => {
          const fields = replicationFields(server);
          return {
            replid2: fields.get('master_replid2') ?? '',
            secondOffset: Number(fields.get('second_repl_offset') ?? 0),
          };
        },
      });
    }
    return readings;
  }

  private loadReading(): LoadReading | undefined {
    const { load } = this;
    if (load === undefined) return undefined;
    const { isRunning, checks, book, checkedAt } = load;
    return { isRunning, checks, lost: book.lost, checkedPort: checkedAt?.port ?? 0 };
  }

  // The outside.

  /** Sets the receiver of the world's traffic to the outside; once, before the first connection. */
  openTo(gateway: OutsidePort): void {
    this.gateway = gateway;
  }

  /** Separates the operator's traffic from that of real peers. */
  private outsidePort(): OutsidePort {
    const { operator } = this;
    return {
      send: (conn, bytes) => {
        if (operator.received(conn, bytes))
          this.inject({ kind: 'drained', conn, bytes: bytes.length });
        else this.gateway?.send(conn, bytes);
      },
      close: (conn, isReset) => {
        if (!operator.closed(conn)) this.gateway?.close(conn, isReset);
      },
      connect: (conn, host, port, node) => {
        if (this.gateway !== undefined) this.gateway.connect(conn, host, port, node);
        else this.inject({ kind: 'refused', conn, error: 'Connection refused' });
      },
      listen: (node, port) => this.gateway?.listen(node, port),
      closeListener: (node, port) => this.gateway?.closeListener(node, port),
      consumed: (conn, bytes) => this.gateway?.consumed?.(conn, bytes),
    };
  }
}
