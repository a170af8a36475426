/**
 * Stores what an INFO reports: run ID, role, new replicas, the master a replica replicates from. What
 * is done about it is decided in acting/corrections.ts.
 */

import { type Reply, replyText } from '../../resp/replyReader.ts';
import { emitEvent } from '../model/events.ts';
import type { Instance } from '../model/instance.ts';
import { createInstance, findReplica } from '../model/instances.ts';
import type { MonitoringContext } from './context.ts';
import { type InfoFacts, parseInfo } from './info.ts';

/** Stores a reply to INFO. Anything but a text changes nothing, and INFO is sent again. */
export function receiveInfo(sentinel: MonitoringContext, instance: Instance, reply: Reply): void {
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
  sentinel.infoReceived(instance, facts.role);
}

function noticeRunId(sentinel: MonitoringContext, instance: Instance, runid: string): void {
  if (instance.runid !== undefined && instance.runid !== runid) {
    emitEvent(sentinel, 'notice', '+reboot', instance);
    if (instance.kind === 'master' && instance.masterRebootDownAfterMs !== 0) {
      instance.masterReboot = true;
      instance.masterRebootSince = sentinel.nowMs;
    }
  }
  instance.runid = runid;
}

function noticeReplicas(sentinel: MonitoringContext, master: Instance, facts: InfoFacts): void {
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

function noticeReplication(
  sentinel: MonitoringContext,
  instance: Instance,
  facts: InfoFacts,
): void {
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
  noticeOffset(sentinel, instance, facts.offset);
  instance.replicaAnnounced = facts.announced ?? instance.replicaAnnounced;
}

/** Offsets decide which replica is promoted. One beyond 2^53 - 1 was clamped, which is logged once. */
function noticeOffset(
  sentinel: MonitoringContext,
  instance: Instance,
  offset: number | undefined,
): void {
  if (offset === undefined || offset === instance.replicaOffset) return;
  instance.replicaOffset = offset;
  if (offset < Number.MAX_SAFE_INTEGER) return;
  sentinel.log(
    'warning',
    `${instance.name} reports an offset beyond ${offset}: taken as ${offset}`,
  );
}

function noticeRole(sentinel: MonitoringContext, instance: Instance, facts: InfoFacts): void {
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
