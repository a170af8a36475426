/**
 * The sandboxes of this window, and the listeners to their events.
 *
 * Invariants: every listed sandbox runs. One that dies is removed from the list and reported once; the
 * others continue. workspaceState holds the plans of sandboxes that the user has not stopped, with their
 * changes: they start again after a reload.
 */

import * as vscode from 'vscode';
import type { FailureReport } from '../gateway/hostMessages.ts';
import { portsOf } from '../gateway/portPlan.ts';
import { defaultMemoryMb } from '../gateway/sandboxWorker.ts';
import type { FeedEntry } from '../view/messages.ts';
import { Holders } from './holders.ts';
import { type RememberedPlan, Session, type SessionListener, type SessionPlan } from './session.ts';
import { readSettings } from './settings.ts';

const RUNNING_KEY = 'running';

interface FeedEvent {
  readonly session: Session;
  readonly entries: readonly FeedEntry[];
}

export interface EndEvent {
  readonly session: Session;
  /** Empty when the user stopped it. */
  readonly reason: string;
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

  readonly onStart = this.started.event;
  /** A new snapshot; at most ten a second. */
  readonly onSnapshot = this.changed.event;
  readonly onFeed = this.fed.event;
  readonly onEnd = this.ended.event;
  readonly onWarning = this.warned.event;
  readonly onFailure = this.failed.event;

  constructor(context: vscode.ExtensionContext) {
    this.context = context;
    this.holders = new Holders(context);
  }

  get all(): readonly Session[] {
    return this.sessions;
  }

  byId(id: number): Session | undefined {
    return this.sessions.find((session) => session.id === id);
  }

  get isStarting(): boolean {
    return this.starting.size > 0;
  }

  /** The plans of the sandboxes that ran when the window was closed. */
  get remembered(): readonly RememberedPlan[] {
    return this.context.workspaceState.get<RememberedPlan[]>(RUNNING_KEY, []);
  }

  /** Starts a sandbox. Throws StartError when that fails. */
  async start(plan: SessionPlan): Promise<Session> {
    const { downAfterMs, seed, memoryLimitMb, historyEvents, historyMb } = readSettings();
    const { port, sentinelPort, controlPort, dashboardPort } = plan.ports;
    const options = {
      topology: {
        replicas: plan.replicas,
        sentinels: plan.sentinels,
        port,
        sentinelPort,
        downAfterMs,
      },
      seed: seed ?? randomSeed(),
      nonce: crypto.randomUUID(),
      controlPort,
      dashboardPort,
      history: { events: historyEvents, megabytes: historyMb },
      memoryMb: memoryLimitMb > 0 ? memoryLimitMb : defaultMemoryMb(),
    };
    const id = this.freeId();
    this.starting.add(id);
    try {
      const session = await Session.start(id, plan, options, this);
      // A sandbox that is started again keeps its place.
      this.sessions = [...this.sessions, session].sort((a, b) => a.id - b.id);
      // This must happen before anything else from the sandbox can arrive.
      this.started.fire(session);
      if (session.earlyFailure !== undefined) this.failure(session, session.earlyFailure);
      await this.remember();
      await this.holders.hold(id, portsOf(plan.ports, plan));
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
    const { started, changed, fed, ended, warned, failed } = this;
    for (const emitter of [started, changed, fed, ended, warned, failed]) emitter.dispose();
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

  private async remove(session: Session, reason: string): Promise<void> {
    this.sessions = this.sessions.filter((other) => other !== session);
    this.ended.fire({ session, reason });
    await this.holders.release(session.id);
    await this.remember();
  }

  private async remember(): Promise<void> {
    const plans = this.sessions.map((session) => session.remembered);
    const text = JSON.stringify(plans);
    if (text === this.stored) return;
    this.stored = text;
    await this.context.workspaceState.update(RUNNING_KEY, plans);
  }

  private freeId(): number {
    const taken = new Set([...this.starting, ...this.sessions.map((session) => session.id)]);
    let id = 1;
    while (taken.has(id)) id += 1;
    return id;
  }
}

function randomSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]!;
}
