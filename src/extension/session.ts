/**
 * One sandbox as the extension sees it: its worker, the last snapshot, the recent feed.
 *
 * Invariant: `snapshot` is whole and the latest one; no call follows `ended`.
 */

import * as vscode from 'vscode';
import type { EndpointList, FailureReport, HostOptions } from '../gateway/hostMessages.ts';
import type { PortPlan, Shape } from '../gateway/portPlan.ts';
import { SandboxWorker } from '../gateway/sandboxWorker.ts';
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

export interface SessionListener {
  snapshot(session: Session): void;
  feed(session: Session, entries: readonly FeedEntry[]): void;
  warning(session: Session, text: string): void;
  /** A bug has stopped its world. */
  failure(session: Session, report: FailureReport): void;
  death(session: Session, reason: string): void;
}

export class Session {
  /** The lowest free number; shown when there is more than one sandbox. */
  readonly id: number;
  readonly plan: SessionPlan;
  readonly endpoints: EndpointList;
  snapshot: Snapshot;
  changes = NO_CHANGES;
  recent: readonly FeedEntry[] = [];
  /** The failure that stopped it before there was a listener. */
  earlyFailure: FailureReport | undefined = undefined;
  private readonly worker: SandboxWorker;

  private constructor(id: number, plan: SessionPlan, worker: SandboxWorker, snapshot: Snapshot) {
    this.id = id;
    this.plan = plan;
    this.worker = worker;
    this.endpoints = worker.endpoints;
    this.snapshot = snapshot;
  }

  /** Resolves once every endpoint is open and the first snapshot has arrived. Throws StartError. */
  static async start(
    id: number,
    plan: SessionPlan,
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
      onDeath: (reason) => session !== undefined && listener.death(session, reason),
    });
    const outcome = await worker.request({ op: 'state' });
    if (!outcome.ok || outcome.data === undefined) {
      throw new Error(outcome.ok ? 'it has no state' : outcome.error);
    }
    session = new Session(id, plan, worker, outcome.data as Snapshot);
    session.recent = addToRecent([], feedBefore);
    session.earlyFailure = failureBefore;
    return session;
  }

  /** `Sandbox 1`. */
  get title(): string {
    return `Sandbox ${this.id}`;
  }

  get remembered(): RememberedPlan {
    return { ...this.plan, changes: this.changes };
  }

  request(operation: Operation): Promise<Outcome> {
    return this.worker.request(operation);
  }

  close(): Promise<void> {
    return this.worker.close();
  }

  private newSnapshot(snapshot: Snapshot, listener: SessionListener): void {
    this.snapshot = snapshot;
    this.changes = changesIn(snapshot, this.plan, this.changes);
    listener.snapshot(this);
  }

  private newFeed(entries: readonly FeedEntry[], listener: SessionListener): void {
    this.recent = addToRecent(this.recent, entries);
    listener.feed(this, entries);
  }
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
