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
import type { Snapshot } from '../view/snapshot.ts';
import { refusalOf } from '../view/verbs/check.ts';
import type { Input, OutsidePort, Traffic, WorldParams } from '../world/input.ts';
import type { EventView } from '../world/views.ts';
import { World } from '../world/world.ts';
import { missingForAgreement } from './agreement.ts';
import { type Driver, VirtualDriver } from './driver.ts';
import { matches, type Pattern } from './events/pattern.ts';
import { Feed } from './feed.ts';
import './machines.ts';
import { SANDBOX_OBSERVER } from './observers/sandboxObserver.ts';
import { OperationError } from './operationErrors.ts';
import { type Done, Operator } from './operator.ts';
import { Reading } from './reading.ts';
import { History } from './session/history.ts';
import { failureText, takeSnapshot } from './snapshot.ts';
import {
  addNodeInput,
  MASTER_NAME,
  type NodeSpec,
  type TopologyOptions,
  topologyNodes,
} from './topology.ts';
import { perform } from './verbs/perform.ts';

/** How often, in world time, pending answers are checked. */
const SETTLE_MICROS = 10_000;
/** How often, in world time, boot checks whether the topology has agreed. */
const BOOT_LOOK_MICROS = 200_000;
/**
 * How long, in world time, what arrives while time stands still falls behind. Every node has a timer at
 * least this often, so each gets a turn.
 */
const FALL_IN_MICROS = 200_000;
/** How long a topology may take to agree, in world time. */
const BOOT_MICROS_MAX = 60_000_000;
const TRACE_EVENTS = 1_000_000;

/** What a sandbox asks of its surroundings, which have files and ports. */
export interface Surroundings {
  /** Writes a file; a file of that name stays whole if that fails. Returns the error. */
  save(path: string, parts: readonly Buffer[]): string | undefined;
  /** Starts a sandbox of its own that continues `branch` on other ports. */
  fork(branch: World, name: string, done: Done): void;
}

interface SandboxOptions {
  readonly topology: TopologyOptions;
  readonly seed: number;
  /** Unix time of the world's beginning. */
  readonly startAt: Micros;
  /** New for every sandbox that real peers can reach; part of the recording. */
  readonly nonce?: string;
  readonly record: boolean;
  readonly params?: Partial<WorldParams>;
  /** How many past events can be looked at; default: a million. */
  readonly traceEvents?: number;
  /** A world to continue, with its nodes, in place of a new one. */
  readonly world?: World;
  /** The world is that of a finished recording: it is only looked at. */
  readonly isRecording?: boolean;
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

function newWorld(options: SandboxOptions): World {
  return new World({
    seed: seedFromNumber(options.seed),
    startAt: options.startAt,
    record: options.record,
    traceEvents: options.traceEvents ?? TRACE_EVENTS,
    params: { ...options.params, observer: SANDBOX_OBSERVER },
  });
}

export class Sandbox {
  readonly world: World;
  readonly masterName = MASTER_NAME;
  readonly seed: number;
  readonly topology: TopologyOptions;
  readonly operator: Operator;
  /** The present. */
  readonly reading: Reading;
  readonly history: History;
  readonly feed = new Feed(() => this.world.eventCount);
  /** The world is that of a finished recording: it does not go on. */
  readonly isRecording: boolean;
  surroundings: Surroundings | undefined = undefined;
  /** The world pauses after an event of this pattern. */
  pauseOn: Pattern | undefined = undefined;
  /** What advances the world's time. */
  driver: Driver;
  private readonly nonce: string | undefined;
  private gateway: OutsidePort | undefined = undefined;
  private waits: Wait[] = [];
  private settledAt: Micros = 0;
  private lastConn = 0;
  private operationCount = 0;
  /** An event of `pauseOn` has just happened. */
  private isStopped = false;
  /** Whether the present ran when it was left for the past. */
  private resumesLive = false;

  constructor(options: SandboxOptions) {
    this.seed = options.seed;
    this.world = options.world ?? newWorld(options);
    this.lastConn = this.world.state.lastOutsideConn;
    this.isRecording = options.isRecording ?? false;
    this.reading = new Reading(this.world);
    this.history = new History(this.reading);
    this.driver = new VirtualDriver(this.world);
    this.operator = new Operator(
      (input) => this.inject(input),
      (text) => this.feed.say(this.world.now, text),
    );
    this.world.outside = this.outsidePort();
    this.topology = options.topology;
    this.nonce = options.nonce;
    if (options.world !== undefined) return;
    for (const spec of topologyNodes(options.topology)) this.addNode(spec);
  }

  addNode(spec: NodeSpec): void {
    this.inject(addNodeInput(spec, this.nonce));
  }

  removeNode(name: string): void {
    this.inject({ kind: 'removeNode', node: name });
    this.feed.forget(name);
  }

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

  /** Runs the world up to `until`, at most `eventsMax` events, and answers on the way what waits. */
  advance(until: Micros, eventsMax: number = Number.POSITIVE_INFINITY): number {
    let events = 0;
    do {
      const next = Math.min(until, this.settledAt + SETTLE_MICROS);
      events += this.run(Math.max(next, this.world.now), eventsMax - events);
      if (this.world.now >= this.settledAt + SETTLE_MICROS) this.settle();
      this.history.keep();
      if (this.isStopped) break;
    } while (this.world.now < until && events < eventsMax && this.world.failure === undefined);
    this.isStopped = false;
    if (this.world.failure !== undefined) this.settle();
    return events;
  }

  /** Runs the world, at most until an event at which it shall pause. */
  private run(until: Micros, eventsMax: number): number {
    const { world, pauseOn } = this;
    if (pauseOn === undefined) return world.runUntil(until, eventsMax);
    let events = 0;
    while (events < eventsMax && world.runUntil(until, 1) === 1) {
      events += 1;
      const event = world.event(world.eventCount);
      if (event === undefined || !matches(pauseOn, world, event)) continue;
      this.stopAt(event);
      break;
    }
    return events;
  }

  private stopAt({ seq, node }: EventView): void {
    const { text } = this.pauseOn!;
    this.isStopped = true;
    this.pause();
    this.feed.say(
      this.world.now,
      `paused on ${text}: event ${seq}${node === '' ? '' : ` at ${node}`}`,
    );
  }

  /** Answers what can be answered now. */
  settle(): void {
    const { world } = this;
    this.settledAt = world.now;
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

  /** Shows an event of the past, with the present held, or the present. Throws NotHeldError. */
  goTo(event: number): void {
    const wasPast = this.history.isPast;
    this.history.goTo(event);
    if (wasPast || !this.history.isPast) return;
    this.resumesLive = this.driver.mode === 'live';
    this.pause();
  }

  /** Returns to the present, as it was left: running or paused. */
  goLive(): void {
    if (!this.history.isPast) return;
    this.history.goLive();
    if (this.resumesLive) this.driver.resume();
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
   * operation that violates the table of verbs is answered with the error.
   */
  perform(operation: Operation, done: Done): void {
    const refusal = refusalOf(operation);
    if (refusal !== undefined) {
      done({ ok: false, error: refusal });
      return;
    }
    this.settle();
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
    const { masterName, revision, driver, world, pauseOn } = this;
    const seed = this.isRecording ? null : this.seed;
    const history = this.history.snapshot();
    const frame = { seed, masterName, revision, driver, pauseOn, history, present: world };
    return takeSnapshot(this.history.shown, frame);
  }

  takeFeed(): FeedEntry[] {
    const isPaused = this.driver.mode === 'paused';
    this.feed.collect(this.reading, isPaused);
    return this.feed.take();
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
