/**
 * The context keys that `when` and `enablement` clauses use: they say which kinds of nodes and states
 * exist. A world that has failed can only be looked at and stopped, a recording only looked at.
 *
 * Invariant: package.json uses these names, after `replicationSandbox.`, and no others.
 */

import type { Snapshot } from '../view/snapshot.ts';
import { isOffered } from '../view/verbs/offers.ts';
import type { Offer } from '../view/verbs/verb.ts';

interface Offers {
  readonly running: boolean;
  /** A sandbox runs or a recording is open; two of them. */
  readonly open: boolean;
  readonly several: boolean;
  readonly live: boolean;
  readonly paused: boolean;
  /** A sandbox or a recording shows its past. */
  readonly past: boolean;
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

export function offersOf(
  snapshots: readonly Snapshot[],
  recordings: readonly Snapshot[] = [],
): Offers {
  const sound = snapshots.filter(({ failure }) => failure === null);
  const some = (offer: Offer): boolean => sound.some((snapshot) => isOffered(offer, snapshot));
  const processes = sound.flatMap(({ nodes, sentinels }) =>
    [...nodes, ...sentinels].map((node) => node.process),
  );
  return {
    running: snapshots.length > 0,
    open: snapshots.length + recordings.length > 0,
    several: snapshots.length + recordings.length > 1,
    live: some('live'),
    paused: some('paused'),
    past: [...snapshots, ...recordings].some((snapshot) => isOffered('past', snapshot)),
    alive: processes.some((state) => state === 'running' || state === 'frozen'),
    thawed: processes.includes('running'),
    frozen: processes.includes('frozen'),
    replicas: sound.some(({ nodes }) =>
      nodes.some(({ role, process }) => role === 'replica' && process === 'running'),
    ),
    sentinels: some('sentinels'),
    cuts: some('cuts'),
    load: some('load'),
  };
}
