/** The text of the item in the status bar. */

import type { Snapshot } from '../view/snapshot.ts';

/** `m · live · 12:31:07`, `no master · paused · 12:31:07`, in a split `m, r1 · live · 12:31:07`. */
export function statusText(snapshot: Snapshot): string {
  const { clock, failure } = snapshot;
  const names = masters(snapshot);
  const master = names.length === 0 ? 'no master' : names.join(', ');
  const time = new Date(clock.now / 1000).toLocaleTimeString('en-GB');
  return `${master} · ${failure === null ? clock.mode : 'stands still'} · ${time}`;
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
