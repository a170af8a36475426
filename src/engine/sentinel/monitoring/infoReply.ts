/**
 * Takes over what an INFO says, and acts on it: new replicas, a reboot, a promotion that has
 * succeeded, a replica that is not what this Sentinel's configuration says.
 *
 * In TILT only the facts are taken over: a Sentinel that cannot trust its clock does not act.
 */

import { type Reply, replyText } from '../../resp/replyReader.ts';
import { setFailoverState } from '../acting/failoverState.ts';
import { sendReplicaOf } from '../acting/reconfigure.ts';
import { emitEvent } from '../events.ts';
import type { Instance } from '../model/instance.ts';
import { createInstance, findReplica } from '../model/instances.ts';
import type { Sentinel } from '../sentinel.ts';
import { hurryHello } from './hello.ts';
import { type InfoFacts, parseInfo } from './info.ts';

/** A reply to INFO; anything but a text changes nothing, and INFO is asked again. */
export function receiveInfo(sentinel: Sentinel, instance: Instance, reply: Reply): void {
  if (reply.type !== 'bulk' && reply.type !== 'verbatim') return;
  const text = replyText(reply)!;
  const facts = parseInfo(text);
  instance.info = text;
  if (facts.runid !== undefined) noticeRunId(sentinel, instance, facts.runid);
  if (instance.kind === 'master') noticeReplicas(sentinel, instance, facts);
  instance.masterLinkDownMs = facts.masterLinkDownMs;
  if (facts.role === 'slave') noticeReplication(sentinel, instance, facts);
  instance.infoRefresh = sentinel.nowMs;
  noticeRole(sentinel, instance, facts);
  if (sentinel.tilt || instance.kind !== 'slave') return;
  // A master that says it is a replica is left alone here: in time it counts as down.
  if (facts.role === 'master') replicaIsMaster(sentinel, instance);
  if (facts.role === 'slave') {
    replicaFollows(sentinel, instance);
    noticeReconfiguration(sentinel, instance);
  }
}

function noticeRunId(sentinel: Sentinel, instance: Instance, runid: string): void {
  if (instance.runid !== undefined && instance.runid !== runid) {
    emitEvent(sentinel, 'notice', '+reboot', instance);
    if (instance.kind === 'master' && instance.masterRebootDownAfterMs !== 0) {
      instance.masterReboot = true;
      instance.masterRebootSince = sentinel.nowMs;
    }
  }
  instance.runid = runid;
}

function noticeReplicas(sentinel: Sentinel, master: Instance, facts: InfoFacts): void {
  for (const { hostname, port } of facts.replicas) {
    if (findReplica(sentinel, master, hostname, port) !== undefined) continue;
    const replica = createInstance(sentinel, {
      kind: 'slave',
      hostname,
      port,
      quorum: master.quorum,
      master,
    });
    if (typeof replica === 'string') continue;
    emitEvent(sentinel, 'notice', '+slave', replica);
    sentinel.save();
  }
}

function noticeReplication(sentinel: Sentinel, instance: Instance, facts: InfoFacts): void {
  const { masterHost, masterPort } = facts;
  if (masterHost !== undefined && masterHost.toLowerCase() !== instance.masterHost?.toLowerCase()) {
    instance.masterHost = masterHost;
    instance.replicaConfChangeTime = sentinel.nowMs;
  }
  if (masterPort !== undefined && masterPort !== instance.masterPort) {
    instance.masterPort = masterPort;
    instance.replicaConfChangeTime = sentinel.nowMs;
  }
  instance.masterLinkUp = facts.masterLinkUp ?? instance.masterLinkUp;
  instance.replicaPriority = facts.priority ?? instance.replicaPriority;
  instance.replicaOffset = facts.offset ?? instance.replicaOffset;
  instance.replicaAnnounced = facts.announced ?? instance.replicaAnnounced;
}

function noticeRole(sentinel: Sentinel, instance: Instance, facts: InfoFacts): void {
  const { role } = facts;
  if (role === instance.roleReported) return;
  instance.roleReported = role;
  instance.roleReportedTime = sentinel.nowMs;
  if (role === 'slave') instance.replicaConfChangeTime = sentinel.nowMs;
  emitEvent(
    sentinel,
    'verbose',
    role === instance.kind ? '+role-change' : '-role-change',
    instance,
    `new reported role is ${role === 'master' ? 'master' : 'slave'}`,
  );
}

/** A replica says it is a master: the promotion has worked, or an old master has come back. */
function replicaIsMaster(sentinel: Sentinel, replica: Instance): void {
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
function replicaFollows(sentinel: Sentinel, replica: Instance): void {
  const master = replica.master!;
  const { address } = master;
  const right =
    replica.masterPort === address.port && sentinel.isAt(address, replica.masterHost ?? '');
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
function noticeReconfiguration(sentinel: Sentinel, replica: Instance): void {
  const promoted = replica.master!.promotedReplica;
  if (
    replica.reconfSent &&
    promoted !== undefined &&
    replica.masterHost !== undefined &&
    replica.masterPort === promoted.address.port &&
    sentinel.isAt(promoted.address, replica.masterHost)
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
function looksSane(sentinel: Sentinel, master: Instance): boolean {
  return (
    master.roleReported === 'master' &&
    !master.sDown &&
    !master.oDown &&
    sentinel.nowMs - master.infoRefresh < sentinel.periods.infoPeriod * 2
  );
}

function wasUpFor(sentinel: Sentinel, instance: Instance, ms: number): boolean {
  const since = Math.max(instance.sDownSince, instance.oDownSince);
  return since === 0 || sentinel.nowMs - since > ms;
}
