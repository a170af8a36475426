/** REPLICAOF, PSYNC, SYNC, REPLCONF, ROLE and WAIT. */

import type { DataCall } from '../execution/dataCall.ts';
import { describeClient } from '../process/clientCommands.ts';
import type { CommandSpec } from '../process/commandTable.ts';
import { clampToSafe, parseInteger } from '../resp/integer.ts';
import { roleReply } from './info.ts';
import { replconf } from './replconf.ts';
import type { Replication } from './replication.ts';

export type ReplicationCall = DataCall & {
  readonly replication: Replication;
  /** Above 0 while EXEC runs the command: it must not block. */
  readonly isInner: boolean;
};

const ADMIN = ['admin', 'noscript', 'stale', 'no_async_loading'] as const;
const SYNC = ['admin', 'noscript', 'no_async_loading', 'no_multi'] as const;

export const replicationCommands: readonly CommandSpec<ReplicationCall>[] = [
  {
    name: 'replicaof',
    since: '5.0.0',
    arity: 3,
    flags: ADMIN,
    categories: ['dangerous'],
    run: replicaof,
  },
  {
    name: 'slaveof',
    since: '1.0.0',
    arity: 3,
    flags: ADMIN,
    categories: ['dangerous'],
    run: replicaof,
  },
  { name: 'psync', since: '2.8.0', arity: -3, flags: SYNC, categories: ['dangerous'], run: psync },
  { name: 'sync', since: '1.0.0', arity: 1, flags: SYNC, categories: ['dangerous'], run: sync },
  {
    name: 'replconf',
    since: '3.0.0',
    arity: -1,
    flags: ['admin', 'noscript', 'loading', 'stale', 'allow_busy'],
    categories: ['dangerous'],
    run: replconf,
  },
  {
    name: 'role',
    since: '2.8.12',
    arity: 1,
    flags: ['noscript', 'loading', 'stale', 'fast'],
    categories: ['admin', 'dangerous'],
    run: role,
  },
  {
    name: 'wait',
    since: '3.0.0',
    arity: 3,
    flags: ['noscript'],
    categories: ['connection'],
    tips: ['request_policy:all_shards', 'response_policy:agg_min'],
    run: wait,
  },
];

function role(call: ReplicationCall): void {
  roleReply(call.replication, call.reply);
}

function replicaof(call: ReplicationCall): void {
  const { replication, client, reply } = call;
  const { host } = replication;
  if (call.word(1) === 'no' && call.word(2) === 'one') {
    if (replication.isReplica) {
      replication.replicaofNoOne();
      host.log(
        'notice',
        `MASTER MODE enabled (user request from '${describeClient(host, client)}')`,
      );
    }
    reply.ok();
    return;
  }
  if (client.kind === 'replica') {
    reply.error('ERR Command is not valid when client is a replica.');
    return;
  }
  const port = call.intIn(2, 0, 65535, 'ERR Invalid master port');
  if (port === undefined) return;
  const { master } = replication.replicaSide;
  if (master?.host.toLowerCase() === call.word(1) && master.port === port) {
    host.log(
      'notice',
      'REPLICAOF would result into synchronization with the master we are already connected with. No operation performed.',
    );
    reply.simple('OK Already connected to specified master');
    return;
  }
  replication.replicaof(call.str(1), port);
  host.log(
    'notice',
    `REPLICAOF ${call.str(1)}:${port} enabled (user request from '${describeClient(host, client)}')`,
  );
  reply.ok();
}

function psync(call: ReplicationCall): void {
  const { replication, client } = call;
  const { host, masterSide } = replication;
  if (client.kind === 'replica') return;
  if (call.argc > 3 && call.word(3) === 'failover' && !promotedOnRequest(call)) return;
  if (!maySync(call)) return;
  const replica = masterSide.knownReplica(client);
  host.log('notice', `Replica ${replica.name} asks for synchronization`);
  const offset = parseInteger(call.str(2));
  if (offset === undefined) {
    call.reply.error('ERR value is not an integer or out of range');
    host.log('warning', `Replica ${replica.name} asks for synchronization but with a wrong offset`);
    return;
  }
  const asked = { replid: call.str(1), offset: clampToSafe(offset), offsetText: call.str(2) };
  if (!masterSide.tryPartialResync(replica, asked)) masterSide.fullResync(replica);
}

/** The protocol before Redis 2.8, which redis-cli --replica still uses. */
function sync(call: ReplicationCall): void {
  const { replication, client } = call;
  if (client.kind === 'replica' || !maySync(call)) return;
  const replica = replication.masterSide.knownReplica(client);
  replication.host.log('notice', `Replica ${replica.name} asks for synchronization`);
  replication.masterSide.syncWithoutOffsets(replica);
}

/** PSYNC <replid> <offset> FAILOVER: a master that steps down makes us the master first. */
function promotedOnRequest(call: ReplicationCall): boolean {
  const { replication, client, reply } = call;
  const { host } = replication;
  host.log('warning', `Failover request received for replid ${call.str(1)}.`);
  if (!replication.isReplica) {
    reply.error("ERR PSYNC FAILOVER can't be sent to a master.");
    return false;
  }
  if (call.word(1) !== replication.replid) {
    reply.error('ERR PSYNC FAILOVER replid must match my replid.');
    return false;
  }
  replication.replicaofNoOne();
  host.log(
    'notice',
    `MASTER MODE enabled (failover request from '${describeClient(host, client)}')`,
  );
  return true;
}

/** Conditions of PSYNC and SYNC alike; replies when they do not hold. */
function maySync({ replication, client, reply }: ReplicationCall): boolean {
  if (replication.isReplica && !replication.masterLinkUp) {
    reply.error("NOMASTERLINK Can't SYNC while not connected with my master");
    return false;
  }
  if (client.hasOutput) {
    // Nothing but the stream may follow on this connection.
    reply.error('ERR SYNC and PSYNC are invalid with pending output');
    return false;
  }
  return true;
}

function wait(call: ReplicationCall): void {
  const { replication, client, reply } = call;
  if (replication.isReplica) {
    reply.error(
      'ERR WAIT cannot be used with replica instances. Please also note that since Redis 4.0 if a replica is configured to be writable (which is not the default) writes to replicas are just local and are not propagated.',
    );
    return;
  }
  const replicas = call.int(1);
  if (replicas === undefined) return;
  const timeoutMs = call.int(2, 'ERR timeout is not an integer or out of range');
  if (timeoutMs === undefined) return;
  if (timeoutMs < 0) {
    reply.error('ERR timeout is negative');
    return;
  }
  const acked = replication.waits.countFor(client);
  if (acked >= replicas || call.isInner) reply.integer(acked);
  else replication.waits.begin(client, replicas, timeoutMs);
}
