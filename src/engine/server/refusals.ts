/**
 * Why a command of right arity may not run now, in the order in which 7.0 checks: who asks, what
 * memory, disk and replicas allow, what the role allows, what the connection is for.
 */

import type { Client } from '../process/client.ts';
import type { CommandEntry } from '../process/commandTable.ts';
import { replyErrors } from '../process/replyErrors.ts';
import type { Server } from './server.ts';

const IN_SUBSCRIPTION = new Set([
  'ping',
  'subscribe',
  'psubscribe',
  'unsubscribe',
  'punsubscribe',
  'quit',
  'reset',
]);

/** The error reply, or undefined when the command may run. */
export function refusalOf(server: Server, entry: CommandEntry, client: Client): string | undefined {
  if (!client.authenticated && !entry.noAuth) return replyErrors.noAuth;
  if (client.transaction !== undefined && entry.noMulti) {
    return 'ERR Command not allowed inside a transaction';
  }
  const writes = entry.write || (entry.name === 'exec' && client.transaction?.writes === true);
  if (writes || entry.name === 'ping') {
    const refusal = writeRefusal(server, entry, client, writes);
    if (refusal !== undefined) return refusal;
  }
  if (
    client.subscriptionCount > 0 &&
    client.reply.protocol === 2 &&
    !IN_SUBSCRIPTION.has(entry.name)
  ) {
    return `ERR Can't execute '${entry.name}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`;
  }
  const { replication, settings } = server;
  if (
    !entry.stale &&
    replication.isReplica &&
    !replication.masterLinkUp &&
    !settings.replicaServeStaleData
  ) {
    return client.kind === 'master' ? undefined : replyErrors.masterDown;
  }
  if (server.loading.active && !entry.loading) return replyErrors.loading;
  return undefined;
}

function writeRefusal(
  server: Server,
  entry: CommandEntry,
  client: Client,
  writes: boolean,
): string | undefined {
  const { settings, replication } = server;
  if (client.kind === 'master') return undefined;
  if (
    writes &&
    entry.denyOom &&
    settings.maxmemory > 0 &&
    server.usedMemory() > settings.maxmemory
  ) {
    return replyErrors.oom;
  }
  if (!replication.isReplica) {
    const broken =
      settings.stopWritesOnBgsaveError && settings.save.length > 0 && !server.saving.lastStatusOk;
    if (broken) return replyErrors.misconf;
    const { minReplicasToWrite, minReplicasMaxLag } = settings;
    const guarded = writes && minReplicasToWrite > 0 && minReplicasMaxLag > 0;
    if (guarded && replication.goodReplicas() < minReplicasToWrite) return replyErrors.noReplicas;
    return undefined;
  }
  return writes && settings.replicaReadOnly ? replyErrors.readOnly : undefined;
}
