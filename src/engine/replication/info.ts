/** INFO replication and ROLE, field by field as Redis 7.0 prints them. */

import type { ReplyWriter } from '../resp/replyWriter.ts';
import { stateNames } from './replica.ts';
import type { ReplicaSide } from './replicaSide.ts';
import type { Replication } from './replication.ts';
import { secondsBetween } from './seconds.ts';

type Field = [string, string | number];

export function infoFields(replication: Replication): Field[] {
  const { masterSide, stream, host } = replication;
  const { history, backlog } = stream;
  const { minReplicasToWrite, minReplicasMaxLag } = host.settings;
  const guarded = minReplicasToWrite > 0 && minReplicasMaxLag > 0;
  return [
    ['role', replication.isReplica ? 'slave' : 'master'],
    ...(replication.isReplica ? masterFields(replication) : []),
    ['connected_slaves', masterSide.replicas.length],
    ...(guarded ? [['min_slaves_good_slaves', masterSide.goodReplicas] as Field] : []),
    ...replicaFields(replication),
    ['master_failover_state', 'no-failover'],
    ['master_replid', history.id],
    ['master_replid2', history.id2],
    ['master_repl_offset', stream.offset],
    ['second_repl_offset', history.secondOffset],
    ['repl_backlog_active', backlog.active ? 1 : 0],
    ['repl_backlog_size', backlog.size],
    ['repl_backlog_first_byte_offset', backlog.active ? backlog.firstOffset : 0],
    ['repl_backlog_histlen', backlog.held],
  ];
}

/** A replica's view of its master. */
function masterFields({ replicaSide, stream, host }: Replication): Field[] {
  const { master, upstream, attempt, cached, downSince } = replicaSide;
  const { settings, now } = host;
  const prePsync = upstream?.prePsync ?? cached?.prePsync ?? false;
  const known = upstream !== undefined || cached !== undefined;
  // What Redis shows before it has ever had a master's offset.
  const offset = prePsync ? -1 : known ? stream.offset : 1;
  const fields: Field[] = [
    ['master_host', master!.host],
    ['master_port', master!.port],
    ['master_link_status', upstream === undefined ? 'down' : 'up'],
    [
      'master_last_io_seconds_ago',
      upstream === undefined ? -1 : secondsBetween(upstream.client.lastInteraction, now),
    ],
    ['master_sync_in_progress', attempt?.transfer === undefined ? 0 : 1],
    ['slave_read_repl_offset', prePsync ? -1 : (upstream?.readOffset ?? offset)],
    ['slave_repl_offset', offset],
    ...transferFields(replicaSide, now),
  ];
  if (upstream === undefined) {
    const seconds = downSince === undefined ? -1 : secondsBetween(downSince, now);
    fields.push(['master_link_down_since_seconds', seconds]);
  }
  fields.push(
    ['slave_priority', settings.replicaPriority],
    ['slave_read_only', settings.replicaReadOnly ? 1 : 0],
    ['replica_announced', settings.replicaAnnounced ? 1 : 0],
  );
  return fields;
}

function transferFields({ attempt }: ReplicaSide, now: number): Field[] {
  const transfer = attempt?.transfer;
  if (attempt === undefined || transfer === undefined) return [];
  const { size, readCount } = transfer;
  const percent = size > 0 ? (readCount / size) * 100 : 0;
  return [
    ['master_sync_total_bytes', size],
    ['master_sync_read_bytes', readCount],
    ['master_sync_left_bytes', size - readCount],
    ['master_sync_perc', percent.toFixed(2)],
    ['master_sync_last_io_seconds_ago', secondsBetween(attempt.lastIoAt, now)],
  ];
}

function replicaFields({ masterSide, host }: Replication): Field[] {
  return masterSide.replicas.map((replica, index) => {
    const lag = replica.state === 'online' ? replica.lag(host.now) : 0;
    const state = stateNames[replica.state];
    return [
      `slave${index}`,
      `ip=${replica.ip},port=${replica.listeningPort},state=${state},offset=${replica.ackOffset},lag=${lag}`,
    ];
  });
}

/** The reply to ROLE. */
export function roleReply(
  { masterSide, replicaSide, stream }: Replication,
  reply: ReplyWriter,
): void {
  const { master } = replicaSide;
  if (master !== undefined) {
    reply.array(5);
    reply.bulk('slave');
    reply.bulk(master.host);
    reply.integer(master.port);
    reply.bulk(replicaSide.state);
    const { upstream } = replicaSide;
    reply.integer(upstream === undefined || upstream.prePsync ? -1 : stream.offset);
    return;
  }
  const online = masterSide.replicas.filter((replica) => replica.state === 'online');
  reply.array(3);
  reply.bulk('master');
  reply.integer(stream.offset);
  reply.array(online.length);
  for (const replica of online) {
    reply.array(3);
    reply.bulk(replica.ip);
    reply.bulk(String(replica.listeningPort));
    reply.bulk(String(replica.ackOffset));
  }
}
