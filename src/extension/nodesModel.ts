/**
 * The tree of servers: replicas below their master, chains nested, standalone servers beside them.
 *
 * Invariant: every server appears exactly once, whatever its master is. Of two servers that replicate
 * each other, the second is below the first.
 */

import type { NodeSnapshot, ReplicaSnapshot, Snapshot } from '../view/snapshot.ts';
import type { Tint, TreeEntry } from './treeEntry.ts';

export function nodeEntries(sandbox: number, snapshot: Snapshot): TreeEntry[] {
  const placed = new Set<string>();
  const names = new Set(snapshot.nodes.map((node) => node.name));
  const isTop = (node: NodeSnapshot): boolean =>
    node.master?.node == null || !names.has(node.master.node);
  const place = (node: NodeSnapshot): TreeEntry => {
    placed.add(node.name);
    const followers = snapshot.nodes.filter(
      (other) => other.master?.node === node.name && !placed.has(other.name),
    );
    // All are marked before the first one is visited, so that a circle ends where it began.
    for (const follower of followers) placed.add(follower.name);
    return serverEntry(sandbox, snapshot, node, followers.map(place));
  };
  const entries = snapshot.nodes.filter(isTop).map(place);
  for (const node of snapshot.nodes) if (!placed.has(node.name)) entries.push(place(node));
  return entries;
}

function serverEntry(
  sandbox: number,
  snapshot: Snapshot,
  node: NodeSnapshot,
  children: readonly TreeEntry[],
): TreeEntry {
  const seen = asItsMasterSees(snapshot, node);
  // VS Code keeps a known row collapsed when it gets its first child. A promoted replica therefore
  // changes its id and counts as a new row.
  const fold = children.length > 0 ? '/replicas' : '';
  return {
    id: `${sandbox}/${node.name}${fold}`,
    label: node.name,
    description: describeServer(node, seen),
    tooltip: serverTooltip(node, seen),
    icon: serverIcon(node),
    tint: serverTint(node),
    context: `server ${node.process} ${node.role}`,
    sandbox,
    node: node.name,
    children,
    isExpanded: true,
  };
}

/** A dead master's list of replicas is out of date. */
function asItsMasterSees(snapshot: Snapshot, node: NodeSnapshot): ReplicaSnapshot | undefined {
  const master = snapshot.nodes.find((other) => other.name === node.master?.node);
  if (master?.process !== 'running') return undefined;
  return master.replicas.find((replica) => replica.node === node.name);
}

/** `replica · up · offset 1234 · lag 0 s · :6401`; the host is left out: it is always 127.0.0.1. */
export function describeServer(node: NodeSnapshot, seen: ReplicaSnapshot | undefined): string {
  const { process, role, master, offset } = node;
  const address = `:${node.port}`;
  if (process === 'crashed' || process === 'exited') return `${process} · was ${role} · ${address}`;
  const parts: string[] = process === 'frozen' ? ['frozen', role] : [role];
  if (master !== null) parts.push(linkText(node));
  parts.push(`offset ${offset}`);
  if (seen !== undefined && master?.status === 'up') parts.push(`lag ${seen.lag} s`);
  if (node.child !== null) parts.push(node.child);
  return [...parts, address].join(' · ');
}

function linkText({ master }: NodeSnapshot): string {
  if (master!.syncInProgress) return 'synchronizing';
  const stranger = master!.node === null ? ` to ${master!.host}:${master!.port}` : '';
  return `${master!.status}${stranger}`;
}

function serverTooltip(node: NodeSnapshot, seen: ReplicaSnapshot | undefined): string {
  const { backlog, master } = node;
  const lines = [
    `${node.name}, ${node.role}, ${node.process}, pid ${node.pid}`,
    `${node.host}:${node.port}`,
    `replid ${node.replid}`,
    `offset ${node.offset}`,
  ];
  if (master !== null) lines.push(`follows ${master.node ?? `${master.host}:${master.port}`}`);
  if (seen !== undefined)
    lines.push(`its master sees it ${seen.state}, ${seen.behind} bytes behind`);
  if (node.secondReplidOffset > 0) {
    lines.push(`until offset ${node.secondReplidOffset} its history was ${node.replid2}`);
  }
  lines.push(
    backlog.active
      ? `backlog: ${backlog.histlen} of ${backlog.size} bytes, from offset ${backlog.firstByteOffset}`
      : 'backlog: none yet',
    `${node.connections} connections`,
  );
  return lines.join('\n');
}

function serverIcon(node: NodeSnapshot): string {
  if (node.process === 'frozen') return 'debug-pause';
  if (node.process !== 'running') return 'error';
  if (node.master?.syncInProgress === true) return 'sync';
  return node.role === 'master' ? 'database' : 'copy';
}

function serverTint(node: NodeSnapshot): Tint {
  if (node.process === 'frozen') return 'warning';
  if (node.process !== 'running') return 'bad';
  return node.master === null || node.master.status === 'up' ? 'good' : 'warning';
}
