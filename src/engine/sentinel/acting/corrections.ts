/**
 * What an INFO leads to: a promotion is seen to have succeeded, a replica has turned to the new
 * master, or a replica that contradicts the configuration is corrected.
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

/** Acts on an INFO that has been stored; `role` is the role it reported, if any. */
export function correct(sentinel: ActingContext, instance: Instance, role: Role | undefined): void {
  if (sentinel.tilt || instance.kind !== 'slave') return;
  // A master that reports to be a replica is not corrected: after a while it counts as SDOWN.
  if (role === 'master') replicaIsMaster(sentinel, instance);
  if (role === 'slave') {
    replicaFollows(sentinel, instance);
    noticeReconfiguration(sentinel, instance);
  }
}

/** A replica reports to be a master: its promotion has succeeded, or an old master has come back. */
function replicaIsMaster(sentinel: ActingContext, replica: Instance): void {
  const master = replica.master!;
  if (replica.promoted && master.failoverInProgress && master.failoverState === 'wait_promotion') {
    // From now on the other Sentinels adopt the new configuration from our hellos. Example: epoch 7
    // was won at the election, but config_epoch stays 5 until here.
    master.configEpoch = master.failoverEpoch;
    setFailoverState(sentinel, master, 'reconf_slaves');
    sentinel.save();
    emitEvent(sentinel, 'warning', '+promoted-slave', replica);
    if (sentinel.simulateFailure.afterPromotion) sentinel.crash();
    emitEvent(sentinel, 'warning', '+failover-state-reconf-slaves', master);
    hurryHello(sentinel, master);
    return;
  }
  // Four hello periods: if another Sentinel has a newer configuration, it has arrived by then.
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

/** Corrects a replica that has followed another master for longer than failover-timeout. */
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

/** Tracks a replica after SLAVEOF: it follows the new master, then it is connected to it. */
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

/** True when the master is up and reports to be one, so replicas may be pointed at it. */
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
