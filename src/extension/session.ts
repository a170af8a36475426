/**
 * One sandbox as the extension sees it: its worker, the last snapshot, the recent feed. An opened
 * recording is one, too.
 *
 * Invariant: `snapshot` is whole and the latest one; no call follows `ended`.
 */

import * as vscode from 'vscode';
import type { EndpointList, FailureReport, HostOptions } from '../gateway/hostMessages.ts';
import type { PortPlan, Shape } from '../gateway/portPlan.ts';
import { SandboxWorker, StartError } from '../gateway/sandboxWorker.ts';
import type { FeedEntry, Operation, Outcome } from '../view/messages.ts';
import { addToRecent } from '../view/recentFeed.ts';
import type { Snapshot } from '../view/snapshot.ts';
import { changesIn, NO_CHANGES, type TopologyChanges } from './topologyChanges.ts';

/** What it starts with. */
export interface SessionPlan extends Shape {
  readonly ports: PortPlan;
}

/** What is needed to start it again as it was. */
export interface RememberedPlan extends SessionPlan {
  readonly changes: TopologyChanges;
}

/** Where a session comes from. */
export type Origin =
  | { readonly kind: 'start' }
  /** It continues from an event of another one: `fork of event 8402`, or the name the user chose. */
  | { readonly kind: 'fork'; readonly name: string }
  /** A file that is only looked at: `crash.rsrec`. None of its nodes listens. */
  | { readonly kind: 'recording'; readonly name: string };

export interface SessionListener {
  snapshot(session: Session): void;
  feed(session: Session, entries: readonly FeedEntry[]): void;
  warning(session: Session, text: string): void;
  /** A bug has stopped its world. */
  failure(session: Session, report: FailureReport): void;
  death(session: Session, reason: string): void;
  /** Starts a fork of it. Rejects when that fails. */
  fork(session: Session, name: string, options: HostOptions): Promise<EndpointList>;
}

export class Session {
  /** The lowest free number; shown when there is more than one sandbox. */
  readonly id: number;
  readonly origin: Origin;
  readonly plan: SessionPlan;
  readonly endpoints: EndpointList;
  snapshot: Snapshot;
  changes = NO_CHANGES;
  recent: readonly FeedEntry[] = [];
  /** The failure that stopped it before there was a listener. */
  earlyFailure: FailureReport | undefined = undefined;
  private readonly worker: SandboxWorker;

  private constructor(
    id: number,
    origin: Origin,
    options: HostOptions,
    worker: SandboxWorker,
    snapshot: Snapshot,
  ) {
    this.id = id;
    this.origin = origin;
    this.plan = planOf(options, worker.endpoints);
    this.worker = worker;
    this.endpoints = worker.endpoints;
    this.snapshot = snapshot;
  }

  /** Resolves once every endpoint is open and the first snapshot has arrived. Throws StartError. */
  static async start(
    id: number,
    origin: Origin,
    options: HostOptions,
    listener: SessionListener,
  ): Promise<Session> {
    const feedBefore: FeedEntry[] = [];
    let failureBefore: FailureReport | undefined;
    let session: Session | undefined;
    const worker = await SandboxWorker.start(options, {
      onSnapshot: (snapshot) => session?.newSnapshot(snapshot, listener),
      onFeed: (entries) => {
        if (session === undefined) feedBefore.push(...entries);
        else session.newFeed(entries, listener);
      },
      onWarning: (text) => session !== undefined && listener.warning(session, text),
      onFailure: (report) => {
        if (session === undefined) failureBefore = report;
        else listener.failure(session, report);
      },
      onFork: async (name, forkOptions) => {
        if (session === undefined) throw new StartError('the sandbox is still starting');
        return listener.fork(session, name, forkOptions);
      },
      onDeath: (reason) => session !== undefined && listener.death(session, reason),
    });
    const outcome = await worker.request({ op: 'state' });
    if (!outcome.ok || outcome.data === undefined) {
      throw new Error(outcome.ok ? 'it has no state' : outcome.error);
    }
    session = new Session(id, origin, options, worker, outcome.data as Snapshot);
    session.recent = addToRecent([], feedBefore);
    session.earlyFailure = failureBefore;
    return session;
  }

  /** `Sandbox 1`, `Recording crash.rsrec`. */
  get title(): string {
    return this.origin.kind === 'recording'
      ? `Recording ${this.origin.name}`
      : `Sandbox ${this.id}`;
  }

  get isRecording(): boolean {
    return this.origin.kind === 'recording';
  }

  get remembered(): RememberedPlan {
    return { ...this.plan, changes: this.changes };
  }

  /** Every port on which it listened at its start. */
  get ports(): number[] {
    const { nodes, sentinels, control, dashboard } = this.endpoints;
    const own = [control.port, Number(new URL(dashboard.url).port)];
    return this.isRecording ? own : [...[...nodes, ...sentinels].map(({ port }) => port), ...own];
  }

  request(operation: Operation): Promise<Outcome> {
    return this.worker.request(operation);
  }

  close(): Promise<void> {
    return this.worker.close();
  }

  private newSnapshot(snapshot: Snapshot, listener: SessionListener): void {
    this.snapshot = snapshot;
    // What the past shows is not what would have to be made again.
    if (snapshot.history.shown === null) {
      this.changes = changesIn(snapshot, this.plan, this.changes);
    }
    listener.snapshot(this);
  }

  private newFeed(entries: readonly FeedEntry[], listener: SessionListener): void {
    this.recent = addToRecent(this.recent, entries);
    listener.feed(this, entries);
  }
}

/** The nodes of a fork are those that its event had, on any ports. */
function planOf({ topology, ...options }: HostOptions, endpoints: EndpointList): SessionPlan {
  const { nodes, sentinels } = endpoints;
  return {
    replicas: Math.max(0, nodes.length - 1),
    sentinels: sentinels.length,
    ports: {
      port: nodes[0]?.port ?? topology.port,
      sentinelPort: sentinels[0]?.port ?? topology.sentinelPort,
      controlPort: options.controlPort,
      dashboardPort: options.dashboardPort,
    },
  };
}

/** Requests an operation and shows what its answer says beyond OK. */
export async function perform(session: Session, operation: Operation): Promise<void> {
  const outcome = await session.request(operation);
  if (!outcome.ok) {
    void vscode.window.showErrorMessage(
      `Replication Sandbox: ${outcome.error.replace(/^ERR /, '')}`,
    );
  } else if (outcome.text !== 'OK') {
    vscode.window.setStatusBarMessage(`$(check) ${outcome.text}`, 4_000);
  }
}
