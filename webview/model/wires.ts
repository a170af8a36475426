/** The lines between the cards: from masters to replicas, and along other links in trouble. */

import { isBroken, pairLabel, type Trouble, troublesOf } from '../../src/view/links.ts';
import type { NodeSnapshot, Snapshot } from '../../src/view/snapshot.ts';
import { rowsOf } from './topology.ts';

type WireState = 'up' | 'slow' | 'syncing' | 'down' | 'cut';

/** From a master to its replica. */
interface Wire {
  readonly from: string;
  readonly to: string;
  readonly state: WireState;
  /** The problem in a word; empty while there is none. */
  readonly label: string;
}

/** A drawn line between two cards whose link is in trouble. */
interface TroubleLine {
  readonly from: string;
  readonly to: string;
  readonly state: 'cut' | 'slow';
  readonly label: string;
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
  const troubles = troublesOf(snapshot.links).filter(({ a, b }) => isPair(a, b, from, node.name));
  const label = pairLabel(troubles);
  if (isBroken(troubles)) return { state: 'cut', label };
  const isDead = node.process === 'crashed' || node.process === 'exited';
  if (isDead) return { state: 'down', label: '' };
  if (node.master!.syncInProgress) return { state: 'syncing', label: 'full resync' };
  if (node.master!.status === 'down') return { state: 'down', label: 'down' };
  return { state: label === '' ? 'up' : 'slow', label };
}

function isPair(a: string, b: string, one: string, other: string): boolean {
  return (a === one && b === other) || (a === other && b === one);
}

/**
 * Lines for the links in trouble that no wire of replication shows, those between Sentinels included.
 * The healthy ones are not drawn: they would cover everything.
 */
export function troubleLines(snapshot: Snapshot): TroubleLine[] {
  const places = new Set([...snapshot.nodes, ...snapshot.sentinels].map(({ name }) => name));
  const masterOf = new Map(snapshot.nodes.map(({ name, master }) => [name, master?.node]));
  const order = [...rowsOf(snapshot.nodes).flat(), ...snapshot.sentinels].map(({ name }) => name);
  const pairs = new Map<string, Trouble[]>();
  for (const trouble of troublesOf(snapshot.links)) {
    const { a, b } = trouble;
    const isDrawn = masterOf.get(a) === b || masterOf.get(b) === a;
    if (isDrawn || !places.has(a) || !places.has(b)) continue;
    const [from, to] = order.indexOf(a) <= order.indexOf(b) ? [a, b] : [b, a];
    pairs.set(`${from} ${to}`, [...(pairs.get(`${from} ${to}`) ?? []), trouble]);
  }
  return [...pairs].map(([key, troubles]) => {
    const [from, to] = key.split(' ') as [string, string];
    return { from, to, state: isBroken(troubles) ? 'cut' : 'slow', label: pairLabel(troubles) };
  });
}
