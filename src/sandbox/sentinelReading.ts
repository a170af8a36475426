/** Reads a Sentinel node's view from its machine without an event: watching never changes a run. */

import type { Micros } from '../engine/machine/machine.ts';
import { flagsOf, type Instance } from '../engine/sentinel/model/instance.ts';
import { Sentinel } from '../engine/sentinel/sentinel.ts';
import { displayed, SHOWN } from '../view/displayed.ts';
import {
  LISTED_MAX,
  type SentinelInstanceSnapshot,
  type SentinelSnapshot,
  type VoteSnapshot,
} from '../view/snapshot.ts';
import type { NodeView } from '../world/views.ts';
import type { World } from '../world/world.ts';
import type { NameOf } from './nodeReading.ts';

/** The Sentinel of a node; of a dead process, in its last state. */
export function sentinelOf(world: World, name: string): Sentinel | undefined {
  const machine = world.machine(name);
  return machine instanceof Sentinel ? machine : undefined;
}

export function readSentinel(
  view: NodeView,
  sentinel: Sentinel,
  masterName: string,
  now: Micros,
  nameOf: NameOf,
  nameOfSentinel: (id: string) => string | null,
): SentinelSnapshot {
  const nowMs = Math.floor((now + view.clockOffset) / 1000);
  const master = sentinel.masters.get(masterName);
  const instance = (found: Instance): SentinelInstanceSnapshot => ({
    node: nameOf(found.address.ip, found.address.port),
    host: displayed(found.address.ip, SHOWN.label),
    port: found.address.port,
    flags: flagsOf(found),
    silentMs: Math.max(0, silence(found, nowMs)),
    downAfterMs: found.downAfterMs,
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
    replicas: [...(master?.replicas.values() ?? [])].slice(0, LISTED_MAX).map(instance),
    sentinels: [...(master?.sentinels.values() ?? [])].slice(0, LISTED_MAX).map(instance),
    quorum: master?.quorum ?? 0,
    vote: master === undefined ? null : voteOf(master, nameOfSentinel),
    failoverState:
      master === undefined || master.failoverState === 'none' ? '' : master.failoverState,
  };
}

/**
 * As the Sentinel itself measures: since its oldest unanswered PING, or since it lost the
 * connection.
 */
function silence({ link }: Instance, nowMs: number): number {
  if (link.actPingTime !== 0) return nowMs - link.actPingTime;
  return link.disconnected ? nowMs - link.lastAvailableTime : 0;
}

function voteOf(
  master: Instance,
  nameOfSentinel: (id: string) => string | null,
): VoteSnapshot | null {
  const { leader, leaderEpoch } = master;
  if (leader === undefined || leaderEpoch === 0) return null;
  return { leader: nameOfSentinel(leader) ?? displayed(leader, SHOWN.label), epoch: leaderEpoch };
}
