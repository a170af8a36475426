/**
 * The layout of a snapshot's servers: rows, and the wires between them.
 *
 * Invariant: every server is in exactly one row. A replica is below its master; in a circle of
 * REPLICAOF, below one member of the circle.
 */

import type { LinkSnapshot, NodeSnapshot, Snapshot } from '../../src/view/snapshot.ts';

type WireState = 'up' | 'syncing' | 'down' | 'cut';

/** From a master to its replica. */
interface Wire {
  readonly from: string;
  readonly to: string;
  readonly state: WireState;
  /** The problem in a word; empty while there is none. */
  readonly label: string;
}

/** A pair of places whose link is cut or held; `arrow` is ⇄, or → when only a → b is. */
export interface Cut {
  readonly a: string;
  readonly b: string;
  readonly arrow: '⇄' | '→';
  readonly how: 'cut' | 'held';
}

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

export function wiresOf(snapshot: Snapshot): Wire[] {
  const names = new Set(snapshot.nodes.map((node) => node.name));
  return snapshot.nodes.flatMap((node) => {
    const from = node.master?.node ?? null;
    if (from === null || !names.has(from)) return [];
    return [{ from, to: node.name, ...wireState(snapshot, node, from) }];
  });
}

function wireState(
  snapshot: Snapshot,
  node: NodeSnapshot,
  from: string,
): { state: WireState; label: string } {
  const broken = snapshot.links.filter(
    (link) =>
      (link.cut || link.held) &&
      ((link.from === from && link.to === node.name) ||
        (link.from === node.name && link.to === from)),
  );
  if (broken.length > 0) return { state: 'cut', label: brokenWords(broken) };
  const isDead = node.process === 'crashed' || node.process === 'exited';
  if (isDead) return { state: 'down', label: '' };
  if (node.master!.syncInProgress) return { state: 'syncing', label: 'full resync' };
  return node.master!.status === 'up'
    ? { state: 'up', label: '' }
    : { state: 'down', label: 'down' };
}

function brokenWords(broken: readonly LinkSnapshot[]): string {
  const how = broken.some((link) => link.cut) ? 'cut' : 'held';
  return broken.length === 2 ? how : `${how} ${broken[0]!.from} → ${broken[0]!.to}`;
}

export function cutsOf(links: readonly LinkSnapshot[]): Cut[] {
  const cuts: Cut[] = [];
  for (const { from, to, cut, held } of links) {
    if (!cut && !held) continue;
    const how = cut ? 'cut' : 'held';
    const back = cuts.findIndex((other) => other.a === to && other.b === from && other.how === how);
    if (back < 0) cuts.push({ a: from, b: to, arrow: '→', how });
    else cuts[back] = { ...cuts[back]!, arrow: '⇄' };
  }
  return cuts;
}

/** Cuts that one Heal ends: all those of a place, or a single one. */
export interface CutGroup {
  readonly text: string;
  readonly a: string;
  /** Undefined: every link of `a`. */
  readonly b: string | undefined;
}

/**
 * Groups cuts by place, the place with most cuts first: a master cut off from six nodes is one
 * group.
 */
export function groupCuts(cuts: readonly Cut[]): CutGroup[] {
  const groups: CutGroup[] = [];
  for (let left = [...cuts]; left.length > 0; ) {
    const counts = new Map<string, number>();
    for (const name of left.flatMap(({ a, b }) => [a, b])) {
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    const [center, count] = [...counts].reduce((most, next) => (next[1] > most[1] ? next : most));
    const own = left.filter(({ a, b }) => a === center || b === center);
    left = left.filter((cut) => !own.includes(cut));
    const [{ a, b }] = own as [Cut];
    groups.push(
      count > 1
        ? { text: groupText(center, own), a: center, b: undefined }
        : { text: groupText(a, own), a, b },
    );
  }
  return groups;
}

/** `m ⇄ r1, s1 cut`; with both kinds of arrows `m ⇄ r1 cut, m → s1 cut`. */
function groupText(center: string, cuts: readonly Cut[]): string {
  const others = new Map<string, string[]>();
  for (const { a, b, arrow, how } of cuts) {
    const isReverse = a !== center && arrow === '→';
    const key = `${isReverse ? '←' : arrow} ${how}`;
    others.set(key, [...(others.get(key) ?? []), a === center ? b : a]);
  }
  return [...others]
    .map(([key, names]) => {
      const [arrow, how] = key.split(' ') as [string, string];
      return `${center} ${arrow} ${names.join(', ')} ${how}`;
    })
    .join(', ');
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
