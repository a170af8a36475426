/**
 * What the user has changed of a sandbox since it began: nodes and backlog sizes. They are stored with
 * the window and made again after a reload.
 *
 * Invariant: plain JSON, because workspaceState holds it. Whatever cannot be made again is named.
 */

import type { Shape } from '../gateway/portPlan.ts';
import type { Operation, Outcome } from '../view/messages.ts';
import type { NodeSnapshot, Snapshot } from '../view/snapshot.ts';

type Addition = {
  readonly name: string;
  readonly operation: Extract<Operation, { op: 'addServer' | 'addReplica' | 'addSentinel' }>;
};

export interface TopologyChanges {
  readonly added: readonly Addition[];
  readonly removed: readonly string[];
  /** The sizes of backlogs other than the default one, by node. */
  readonly backlogs: Readonly<Record<string, number>>;
  /** What is changed and not made again, in words: `the latency of links`. */
  readonly lost: readonly string[];
}

export const NO_CHANGES: TopologyChanges = { added: [], removed: [], backlogs: {}, lost: [] };

/** The default of repl-backlog-size. */
const BACKLOG_BYTES = 1_048_576;

/** The changes that a snapshot shows. A dead process has no backlog: it keeps what `before` says. */
export function changesIn(
  snapshot: Snapshot,
  shape: Shape,
  before: TopologyChanges,
): TopologyChanges {
  const { nodes, sentinels } = snapshot;
  const initial = namesOf(shape);
  const present = [...nodes, ...sentinels].map(({ name }) => name);
  const isNew = ({ name }: { readonly name: string }): boolean => !initial.includes(name);
  const sizes = nodes
    .map(({ name, backlog }) => [name, backlog.size || (before.backlogs[name] ?? 0)] as const)
    .filter(([, size]) => size > 0 && size !== BACKLOG_BYTES);
  return {
    added: [
      ...nodes.filter(isNew).map((node) => serverAddition(snapshot, node)),
      ...sentinels.filter(isNew).map(({ name, port }): Addition => {
        return { name, operation: { op: 'addSentinel', port } };
      }),
    ],
    removed: initial.filter((name) => !present.includes(name)),
    backlogs: Object.fromEntries(sizes),
    lost: lostIn(snapshot),
  };
}

/** The names of the nodes that a sandbox begins with. */
function namesOf({ replicas, sentinels }: Shape): string[] {
  const numbered = (letter: string, count: number): string[] =>
    Array.from({ length: count }, (_, index) => `${letter}${index + 1}`);
  return ['m', ...numbered('r', replicas), ...numbered('s', sentinels)];
}

/**
 * A sandbox that starts again has its first master. A replica of the current master therefore follows
 * `m`; one of another replica, or of a standalone server, follows that one.
 */
function serverAddition({ nodes }: Snapshot, { name, port, master }: NodeSnapshot): Addition {
  if (name.startsWith('n')) return { name, operation: { op: 'addServer', port } };
  const followed = nodes.find((node) => node.name === master?.node);
  const isRoot = followed?.role !== 'replica' && !followed?.name.startsWith('n');
  const of = followed === undefined || isRoot ? 'm' : followed.name;
  return { name, operation: { op: 'addReplica', of, port } };
}

function lostIn({ links, load }: Snapshot): string[] {
  const lost: string[] = [];
  if (links.some((link) => link.cut || link.held)) lost.push('cut links');
  if (links.some((link) => link.latencyMs >= 1 || link.jitterMs >= 1)) {
    lost.push('the latency of links');
  }
  if (load?.running === true) lost.push('the load');
  return lost;
}

/**
 * Makes the changes in a sandbox that has just started. Returns what could not be made, in words. A
 * node whose port is taken gets another one, which counts as a difference.
 */
export async function makeAgain(
  changes: TopologyChanges,
  request: (operation: Operation) => Promise<Outcome>,
): Promise<string[]> {
  const missing: string[] = [...changes.lost];
  /** The name that each node has now. */
  const names = new Map<string, string>();
  const now = (name: string): string => names.get(name) ?? name;
  for (const { name, operation } of changes.added) {
    const wanted =
      operation.op === 'addReplica' ? { ...operation, of: now(operation.of) } : operation;
    let outcome = await request(wanted);
    if (!outcome.ok) {
      const { port, ...anywhere } = wanted;
      outcome = await request(anywhere);
      if (outcome.ok) missing.push(`port ${port} of ${name}`);
    }
    if (outcome.ok) names.set(name, outcome.text.split(' ', 1)[0]!);
    else missing.push(`${name} (${reasonOf(outcome.error)})`);
  }
  for (const node of changes.removed) await request({ op: 'remove', node });
  for (const [name, bytes] of Object.entries(changes.backlogs)) {
    const node = now(name);
    const outcome = await request({ op: 'backlog', node, bytes });
    if (outcome.ok) await request({ op: 'command', node, line: 'CONFIG REWRITE' });
    else missing.push(`the backlog size of ${name} (${reasonOf(outcome.error)})`);
  }
  return missing;
}

function reasonOf(error: string): string {
  return error.replace(/^ERR /, '');
}
