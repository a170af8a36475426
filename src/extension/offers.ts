/**
 * The context keys that `when` and `enablement` clauses use: they say which kinds of nodes and states
 * exist. A world that has failed can only be looked at and stopped.
 *
 * Invariant: package.json uses these names, after `replicationSandbox.`, and no others.
 */

import { troublesOf } from '../view/links.ts';
import type { Snapshot } from '../view/snapshot.ts';

interface Offers {
  readonly running: boolean;
  readonly live: boolean;
  readonly paused: boolean;
  /** At least one process is alive; is running; is frozen; at least one replica is running. */
  readonly alive: boolean;
  readonly thawed: boolean;
  readonly frozen: boolean;
  readonly replicas: boolean;
  readonly sentinels: boolean;
  /** A link is cut, held or slow. */
  readonly cuts: boolean;
  readonly load: boolean;
}

export function offersOf(snapshots: readonly Snapshot[]): Offers {
  const sound = snapshots.filter(({ failure }) => failure === null);
  const some = (test: (snapshot: Snapshot) => boolean): boolean => sound.some(test);
  const processes = sound.flatMap(({ nodes, sentinels }) =>
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
    cuts: some(({ links }) => troublesOf(links).length > 0),
    load: some(({ load }) => load?.running === true),
  };
}
