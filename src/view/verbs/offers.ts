/** When verbs are offered: to whole sandboxes, and to nodes. */

import { troublesOf } from '../links.ts';
import type { NodeSnapshot, SentinelSnapshot, Snapshot } from '../snapshot.ts';
import type { Suitable } from './arguments.ts';
import type { Offer } from './verb.ts';

const CONDITIONS: Readonly<Record<Offer, (snapshot: Snapshot) => boolean>> = {
  live: ({ clock }) => clock.mode === 'live',
  paused: ({ clock, history }) => clock.mode === 'paused' && history.shown === null,
  past: ({ history }) => history.shown !== null,
  cuts: ({ links }) => troublesOf(links).length > 0,
  load: ({ load }) => load?.running === true,
  noLoad: ({ load }) => load?.running !== true,
  sentinels: ({ sentinels }) => sentinels.some(({ process }) => process === 'running'),
};

export function isOffered(offer: Offer, snapshot: Snapshot): boolean {
  return CONDITIONS[offer](snapshot);
}

/** Whether a verb is offered for the node. */
export function suits(suitable: Suitable, node: NodeSnapshot | SentinelSnapshot): boolean {
  const { machine, role, states } = suitable;
  if (states !== undefined && !states.includes(node.process)) return false;
  if (machine === undefined) return true;
  return 'role' in node && (role === undefined || node.role === role);
}
