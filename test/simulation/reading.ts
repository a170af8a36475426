/** Looks at nodes of a world without an event: roles, who follows whom, what Sentinels think. */

import { selectReplica } from '../../src/engine/sentinel/acting/selection.ts';
import type { Instance } from '../../src/engine/sentinel/model/instance.ts';
import { Sentinel } from '../../src/engine/sentinel/sentinel.ts';
import { Server } from '../../src/engine/server/server.ts';
import { LoadClient } from '../../src/sandbox/load/loadClient.ts';
import type { World } from '../../src/world/world.ts';
import { LOAD, type Plan } from './plan.ts';
import { MASTER_NAME } from './topologyPlan.ts';

/** The server of a node; a dead process's as it was when it died. */
export function serverOf(world: World, name: string): Server {
  const machine = world.machine(name);
  if (!(machine instanceof Server)) throw new Error(`${name} is no server`);
  return machine;
}

export function sentinelOf(world: World, name: string): Sentinel {
  const machine = world.machine(name);
  if (!(machine instanceof Sentinel)) throw new Error(`${name} is no Sentinel`);
  return machine;
}

export function loadOf(world: World): LoadClient {
  const machine = world.machine(LOAD);
  if (!(machine instanceof LoadClient)) throw new Error(`${LOAD} is no load client`);
  return machine;
}

export function isRunning(world: World, name: string): boolean {
  return world.state.nodes.get(name)?.state === 'running';
}

/** Started, and neither reading its dump at start nor refusing to. */
export function isServing(world: World, name: string): boolean {
  return isRunning(world, name) && (world.state.nodes.get(name)?.listening.size ?? 0) > 0;
}

function isMaster(world: World, name: string): boolean {
  return isServing(world, name) && !serverOf(world, name).replication.isReplica;
}

/** The running master with most replicas: whom an operator would take for the master. */
export function presentMaster(world: World, plan: Plan): string | undefined {
  let best: string | undefined;
  let most = -1;
  for (const { name } of plan.topology.servers) {
    if (!isMaster(world, name)) continue;
    const { replicaCount } = serverOf(world, name).replication;
    if (replicaCount <= most) continue;
    best = name;
    most = replicaCount;
  }
  return best;
}

export function nodeAt(plan: Plan, port: number): string | undefined {
  const { servers, sentinels } = plan.topology;
  return [...servers, ...sentinels].find((node) => node.port === port)?.name;
}

/** Whom a server was told to follow; undefined for a master, and for one that has not started. */
export function followed(world: World, plan: Plan, name: string): string | undefined {
  const { configuration } = serverOf(world, name);
  const port = configuration?.settings.replicaof?.port;
  return port === undefined ? undefined : nodeAt(plan, port);
}

/** Where the chain of masters above a server ends; undefined in a circle. */
export function rootOf(world: World, plan: Plan, name: string): string | undefined {
  let at: string | undefined = name;
  for (let hops = 0; hops <= plan.topology.servers.length && at !== undefined; hops += 1) {
    const next = followed(world, plan, at);
    if (next === undefined) return at;
    at = next;
  }
  return undefined;
}

/** The master that every Sentinel monitors, when they agree and none is failing over. */
export function agreedMaster(world: World, plan: Plan): string | undefined {
  return commonMaster(world, plan, (_, master) => !master.sDown);
}

/**
 * The master that no Sentinel will ever replace: all see it down, as it says it is a replica, and for
 * none of them is any other good enough to be promoted.
 */
export function hopelessMaster(world: World, plan: Plan): string | undefined {
  return commonMaster(
    world,
    plan,
    (sentinel, master) =>
      master.sDown &&
      master.roleReported === 'slave' &&
      selectReplica(sentinel, master).replica === undefined,
  );
}

/** The one master that all Sentinels monitor, none is failing over, and that fits for each of them. */
function commonMaster(
  world: World,
  plan: Plan,
  fits: (sentinel: Sentinel, master: Instance) => boolean,
): string | undefined {
  const ports = new Set<number>();
  for (const { name } of plan.topology.sentinels) {
    if (!isServing(world, name)) return undefined;
    const sentinel = sentinelOf(world, name);
    const master = sentinel.masters.get(MASTER_NAME);
    if (master === undefined || master.failoverInProgress || !fits(sentinel, master)) {
      return undefined;
    }
    ports.add(master.address.port);
  }
  const [port] = ports;
  return ports.size === 1 ? nodeAt(plan, port!) : undefined;
}
