/** What the item in the status bar says. */

import type { Snapshot } from '../view/snapshot.ts';

/** `m · live · 12:31:07`, `no master · paused · 12:31:07`. */
export function statusText(snapshot: Snapshot): string {
  const { nodes, clock, failure } = snapshot;
  const masters = nodes.filter((node) => node.role === 'master' && node.process === 'running');
  const master = masters.length === 0 ? 'no master' : masters.map((node) => node.name).join(', ');
  const time = new Date(clock.now / 1000).toLocaleTimeString('en-GB');
  return `${master} · ${failure === null ? clock.mode : 'stands still'} · ${time}`;
}
