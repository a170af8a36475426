/**
 * What an INFO calls for: a promotion that has succeeded, a replica that is not what this Sentinel's
 * configuration says, a replica that has heard of the new master.
 *
 * In TILT nothing is done: a Sentinel that cannot trust its clock does not act.
 */

import { isAt } from '../model/address.ts';
import { emitEvent } from '../model/events.ts';
import type { Instance, Role } from '../model/instance.ts';
import { hurryHello } from '../monitoring/hello.ts';
import type { ActingContext } from './context.ts';
import { setFailoverState } from './failoverState.ts';
import { sendReplicaOf } from './reconfigure.ts';

/** After an INFO of the instance has been taken over; `role` is what it reported, if anything. */
export function correct(sentinel: ActingContext, instance: Instance, role: Role | undefined): void {
  if (sentinel.tilt || instance.kind !== 'slave') return;
  // A master that says it is a replica is left alone here: in time it counts as down.
  if (role === 'master') replicaIsMaster(sentinel, instance);
  if (role === 'slave') {
    replicaFollows(sentinel, instance);
    noticeReconfiguration(sentinel, instance);
  }
}

/** A replica says it is a master: the promotion has worked, or an old master has come back. */
function replicaIsMaster(sentinel: ActingContext, replica: Instance): void {
  const master = replica.master!;
  if (replica.promoted && master.failoverInProgress && master.failoverState === 'wait_promotion') {
    // Only now does the epoch won in the election become the configuration's, so that the other
    // Sentinels take it over from our hellos.
    master.configEpoch = master.failoverEpoch;
    setFailoverState(sentinel, master, 'reconf_slaves');
    sentinel.save();
    emitEvent(sentinel, 'warning', '+promoted-slave', replica);
    if (sentinel.simulateFailure.afterPromotion) sentinel.crash();
    emitEvent(sentinel, 'warning', '+failover-state-reconf-slaves', master);
    hurryHello(sentinel, master);
    return;
  }
  // Four hello periods, so that a newer configuration has had its time to come in.
  const waitMs = sentinel.periods.publishPeriod * 4;
  if (
    !replica.promoted &&
    looksSane(sentinel, master) &&
    wasUpFor(sentinel, replica, waitMs) &&
    sentinel.nowMs - replica.roleReportedTime > waitMs &&
    sendReplicaOf(sentinel, replica, master.address)
  ) {
    emitEvent(sentinel, 'notice', '+convert-to-slave', replica);
  }
}

/** A replica of another master than this Sentinel's is put right, once that has lasted. */
function replicaFollows(sentinel: ActingContext, replica: Instance): void {
  const master = replica.master!;
  const { address } = master;
  const right =
    replica.masterPort === address.port && isAt(sentinel, address, replica.masterHost ?? '');
  if (right) return;
  const waitMs = master.failoverTimeoutMs;
  if (
    looksSane(sentinel, master) &&
    wasUpFor(sentinel, replica, waitMs) &&
    sentinel.nowMs - replica.replicaConfChangeTime > waitMs &&
    sendReplicaOf(sentinel, replica, address)
  ) {
    emitEvent(sentinel, 'notice', '+fix-slave-config', replica);
  }
}

/** A replica that was told of the new master: it has heard, then it is in sync with it. */
function noticeReconfiguration(sentinel: ActingContext, replica: Instance): void {
  const promoted = replica.master!.promotedReplica;
  if (
    replica.reconfSent &&
    promoted !== undefined &&
    replica.masterHost !== undefined &&
    replica.masterPort === promoted.address.port &&
    isAt(sentinel, promoted.address, replica.masterHost)
  ) {
    replica.reconfSent = false;
    replica.reconfInProgress = true;
    emitEvent(sentinel, 'notice', '+slave-reconf-inprog', replica);
  }
  if (replica.reconfInProgress && replica.masterLinkUp) {
    replica.reconfInProgress = false;
    replica.reconfDone = true;
    emitEvent(sentinel, 'notice', '+slave-reconf-done', replica);
  }
}

/** The master is up and says that it is one: sane enough to make others its replicas. */
function looksSane(sentinel: ActingContext, master: Instance): boolean {
  return (
    master.roleReported === 'master' &&
    !master.sDown &&
    !master.oDown &&
    sentinel.nowMs - master.infoRefresh < sentinel.periods.infoPeriod * 2
  );
}

function wasUpFor(sentinel: ActingContext, instance: Instance, ms: number): boolean {
  const since = Math.max(instance.sDownSince, instance.oDownSince);
  return since === 0 || sentinel.nowMs - since > ms;
}
