/**
 * The world: machines, the network between them, their disks and one clock.
 *
 * Invariant: a run is a function of (seed, params, inputs with their positions). Ties break on the order
 * of scheduling; looking at the world never changes it; a copy behaves as the original.
 * Deliberately absent: real time, sockets and files. The host drives the world by `inject`, `step` and
 * `runUntil` (driver.ts says how far), and the world calls the host through `outside`.
 */

import type { Machine, Micros } from '../engine/machine/machine.ts';
import { NEVER } from '../engine/machine/machine.ts';
import { copyState } from '../engine/machine/state.ts';
import { digestWorld } from './digest.ts';
import { execute } from './execute.ts';
import {
  DEFAULT_PARAMS,
  type Input,
  InputError,
  type OutsidePort,
  type Traffic,
  type WorldOptions,
} from './input.ts';
import type { Position } from './inputRecords.ts';
import { type BaseSource, JOURNAL_BYTES_MAX, Journal, type Recording } from './journal.ts';
import { OBSERVE_MICROS } from './observer.ts';
import { check, operate } from './operations.ts';
import { Runtime } from './runtime.ts';
import { connectionViews, linkViews, nodeView, upcomingView } from './snapshot.ts';
import { WorldState } from './state.ts';
import { isMeant, takeTraffic } from './traffic.ts';
import type {
  ConnectionView,
  EventView,
  Failure,
  FileView,
  LinkView,
  LogLine,
  NodeView,
  NoteView,
} from './views.ts';

const TRACE_EVENTS = 4_096;

/**
 * With more bytes than this in incomplete requests, no checkpoint of the recording is taken: while a
 * value of 500 MB arrives, one checkpoint per 16 MB would keep four copies of half of it.
 */
const CHECKPOINT_UNREAD_MAX = 4 * 1024 * 1024;

/** The mark of a state digest in the trace hash. */
const DIGEST = 100;

const TRAFFIC_KINDS: ReadonlySet<string> = new Set([
  'accept',
  'data',
  'drained',
  'eof',
  'connected',
  'refused',
]);

/** `reset` is both: of a pair of places, or of an outside connection. */
function isTraffic(input: Input): input is Traffic {
  return TRAFFIC_KINDS.has(input.kind) || (input.kind === 'reset' && 'conn' in input);
}

/** A state to continue from, in place of a new one. */
interface Continuation {
  readonly state: WorldState;
  /** What was recorded so far; undefined: the world does not record. */
  readonly recording: Recording | undefined;
  readonly journalBytesMax?: number;
}

export class World {
  /** Everything that a copy copies; plain state. */
  readonly state: WorldState;
  private readonly run: Runtime;
  private readonly journal: Journal | undefined;
  private isExecuting = false;
  /** Inputs that came during an event. */
  private readonly pending: Input[] = [];

  constructor(source: WorldOptions | Continuation) {
    const bytesMax = source.journalBytesMax ?? JOURNAL_BYTES_MAX;
    if ('state' in source) {
      const { state, recording } = source;
      this.state = state;
      this.journal = recording && new Journal(bytesMax, this.baseSource(), recording);
    } else {
      const params = { ...DEFAULT_PARAMS, ...source.params };
      const traceEvents = source.traceEvents ?? TRACE_EVENTS;
      this.state = new WorldState(source.seed, source.startAt, params, traceEvents);
      this.journal = source.record
        ? new Journal(bytesMax, this.baseSource(), undefined)
        : undefined;
    }
    this.run = new Runtime(this.state);
  }

  /** The calls to the outside; undefined unless set, and in every copy. */
  get outside(): OutsidePort | undefined {
    return this.run.outside;
  }

  set outside(port: OutsidePort | undefined) {
    this.run.outside = port;
  }

  get now(): Micros {
    return this.state.now;
  }

  /** Events executed so far; the number of the last one. */
  get eventCount(): number {
    return this.state.trace.count;
  }

  get failure(): Failure | undefined {
    return this.state.failure;
  }

  /**
   * Hash of all events so far with their bytes, of everything sent outside, and of the state
   * digests.
   */
  get traceHash(): string {
    return this.state.trace.hash.hex();
  }

  /**
   * The only entry for inputs. Operations take effect at once; traffic arrives over its link. An input
   * during an event (from a method of `outside`) waits until that event has ended. Throws InputError
   * for an invalid input (a waiting one is dropped instead). A failed world accepts no input.
   */
  inject(input: Input): void {
    if (this.isExecuting) this.pending.push(input);
    else this.take(input);
  }

  private take(input: Input): void {
    const state = this.state;
    if (state.failure !== undefined) return;
    if (isTraffic(input)) {
      if (!isMeant(state, input)) return;
    } else {
      check(state, input);
    }
    this.journal?.append({ events: state.trace.count, time: state.now }, input);
    state.inputCount += 1;
    this.isExecuting = true;
    try {
      if (isTraffic(input)) {
        takeTraffic(this.run, input);
      } else {
        this.observe();
        state.observer?.operating(input);
        operate(this.run, input);
      }
    } catch (error) {
      this.fail('', error);
    }
    this.isExecuting = false;
    this.takePending();
  }

  /** Executes the next event; returns false when there is none, or when the world has failed. */
  step(): boolean {
    const state = this.state;
    if (state.failure !== undefined) return false;
    const event = state.nextEvent();
    if (event === undefined) return false;
    state.queue.pop();
    if (event.at > state.now) state.now = event.at;
    this.isExecuting = true;
    try {
      execute(this.run, event);
      if (state.digestIn > 0) this.countDownDigest();
      const { trace } = state;
      if (state.now >= state.observeAt || trace.noteCount !== state.observedNotes) this.observe();
    } catch (error) {
      this.fail(event.node?.name ?? '', error);
    }
    this.isExecuting = false;
    if (this.pending.length > 0) this.takePending();
    return true;
  }

  private observe(): void {
    const state = this.state;
    state.observeAt = state.now + OBSERVE_MICROS;
    if (state.observer === undefined) {
      state.observedNotes = state.trace.noteCount;
      return;
    }
    for (const note of state.observer.observe(state)) state.trace.addNote(state.now, '', note);
    state.observedNotes = state.trace.noteCount;
  }

  private countDownDigest(): void {
    const state = this.state;
    state.digestIn -= 1;
    if (state.digestIn > 0) return;
    state.digestIn = state.params.digestEvery;
    const turn = Math.floor(state.trace.count / state.params.digestEvery);
    state.trace.fold(DIGEST, 0, undefined, digestWorld(state, turn));
    this.journal?.passed(state.trace);
  }

  private baseSource(): BaseSource {
    return {
      checkpoint: () => (this.isExpensiveToCopy ? undefined : copyState(this.state)),
      copiedBytes: () => this.copiedBytes,
    };
  }

  /** Whether so much of incomplete requests would have to be copied that a checkpoint should wait. */
  get isExpensiveToCopy(): boolean {
    return this.sumOf((machine) => machine.unreadBytes?.()) > CHECKPOINT_UNREAD_MAX;
  }

  /** Bytes of pages that were copied because a copy of the state shares them; it grows. */
  get copiedBytes(): number {
    return this.sumOf((machine) => machine.copiedBytes?.());
  }

  private sumOf(bytesOf: (machine: Machine) => number | undefined): number {
    let sum = 0;
    for (const { machine } of this.state.nodes.values()) sum += bytesOf(machine) ?? 0;
    return sum;
  }

  private takePending(): void {
    for (let input = this.pending.shift(); input !== undefined; input = this.pending.shift()) {
      try {
        this.take(input);
      } catch (error) {
        if (!(error instanceof InputError)) throw error; // An input that has become invalid is dropped.
      }
    }
  }

  private fail(node: string, error: unknown): void {
    const isError = error instanceof Error;
    this.state.failure = {
      seq: this.state.trace.count,
      node,
      error: isError ? `${error.name}: ${error.message}` : String(error),
      stack: isError ? (error.stack ?? '') : '',
    };
  }

  /**
   * Executes all events up to and including `time`, at most `eventsMax`, and returns their number. The
   * clock then shows `time`, unless `eventsMax` or a failure ended it earlier.
   */
  runUntil(time: Micros, eventsMax: number = Number.POSITIVE_INFINITY): number {
    const state = this.state;
    let count = 0;
    for (; count < eventsMax; count += 1) {
      const event = state.nextEvent();
      if (event === undefined || event.at > time) {
        if (time > state.now && time !== NEVER && state.failure === undefined) state.now = time;
        break;
      }
      if (!this.step()) break;
    }
    return count;
  }

  /**
   * Runs to a position of a recording: until that many events are executed, with the clock at
   * `time`.
   */
  goTo(position: Position): void {
    while (this.state.trace.count < position.events && this.step());
    if (this.state.failure === undefined && position.time > this.state.now) {
      this.state.now = position.time;
    }
  }

  /** How long it takes until everything that is due within `span` has happened: at most `span`. */
  dueWithin(span: Micros): Micros {
    const { now, queue } = this.state;
    return Math.max(0, queue.lastDueUntil(now + span) - now);
  }

  nextEventAt(): Micros {
    return this.state.failure === undefined ? (this.state.nextEvent()?.at ?? NEVER) : NEVER;
  }

  /** The next event. */
  peek(): EventView | undefined {
    const event = this.state.failure === undefined ? this.state.nextEvent() : undefined;
    return event === undefined ? undefined : upcomingView(this.state, event);
  }

  /** The next events, soonest first, without the packets behind the first one of a connection. */
  upcoming(limit: number): EventView[] {
    const events = this.state.nextEvent() === undefined ? [] : this.state.queue.sorted();
    const live = events.filter((event) => !this.state.isStale(event)).slice(0, limit);
    return live.map((event) => upcomingView(this.state, event));
  }

  /** A checkpoint: an independent world, without journal and `outside`. */
  copy(): World {
    return new World({ state: copyState(this.state), recording: undefined });
  }

  /** A digest of the whole state. */
  digest(): string {
    return digestWorld(this.state, undefined);
  }

  /** The number of inputs before the recording; undefined while nothing is recorded. */
  get recordedFrom(): number | undefined {
    return this.journal?.firstInput;
  }

  /** The number of events before the recording; undefined while nothing is recorded. */
  get recordedFromEvent(): number | undefined {
    return this.journal?.firstEvent;
  }

  /** Bytes of the recording without its checkpoints; 0 for a world that does not record. */
  get recordedBytes(): number {
    return this.journal?.bytes ?? 0;
  }

  /** Memory of the trace, in bytes. */
  get traceBytes(): number {
    return this.state.trace.bytes;
  }

  /**
   * The recording so far; undefined when the world does not record, or has received too much input
   * at once.
   */
  recording(): Recording | undefined {
    return this.journal?.recording(this.state);
  }

  /** Forgets the recording, and frees what only its checkpoints keep. */
  suspendRecording(): void {
    this.journal?.suspend();
  }

  /** Lets a suspended recording begin anew with the next input. */
  resumeRecording(): void {
    this.journal?.resume();
  }

  node(name: string): NodeView | undefined {
    const node = this.state.nodes.get(name);
    return node === undefined ? undefined : nodeView(this.state, node);
  }

  nodes(): NodeView[] {
    return [...this.state.nodes.values()].map((node) => nodeView(this.state, node));
  }

  links(): LinkView[] {
    return linkViews(this.state);
  }

  connections(): ConnectionView[] {
    return connectionViews(this.state);
  }

  /** A node's machine, for reading only. */
  machine(name: string): Machine | undefined {
    return this.state.nodes.get(name)?.machine;
  }

  /** Lines of a node's log with an id above `after`. */
  logSince(name: string, after: number): LogLine[] {
    return this.state.nodes.get(name)?.logSince(after) ?? [];
  }

  files(name: string): FileView[] {
    return this.state.nodes.get(name)?.disk.views(this.state.now) ?? [];
  }

  readFile(name: string, path: string): Buffer | undefined {
    return this.state.nodes.get(name)?.disk.content(path);
  }

  /** A past event; undefined when the trace has forgotten it. */
  event(seq: number): EventView | undefined {
    return this.state.trace.view(seq, this.state.places);
  }

  /** The last events, oldest first. */
  lastEvents(limit: number): EventView[] {
    const { count, firstSeq } = this.state.trace;
    const views: EventView[] = [];
    for (let seq = Math.max(firstSeq, count - limit + 1); seq <= count; seq += 1) {
      views.push(this.event(seq)!);
    }
    return views;
  }

  /** The event, its cause, the cause of that, …, as far as the trace reaches. */
  causes(seq: number): EventView[] {
    const chain: EventView[] = [];
    for (let at = seq; at > 0; at = this.state.trace.causeOf(at)) {
      const view = this.event(at);
      if (view === undefined) break;
      chain.push(view);
    }
    return chain;
  }

  /** The beginning of a past event's payload. */
  eventBytes(seq: number): Buffer {
    return this.state.trace.bytesOf(seq);
  }

  /** Notes with an id above `after`. */
  notesSince(after: number): NoteView[] {
    return this.state.trace.notesSince(after);
  }

  /** The notes of an event, in order. */
  notesOf(seq: number): NoteView[] {
    return this.state.trace.notesOf(seq);
  }
}
