/** Reads a Sentinel node's view from its machine, without an event: watching never changes a run. */

import { flagsOf, type Instance } from '../engine/sentinel/instance.ts';
import { Sentinel } from '../engine/sentinel/sentinel.ts';
import type { SentinelInstanceSnapshot, SentinelSnapshot } from '../view/snapshot.ts';
import type { NodeView } from '../world/views.ts';
import type { World } from '../world/world.ts';
import type { NameOf } from './nodeReading.ts';

/** The Sentinel of a node; a dead process's as it was when it died. */
export function sentinelOf(world: World, name: string): Sentinel | undefined {
  const machine = world.machine(name);
  return machine instanceof Sentinel ? machine : undefined;
}

export function readSentinel(
  view: NodeView,
  sentinel: Sentinel,
  masterName: string,
  nameOf: NameOf,
): SentinelSnapshot {
  const master = sentinel.masters.get(masterName);
  const instance = (found: Instance): SentinelInstanceSnapshot => ({
    node: nameOf(found.address.ip, found.address.port),
    host: found.address.ip,
    port: found.address.port,
    flags: flagsOf(found),
  });
  return {
    name: view.name,
    host: view.host,
    port: view.ports[0] ?? 0,
    process: view.state,
    pid: view.pid,
    life: view.life,
    myid: sentinel.myId,
    currentEpoch: sentinel.currentEpoch,
    configEpoch: master?.configEpoch ?? 0,
    master: master === undefined ? null : instance(master),
    replicas: [...(master?.replicas.values() ?? [])].map(instance),
    sentinels: [...(master?.sentinels.values() ?? [])].map(instance),
    failoverState:
      master === undefined || master.failoverState === 'none' ? '' : master.failoverState,
  };
}
