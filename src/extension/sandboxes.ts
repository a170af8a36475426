/**
 * The sandboxes and opened recordings of this window, and the listeners to their events.
 *
 * Invariants: every listed one has a thread. One that dies is removed from the list and reported once; the
 * others continue. workspaceState holds the plans of sandboxes that the user has not stopped, with their
 * changes: they start again after a reload. A fork does not, because it would start empty.
 */

import * as vscode from 'vscode';
import type {
  EndpointList,
  FailureReport,
  HistoryLimits,
  HostOptions,
} from '../gateway/hostMessages.ts';
import { DEFAULT_PORT, DEFAULT_SENTINEL_PORT, type PortPlan } from '../gateway/portPlan.ts';
import { defaultMemoryMb } from '../gateway/sandboxWorker.ts';
import type { FeedEntry } from '../view/messages.ts';
import { Holders } from './holders.ts';
import {
  type Origin,
  type RememberedPlan,
  Session,
  type SessionListener,
  type SessionPlan,
} from './session.ts';
import { readSettings } from './settings.ts';

const RUNNING_KEY = 'running';
/** Ids of recordings begin here: they are listed after the sandboxes, which keep the low numbers. */
const RECORDING_IDS = 1_001;

interface FeedEvent {
  readonly session: Session;
  readonly entries: readonly FeedEntry[];
}

export interface EndEvent {
  readonly session: Session;
  /** Empty when the user stopped it. */
  readonly reason: string;
}

export interface ForkEvent {
  readonly session: Session;
  readonly parent: Session;
}

export interface FailureEvent {
  readonly session: Session;
  readonly report: FailureReport;
}

export class Sandboxes implements SessionListener, vscode.Disposable {
  readonly holders: Holders;
  private readonly context: vscode.ExtensionContext;
  private sessions: readonly Session[] = [];
  /** The JSON of what workspaceState holds. */
  private stored = '';
  private readonly starting = new Set<number>();
  private readonly started = new vscode.EventEmitter<Session>();
  private readonly changed = new vscode.EventEmitter<Session>();
  private readonly fed = new vscode.EventEmitter<FeedEvent>();
  private readonly ended = new vscode.EventEmitter<EndEvent>();
  private readonly warned = new vscode.EventEmitter<{ session: Session; text: string }>();
  private readonly failed = new vscode.EventEmitter<FailureEvent>();
  private readonly forked = new vscode.EventEmitter<ForkEvent>();

  readonly onStart = this.started.event;
  /** A new snapshot; at most ten a second. */
  readonly onSnapshot = this.changed.event;
  readonly onFeed = this.fed.event;
  readonly onEnd = this.ended.event;
  readonly onWarning = this.warned.event;
  readonly onFailure = this.failed.event;
  /** A fork runs; `onStart` came before. */
  readonly onFork = this.forked.event;

  constructor(context: vscode.ExtensionContext) {
    this.context = context;
    this.holders = new Holders(context);
  }

  get all(): readonly Session[] {
    return this.sessions;
  }

  /** Those whose nodes can be reached: all but recordings. */
  get running(): readonly Session[] {
    return this.sessions.filter(({ isRecording }) => !isRecording);
  }

  byId(id: number): Session | undefined {
    return this.sessions.find((session) => session.id === id);
  }

  get isStarting(): boolean {
    return [...this.starting].some((id) => id < RECORDING_IDS);
  }

  /** The plans of the sandboxes that ran when the window was closed. */
  get remembered(): readonly RememberedPlan[] {
    return this.context.workspaceState.get<RememberedPlan[]>(RUNNING_KEY, []);
  }

  /** Starts a sandbox. Throws StartError when that fails. */
  async start(plan: SessionPlan): Promise<Session> {
    const { downAfterMs, seed } = readSettings();
    const { replicas, sentinels, ports } = plan;
    const { port, sentinelPort, controlPort, dashboardPort } = ports;
    const session = await this.bring(
      { kind: 'start' },
      {
        topology: { replicas, sentinels, port, sentinelPort, downAfterMs },
        seed: seed ?? randomSeed(),
        nonce: crypto.randomUUID(),
        controlPort,
        dashboardPort,
        memoryMb: memoryMb(),
        history: history(),
      },
    );
    await this.remember();
    return session;
  }

  /** Opens the bytes of a recording, to be looked at. Throws StartError, which says what is wrong with it. */
  openRecording(name: string, recording: Uint8Array, ports: PortPlan): Promise<Session> {
    const topology = {
      replicas: 0,
      sentinels: 0,
      port: DEFAULT_PORT,
      sentinelPort: DEFAULT_SENTINEL_PORT,
    };
    const { controlPort, dashboardPort } = ports;
    return this.bring(
      { kind: 'recording', name },
      {
        topology,
        seed: 0,
        nonce: crypto.randomUUID(),
        controlPort,
        dashboardPort,
        memoryMb: memoryMb(),
        history: history(),
        recording,
        isFinished: true,
      },
    );
  }

  private async bring(origin: Origin, options: HostOptions): Promise<Session> {
    const id = this.freeId(origin.kind === 'recording' ? RECORDING_IDS : 1);
    this.starting.add(id);
    try {
      const session = await Session.start(id, origin, options, this);
      // A sandbox that is started again keeps its place.
      this.sessions = [...this.sessions, session].sort((a, b) => a.id - b.id);
      // This must happen before anything else from the sandbox can arrive.
      this.started.fire(session);
      if (session.earlyFailure !== undefined) this.failure(session, session.earlyFailure);
      await this.holders.hold(id, session.ports);
      return session;
    } finally {
      this.starting.delete(id);
    }
  }

  async stop(session: Session): Promise<void> {
    await session.close();
    await this.remove(session, '');
  }

  /** The window closes: the running sandboxes are remembered. */
  async closeAll(): Promise<void> {
    const sessions = this.sessions;
    this.sessions = [];
    await Promise.all(
      sessions.map(async (session) => {
        await session.close();
        await this.holders.release(session.id);
      }),
    );
  }

  dispose(): void {
    const { started, changed, fed, ended, warned, failed, forked } = this;
    for (const emitter of [started, changed, fed, ended, warned, failed, forked]) emitter.dispose();
  }

  // Called by the sessions.

  snapshot(session: Session): void {
    this.changed.fire(session);
    // After closeAll the list is empty, and the plans stay remembered.
    if (this.sessions.includes(session)) void this.remember();
  }

  feed(session: Session, entries: readonly FeedEntry[]): void {
    this.fed.fire({ session, entries });
  }

  warning(session: Session, text: string): void {
    this.warned.fire({ session, text });
  }

  failure(session: Session, report: FailureReport): void {
    this.failed.fire({ session, report });
  }

  death(session: Session, reason: string): void {
    if (this.sessions.includes(session)) void this.remove(session, reason);
  }

  async fork(parent: Session, name: string, options: HostOptions): Promise<EndpointList> {
    const session = await this.bring({ kind: 'fork', name }, options);
    this.forked.fire({ session, parent });
    return session.endpoints;
  }

  private async remove(session: Session, reason: string): Promise<void> {
    this.sessions = this.sessions.filter((other) => other !== session);
    this.ended.fire({ session, reason });
    await this.holders.release(session.id);
    await this.remember();
  }

  private async remember(): Promise<void> {
    const plans = this.sessions
      .filter(({ origin }) => origin.kind === 'start')
      .map((session) => session.remembered);
    const text = JSON.stringify(plans);
    if (text === this.stored) return;
    this.stored = text;
    await this.context.workspaceState.update(RUNNING_KEY, plans);
  }

  private freeId(first: number): number {
    const taken = new Set([...this.starting, ...this.sessions.map((session) => session.id)]);
    let id = first;
    while (taken.has(id)) id += 1;
    return id;
  }
}

function memoryMb(): number {
  const { memoryLimitMb } = readSettings();
  return memoryLimitMb > 0 ? memoryLimitMb : defaultMemoryMb();
}

/** How much of the past can be looked at. */
function history(): HistoryLimits {
  const { historyEvents, historyMb } = readSettings();
  return { events: historyEvents, megabytes: historyMb };
}

function randomSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]!;
}
