/**
 * When a topology is ready for its first client: every replica is online, and every Sentinel knows all
 * nodes. The nodes reach this state by their own protocols; this file only observes it.
 */

import type { SentinelInstanceSnapshot, SentinelSnapshot, Snapshot } from '../view/snapshot.ts';

/** What is still missing, one phrase each; empty when the topology agrees. */
export function missingForAgreement(snapshot: Snapshot): string[] {
  return [
    ...missingReplication(snapshot),
    ...snapshot.sentinels.flatMap((sentinel) => missingAt(sentinel, snapshot)),
  ];
}

function missingReplication(snapshot: Snapshot): string[] {
  const missing: string[] = [];
  const master = snapshot.nodes.find((node) => node.role === 'master');
  for (const node of snapshot.nodes) {
    if (node.process !== 'running') missing.push(`${node.name} is ${node.process}`);
    if (node.role !== 'replica') continue;
    const seen = master?.replicas.find((replica) => replica.node === node.name);
    if (node.master?.status !== 'up')
      missing.push(`the link of ${node.name} to its master is down`);
    else if (seen?.state !== 'online') {
      missing.push(
        `${master?.name ?? 'the master'} sees ${node.name} as ${seen?.state ?? 'absent'}`,
      );
    }
  }
  return missing;
}

function missingAt(sentinel: SentinelSnapshot, snapshot: Snapshot): string[] {
  const { name } = sentinel;
  if (sentinel.process !== 'running') return [`${name} is ${sentinel.process}`];
  if (sentinel.master === null) return [`${name} does not monitor ${snapshot.masterName}`];
  const missing: string[] = [];
  if (sentinel.master.flags !== 'master') {
    missing.push(`${name} sees the master as ${sentinel.master.flags}`);
  }
  const replicas = snapshot.nodes
    .filter((node) => node.role === 'replica')
    .map((node) => node.name);
  const others = snapshot.sentinels.map((other) => other.name).filter((other) => other !== name);
  missing.push(...missingOf(name, replicas, sentinel.replicas, 'slave'));
  missing.push(...missingOf(name, others, sentinel.sentinels, 'sentinel'));
  return missing;
}

function missingOf(
  name: string,
  wanted: readonly string[],
  known: readonly SentinelInstanceSnapshot[],
  flags: string,
): string[] {
  const missing: string[] = [];
  for (const other of wanted) {
    const found = known.find((instance) => instance.node === other);
    if (found === undefined) missing.push(`${name} has not discovered ${other}`);
    else if (found.flags !== flags) missing.push(`${name} sees ${other} as ${found.flags}`);
  }
  return missing;
}
