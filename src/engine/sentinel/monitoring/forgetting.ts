/** Forgets instances, and resets masters to the state in which monitoring began. */

import { emitEvent } from '../model/events.ts';
import type { Instance } from '../model/instance.ts';
import type { LinkContext } from './context.ts';
import { closeLink, releaseLink } from './instanceLinks.ts';

/** Forgets the Sentinels of that run ID; returns how many there were. */
export function removeSentinels(sentinel: LinkContext, master: Instance, runid: string): number {
  let removed = 0;
  for (const [name, other] of master.sentinels) {
    if (other.runid !== runid) continue;
    releaseLink(sentinel, other);
    master.sentinels.delete(name);
    removed += 1;
  }
  return removed;
}

/** Forgets a master, its replicas and its Sentinels. */
export function removeMaster(sentinel: LinkContext, master: Instance): void {
  releaseAll(sentinel, master.replicas);
  releaseAll(sentinel, master.sentinels);
  releaseLink(sentinel, master);
  sentinel.masters.delete(master.name);
}

function releaseAll(sentinel: LinkContext, instances: Map<string, Instance>): void {
  for (const instance of instances.values()) releaseLink(sentinel, instance);
  instances.clear();
}

/** Resets a master: forgets its replicas, its failover and, unless they are kept, its Sentinels. */
export function resetMaster(sentinel: LinkContext, master: Instance, keepSentinels: boolean): void {
  const now = sentinel.nowMs;
  releaseAll(sentinel, master.replicas);
  if (!keepSentinels) releaseAll(sentinel, master.sentinels);
  closeLink(sentinel, master.link);
  clearFlags(master);
  master.leader = undefined;
  master.failoverState = 'none';
  master.failoverStateChangeTime = 0;
  master.failoverStartTime = 0; // The next failover need not wait.
  master.promotedReplica = undefined;
  master.runid = undefined;
  master.masterHost = undefined;
  master.link.actPingTime = now;
  master.link.lastPingTime = 0;
  master.link.lastAvailableTime = now;
  master.link.lastPongTime = now;
  master.roleReported = 'master';
  master.roleReportedTime = now;
}

function clearFlags(master: Instance): void {
  master.sDown = false;
  master.oDown = false;
  master.failoverInProgress = false;
  master.forceFailover = false;
  master.scriptKillSent = false;
  master.masterReboot = false;
}

/** SENTINEL RESET of one master. */
export function resetMasterByUser(sentinel: LinkContext, master: Instance): void {
  resetMaster(sentinel, master, false);
  emitEvent(sentinel, 'warning', '+reset-master', master);
}
