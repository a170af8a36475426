/** What the status bar, the trees and the questions say of a whole sandbox. */

import type { Snapshot } from '../view/snapshot.ts';
import type { Origin } from './session.ts';

/**
 * `m · live · 12:31:07`, `no master · paused · 12:31:07`, in a split `m, r1 · live · 12:31:07`. Of the past
 * `m · event 8402 of 9120, LIVE returns`.
 */
export function statusText(snapshot: Snapshot): string {
  const { clock } = snapshot;
  const names = masters(snapshot);
  const master = names.length === 0 ? 'no master' : names.join(', ');
  if (snapshot.history.shown !== null) return `${master} · ${modeOf(snapshot)}, LIVE returns`;
  const time = new Date(clock.now / 1000).toLocaleTimeString('en-GB');
  return `${master} · ${modeOf(snapshot)} · ${time}`;
}

/** `live`, `paused`, `stands still`, `event 8402 of 9120`. */
function modeOf({ clock, failure, history }: Snapshot): string {
  if (history.shown !== null) return `event ${history.shown} of ${history.last}`;
  return failure === null ? clock.mode : 'stands still';
}

/** `live`, `fork of event 8402 · paused`, `recording · event 90 of 120`. */
export function stateOf(origin: Origin, snapshot: Snapshot): string {
  const { last } = snapshot.history;
  if (origin.kind === 'recording') {
    return `recording · event ${snapshot.history.shown ?? last} of ${last}`;
  }
  const mode = modeOf(snapshot);
  return origin.kind === 'fork' ? `${origin.name} · ${mode}` : mode;
}

/** Masters with a replica, or monitored by a Sentinel; standalone servers only if there is no other. */
function masters({ nodes, sentinels }: Snapshot): string[] {
  const running = nodes.filter((node) => node.role === 'master' && node.process === 'running');
  const believed = sentinels.map((sentinel) => sentinel.master?.node);
  const followed = running.filter(
    (node) => node.replicas.length > 0 || believed.includes(node.name),
  );
  return (followed.length > 0 ? followed : running).map((node) => node.name);
}
