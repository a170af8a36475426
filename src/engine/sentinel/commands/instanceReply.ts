/** The reply about one instance in SENTINEL MASTER, REPLICAS and SENTINELS: 7.0's fields in its order. */

import type { ReplyWriter } from '../../resp/replyWriter.ts';
import { announced } from '../model/address.ts';
import { flagsOf, type Instance } from '../model/instance.ts';
import type { SentinelHost } from './host.ts';

type Field = readonly [string, string | number];

export function writeInstance(
  reply: ReplyWriter,
  sentinel: SentinelHost,
  instance: Instance,
): void {
  const fields = fieldsOf(sentinel, instance);
  reply.map(fields.length);
  for (const [name, value] of fields) {
    reply.bulk(name);
    reply.bulk(String(value));
  }
}

export function writeInstances(
  reply: ReplyWriter,
  sentinel: SentinelHost,
  instances: readonly Instance[],
): void {
  reply.array(instances.length);
  for (const instance of instances) writeInstance(reply, sentinel, instance);
}

function fieldsOf(sentinel: SentinelHost, instance: Instance): Field[] {
  const fields = commonFields(sentinel, instance);
  if (instance.kind === 'sentinel') return [...fields, ...sentinelFields(sentinel, instance)];
  const now = sentinel.nowMs;
  const refresh = instance.infoRefresh === 0 ? 0 : now - instance.infoRefresh;
  fields.push(['info-refresh', refresh]);
  fields.push(['role-reported', instance.roleReported ?? 'slave']);
  fields.push(['role-reported-time', now - instance.roleReportedTime]);
  return [
    ...fields,
    ...(instance.kind === 'master' ? masterFields(instance) : replicaFields(instance)),
  ];
}

function commonFields(sentinel: SentinelHost, instance: Instance): Field[] {
  const { link } = instance;
  const now = sentinel.nowMs;
  const fields: Field[] = [
    ['name', instance.name],
    ['ip', announced(sentinel, instance.address)],
    ['port', instance.address.port],
    ['runid', instance.runid ?? ''],
    ['flags', flagsOf(instance)],
    ['link-pending-commands', link.pendingCommands],
    ['link-refcount', link.refcount],
  ];
  if (instance.failoverInProgress) fields.push(['failover-state', instance.failoverState]);
  fields.push(['last-ping-sent', link.actPingTime === 0 ? 0 : now - link.actPingTime]);
  fields.push(['last-ok-ping-reply', now - link.lastAvailableTime]);
  fields.push(['last-ping-reply', now - link.lastPongTime]);
  if (instance.sDown) fields.push(['s-down-time', now - instance.sDownSince]);
  if (instance.oDown) fields.push(['o-down-time', now - instance.oDownSince]);
  fields.push(['down-after-milliseconds', instance.downAfterMs]);
  return fields;
}

function masterFields(master: Instance): Field[] {
  return [
    ['config-epoch', master.configEpoch],
    ['num-slaves', master.replicas.size],
    ['num-other-sentinels', master.sentinels.size],
    ['quorum', master.quorum],
    ['failover-timeout', master.failoverTimeoutMs],
    ['parallel-syncs', master.parallelSyncs],
  ];
}

function replicaFields(replica: Instance): Field[] {
  return [
    ['master-link-down-time', replica.masterLinkDownMs],
    ['master-link-status', replica.masterLinkUp ? 'ok' : 'err'],
    ['master-host', replica.masterHost ?? '?'],
    ['master-port', replica.masterPort],
    ['slave-priority', replica.replicaPriority],
    ['slave-repl-offset', replica.replicaOffset],
    ['replica-announced', replica.replicaAnnounced ? 1 : 0],
  ];
}

function sentinelFields(sentinel: SentinelHost, other: Instance): Field[] {
  return [
    ['last-hello-message', sentinel.nowMs - other.lastHelloTime],
    ['voted-leader', other.leader ?? '?'],
    ['voted-leader-epoch', other.leaderEpoch],
  ];
}
