/**
 * After the faults: what an operator does to bring everything back, and whether it is back.
 *
 * Sentinels put things right by themselves; without Sentinels nobody does but the operator, who then
 * gives everybody the master of the plan. Sentinels do not undo everything either: a circle of
 * replicas, or a replica of a replica that lost its master, is left to the operator after a while.
 */

import { NEVER } from '../../src/engine/machine/machine.ts';
import { currentAddress } from '../../src/engine/sentinel/model/instances.ts';
import type { World } from '../../src/world/world.ts';
import type { Operator } from './operator.ts';
import type { Plan } from './plan.ts';
import {
  agreedMaster,
  followed,
  hopelessMaster,
  isServing,
  nodeAt,
  rootOf,
  sentinelOf,
  serverOf,
} from './reading.ts';
import { HOST, MASTER_NAME } from './topologyPlan.ts';
import type { Tracks } from './tracks.ts';

const FAST = 500;
/** A down-after that outlasts the second between two connects. */
const PATIENT_MS = 1_500;

/** Ends every fault: nodes that are away, links, disks, frozen and dead processes. */
export function endFaults(tracks: Tracks, plan: Plan): void {
  const world = tracks.original;
  for (const link of world.links()) {
    const { from: a, to: b } = link;
    if (link.bytesPerSecond !== Number.POSITIVE_INFINITY) {
      tracks.inject({
        kind: 'bandwidth',
        a,
        b,
        oneway: true,
        bytesPerSecond: Number.POSITIVE_INFINITY,
      });
    }
    if (link.latencyMicros > 5_000) {
      tracks.inject({ kind: 'latency', a, b, oneway: true, micros: FAST });
    }
  }
  for (const { node } of plan.nodes) if (!world.state.nodes.has(node.name)) tracks.inject(node);
  tracks.inject({ kind: 'heal' });
  for (const { name, state, diskFull } of world.nodes()) {
    if (diskFull) tracks.inject({ kind: 'diskFault', node: name, full: false });
    if (state === 'frozen') tracks.inject({ kind: 'thaw', node: name });
    if (state === 'crashed' || state === 'exited') tracks.inject({ kind: 'restart', node: name });
    if (plan.nodes.some(({ node }) => node.name === name && isScripted(node.machine))) {
      tracks.inject({ kind: 'instruct', node: name, instruction: { kind: 'stop' } });
    }
  }
}

function isScripted(machine: string): boolean {
  return machine !== 'server' && machine !== 'sentinel' && machine !== 'load';
}

/** Restarts whatever ended after the faults did (a shutdown that was under way). */
export function restartDead(tracks: Tracks): void {
  for (const { name, state } of tracks.original.nodes()) {
    if (state === 'exited') tracks.inject({ kind: 'restart', node: name });
  }
}

/**
 * Saves where a save has failed. As in Redis, such a master takes no writes and answers PING with
 * MISCONF, so that no replica can synchronize; and without enough writes no save point is reached.
 */
export function saveAgain(world: World, plan: Plan, operator: Operator): void {
  for (const { name, port } of plan.topology.servers) {
    if (!isServing(world, name)) continue;
    const { lastStatusOk, child } = serverOf(world, name).saving;
    if (!lastStatusOk && child === undefined) operator.say(name, port, [['BGSAVE']]);
  }
}

/** Gives everybody the master of the plan: for topologies without Sentinels. */
export function restoreTopology(world: World, plan: Plan, operator: Operator): void {
  for (const { name, port, parent } of plan.topology.servers) {
    if (!isServing(world, name)) continue;
    const target = parent === undefined ? undefined : plan.topology.servers[parent]!.port;
    const current = followed(world, plan, name);
    if (current === (target === undefined ? undefined : nodeAt(plan, target))) continue;
    operator.say(name, port, [replicaofWords(target)]);
  }
}

/** Points replicas whose chain does not end at the Sentinels' master there. */
export function repairChains(world: World, plan: Plan, operator: Operator): void {
  const master = agreedMaster(world, plan);
  if (master === undefined) return;
  const masterPort = plan.topology.servers.find(({ name }) => name === master)!.port;
  for (const { name, port } of plan.topology.servers) {
    if (!isServing(world, name) || rootOf(world, plan, name) === master) continue;
    operator.say(name, port, [replicaofWords(name === master ? undefined : masterPort)]);
  }
}

/**
 * Makes the Sentinels' master one again where all are replicas and no Sentinel can help (as Redis
 * 7.0.15's cannot: tried). They see it down only 20 s (twice the INFO period) and down-after after it
 * said that it is a replica; by then the others' links can have been down for longer than ten times
 * down-after, so that none is good enough, nor ever will be: both times grow alike.
 *
 * Seed 248, down-after 991 ms: the master's container is removed; it comes back with its first
 * configuration, as the old master's replica. A Sentinel that has not seen this yet makes the old
 * master its replica: a circle, in which all links are up until the master restarts. At +sdown they
 * have been down for 24 s.
 */
export function openCircle(world: World, plan: Plan, operator: Operator): void {
  const master = hopelessMaster(world, plan);
  if (master === undefined || mastersOf(world, plan).length > 0) return;
  const server = plan.topology.servers.find(({ name }) => name === master)!;
  if (isServing(world, master)) operator.say(master, server.port, [replicaofWords(undefined)]);
}

/**
 * A Sentinel counts those that were removed among the voters, in Redis as here, until SENTINEL RESET:
 * too many of them, and there is no majority. One at a time, as each forgets the replicas, too.
 */
export function forgetRemoved(world: World, plan: Plan, operator: Operator): void {
  const { sentinels } = plan.topology;
  for (const { name, port } of sentinels) {
    if (!isServing(world, name)) continue;
    const master = sentinelOf(world, name).masters.get(MASTER_NAME);
    if (master === undefined || master.sDown || master.failoverInProgress) continue;
    if (master.sentinels.size < sentinels.length) continue;
    operator.say(name, port, [['SENTINEL', 'RESET', MASTER_NAME]]);
    return;
  }
}

/**
 * Sentinels with a small quorum and less than a second of down-after can fail over for ever, as
 * Redis's can: to a new master they connect a second after they last connected, so that it can be
 * silent for longer than down-after allows as soon as it is one (seed 141: 630 ms, quorum 1).
 */
export function endFlapping(world: World, plan: Plan, operator: Operator): void {
  for (const { name, port } of plan.topology.sentinels) {
    if (!isServing(world, name)) continue;
    const master = sentinelOf(world, name).masters.get(MASTER_NAME);
    if (master === undefined || master.downAfterMs >= PATIENT_MS) continue;
    const value = String(PATIENT_MS);
    operator.say(name, port, [['SENTINEL', 'SET', MASTER_NAME, 'down-after-milliseconds', value]]);
  }
}

/**
 * Two Sentinels can follow different masters under one configuration epoch for good, in Redis 7.0.15 as
 * here: a newer configuration that names the master being failed over comes in, its epoch is taken, and
 * the switch at the failover's end keeps it. Seed 1140: s0 has promoted n1 in epoch 9, is cut off, and
 * hears of n0 in epoch 10 before it switches to n1; nobody's epoch is greater, nor does anybody who
 * follows n0 vote about n1. A forced failover ends it, as its epoch is above all; at one who takes its
 * master for down, if there is one, as elsewhere it could be answered with another failover.
 */
export function endStalemate(world: World, plan: Plan, operator: Operator): void {
  const views = plan.topology.sentinels.flatMap(({ name, port }) => {
    const master = isServing(world, name) && sentinelOf(world, name).masters.get(MASTER_NAME);
    return master ? [{ name, port, master, at: currentAddress(master).port }] : [];
  });
  const isStalemate = views.some(({ master, at }) =>
    views.some((other) => other.master.configEpoch === master.configEpoch && other.at !== at),
  );
  if (!isStalemate) return;
  const { name, port } = views.find(({ master }) => master.sDown) ?? views[0]!;
  operator.say(name, port, [['SENTINEL', 'FAILOVER', MASTER_NAME]]);
}

function replicaofWords(port: number | undefined): string[] {
  return port === undefined ? ['REPLICAOF', 'NO', 'ONE'] : ['REPLICAOF', HOST, String(port)];
}

/** What is not in order yet; empty when all is. */
export function unsettled(world: World, plan: Plan): string[] {
  const missing = disorder(world, plan);
  return missing.length > 0 ? missing : behind(world, plan);
}

/** Roles, links and processes that are not as they should be. */
export function disorder(world: World, plan: Plan): string[] {
  const { servers, sentinels } = plan.topology;
  const missing = [...servers, ...sentinels]
    .filter(({ name }) => !isServing(world, name))
    .map(({ name }) => `${name} does not serve`);
  for (const { name } of servers) {
    const { loading, replication, shutdown } = serverOf(world, name);
    if (shutdown.due.at !== NEVER) missing.push(`${name} is shutting down`);
    if (loading.active) missing.push(`${name} is loading`);
    if (replication.isReplica && !replication.masterLinkUp) {
      missing.push(`${name}'s master link is down`);
    }
    // Two that replicate each other are in step for as long as nobody writes (seed 1146).
    if (rootOf(world, plan, name) === undefined) missing.push(`${name} is in a circle`);
  }
  const masters = mastersOf(world, plan);
  if (masters.length !== 1) missing.push(`masters: ${masters.join(' ') || 'none'}`);
  if (sentinels.length > 0 && missing.length === 0 && agreedMaster(world, plan) !== masters[0]) {
    missing.push(`the Sentinels do not agree on ${masters[0]}`);
  }
  return missing;
}

/** Replicas that have not got all of their master's stream. */
function behind(world: World, plan: Plan): string[] {
  const master = mastersOf(world, plan)[0]!;
  const { offset } = serverOf(world, master).replication;
  return plan.topology.servers
    .map(({ name }) => ({ name, at: serverOf(world, name).replication.offset }))
    .filter(({ at }) => at !== offset)
    .map(({ name, at }) => `${name} is at offset ${at}, ${master} at ${offset}`);
}

function mastersOf(world: World, plan: Plan): string[] {
  return plan.topology.servers
    .map(({ name }) => name)
    .filter((name) => !serverOf(world, name).replication.isReplica);
}
