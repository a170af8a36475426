/**
 * Situations that look odd and are not: what is going on, and what will happen, in plain words.
 *
 * The rules are Sentinel's: a known replica that says it is a master is turned into a replica after
 * four hello periods (8 s), one that follows another master than it should after failover-timeout; both
 * when the next INFO of that replica has come, and only while the master looks sane.
 */

import type { NodeSnapshot, Snapshot } from '../../src/view/snapshot.ts';
import { nameOf } from './beliefs.ts';
import { masterOf } from './topology.ts';

interface Situation {
  /** Stable for the same situation. */
  readonly id: string;
  readonly title: string;
  readonly text: string;
}

export function situationsOf(snapshot: Snapshot): Situation[] {
  const master = masterOf(snapshot);
  // During a failover everything is in motion, and without a master that runs the Sentinels wait.
  const isFailingOver = snapshot.sentinels.some((sentinel) => sentinel.failoverState !== '');
  if (master?.process !== 'running' || isFailingOver) return [];
  return snapshot.nodes
    .filter((node) => node.name !== master.name && node.process === 'running')
    .flatMap((node) => situationOf(snapshot, master, node) ?? []);
}

function situationOf(
  snapshot: Snapshot,
  master: NodeSnapshot,
  node: NodeSnapshot,
): Situation | undefined {
  const { name } = node;
  const isKnown = snapshot.sentinels.some(
    (sentinel) =>
      sentinel.process === 'running' &&
      sentinel.master?.node === master.name &&
      sentinel.replicas.some((replica) => replica.node === name),
  );
  if (node.role === 'master') {
    return { id: `masters ${name}`, ...secondMaster(snapshot, master, node, isKnown) };
  }
  const followed = nameOf(node.master!);
  if (!isKnown || followed === master.name) return undefined;
  return {
    id: `follows ${name} ${followed}`,
    title: `${name} follows ${followed}`,
    text: `The Sentinels want it to follow ${master.name}. They will point it there once failover-timeout has passed.`,
  };
}

function secondMaster(
  { sentinels }: Snapshot,
  master: NodeSnapshot,
  { name, replicas }: NodeSnapshot,
  isKnown: boolean,
): { readonly title: string; readonly text: string } {
  const title = `${name} is a master, too`;
  const follows = replicas.length === 0 ? `Nobody follows ${name}` : `${name} has replicas`;
  if (isKnown) {
    return {
      title,
      text: `${follows}; the Sentinels will make it a replica of ${master.name} in about 10 s. What is written to it until then is lost.`,
    };
  }
  const because =
    sentinels.length === 0 ? 'there are no Sentinels' : 'no Sentinel knows it as a replica';
  return { title, text: `${follows}, and ${because}: it stays a master until REPLICAOF.` };
}
