/**
 * What `when` and `enablement` clauses ask: which commands have something to work on.
 *
 * Invariant: a key is set only when its value changes; VS Code evaluates every clause each time.
 */

import * as vscode from 'vscode';
import type { Snapshot } from '../view/snapshot.ts';
import type { Sandboxes } from './sandboxes.ts';
import { SECTION } from './settings.ts';

export interface Offers {
  readonly running: boolean;
  readonly live: boolean;
  readonly paused: boolean;
  /** Some process is alive; some runs; some is frozen; some replica runs. */
  readonly alive: boolean;
  readonly thawed: boolean;
  readonly frozen: boolean;
  readonly replicas: boolean;
  readonly sentinels: boolean;
  readonly cuts: boolean;
  readonly load: boolean;
}

export function offersOf(snapshots: readonly Snapshot[]): Offers {
  const some = (test: (snapshot: Snapshot) => boolean): boolean => snapshots.some(test);
  const processes = snapshots.flatMap(({ nodes, sentinels }) =>
    [...nodes, ...sentinels].map((node) => node.process),
  );
  return {
    running: snapshots.length > 0,
    live: some(({ clock }) => clock.mode === 'live'),
    paused: some(({ clock }) => clock.mode === 'paused'),
    alive: processes.some((state) => state === 'running' || state === 'frozen'),
    thawed: processes.includes('running'),
    frozen: processes.includes('frozen'),
    replicas: some(({ nodes }) =>
      nodes.some(({ role, process }) => role === 'replica' && process === 'running'),
    ),
    sentinels: some(({ sentinels }) => sentinels.some(({ process }) => process === 'running')),
    cuts: some(({ links }) => links.some((link) => link.cut)),
    load: some(({ load }) => load?.running === true),
  };
}

export function registerContextKeys(sandboxes: Sandboxes): vscode.Disposable[] {
  const known = new Map<string, boolean>();
  const update = (): void => {
    const offers = offersOf(sandboxes.all.map((session) => session.snapshot));
    for (const [name, value] of Object.entries(offers) as [string, boolean][]) {
      if (known.get(name) === value) continue;
      known.set(name, value);
      void vscode.commands.executeCommand('setContext', `${SECTION}.${name}`, value);
    }
  };
  return [sandboxes.onStart(update), sandboxes.onSnapshot(update), sandboxes.onEnd(update)];
}
