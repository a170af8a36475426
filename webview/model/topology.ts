/**
 * Who is above whom, and who is the master.
 *
 * Invariant: every server is in exactly one row. A replica is below its master; in a circle of
 * REPLICAOF, below one member of the circle.
 */

import type { NodeSnapshot, Snapshot } from '../../src/view/snapshot.ts';

/** Masters, then their replicas, then the replicas of those, each row in the order of its masters. */
export function rowsOf(nodes: readonly NodeSnapshot[]): NodeSnapshot[][] {
  const placed = new Set<string>();
  const rows: NodeSnapshot[][] = [];
  const parentOf = (node: NodeSnapshot): string | null => node.master?.node ?? null;
  const names = new Set(nodes.map((node) => node.name));
  const isRoot = (node: NodeSnapshot): boolean => !names.has(parentOf(node) ?? '');
  let row = nodes.filter(isRoot);
  while (placed.size < nodes.length) {
    // The servers that are left form circles: the first member of each becomes a root.
    if (row.length === 0) row = [nodes.find((node) => !placed.has(node.name))!];
    for (const node of row) placed.add(node.name);
    rows.push(row);
    row = row.flatMap((parent) =>
      nodes.filter((node) => !placed.has(node.name) && parentOf(node) === parent.name),
    );
  }
  return rows;
}

/** The master according to most running Sentinels; without Sentinels, the master with most replicas. */
export function masterOf(snapshot: Snapshot): NodeSnapshot | undefined {
  const votes = new Map<string, number>();
  for (const { process, master } of snapshot.sentinels) {
    if (process !== 'running' || master?.node == null) continue;
    votes.set(master.node, (votes.get(master.node) ?? 0) + 1);
  }
  const score = (node: NodeSnapshot): number =>
    (votes.get(node.name) ?? 0) * 1000 +
    (node.role === 'master' ? 100 : 0) +
    (node.process === 'running' ? 50 : 0) +
    node.replicas.length;
  return snapshot.nodes.toSorted((a, b) => score(b) - score(a))[0];
}
