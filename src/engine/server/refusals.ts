/**
 * Why a command of the right arity must not run now, in the order in which 7.0 checks: authentication,
 * memory, disk, replicas, role, and the state of the connection.
 *
 * EXEC is refused when one of the commands it would run is refused.
 */

import type { Client } from '../process/client.ts';
import type { CommandEntry } from '../process/commandTable.ts';
import { replyErrors } from '../process/replyErrors.ts';
import type { Server } from './server.ts';

type Trait = (entry: CommandEntry) => boolean;

const writes: Trait = (entry) => entry.write;
const reads: Trait = (entry) => entry.readonly;
export const mayReplicate: Trait = (entry) => entry.mayReplicate;
const deniesOom: Trait = (entry) => entry.denyOom;
const deniesStale: Trait = (entry) => !entry.stale;
const deniesLoading: Trait = (entry) => !entry.loading;

/** Whether the command, or one that EXEC would run, has the trait. */
export function has(
  server: Pick<Server, 'commands'>,
  entry: CommandEntry,
  client: Client,
  trait: Trait,
): boolean {
  if (trait(entry)) return true;
  if (!entry.runsQueued || client.transaction === undefined) return false;
  return client.transaction.queued.some((request) => trait(server.commands.resolve(request)!));
}

/** The error reply, or undefined when the command may run. */
export function refusalOf(server: Server, entry: CommandEntry, client: Client): string | undefined {
  if (!client.authenticated && !entry.noAuth) return replyErrors.noAuth;
  if (client.transaction !== undefined && entry.noMulti) {
    return 'ERR Command not allowed inside a transaction';
  }
  const refusal = dataRefusal(server, entry, client);
  if (refusal !== undefined) return refusal;
  if (client.subscriptionCount > 0 && client.reply.protocol === 2 && !entry.inSubscription) {
    return `ERR Can't execute '${entry.name}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`;
  }
  const { replication, settings } = server;
  if (
    replication.isReplica &&
    !replication.masterLinkUp &&
    !settings.replicaServeStaleData &&
    has(server, entry, client, deniesStale)
  ) {
    return client.kind === 'master' ? undefined : replyErrors.masterDown;
  }
  if (server.loading.active && has(server, entry, client, deniesLoading)) {
    return replyErrors.loading;
  }
  if (client.kind === 'replica' && touchesKeyspace(server, entry, client)) {
    return "ERR Replica can't interact with the keyspace";
  }
  return undefined;
}

function touchesKeyspace(server: Server, entry: CommandEntry, client: Client): boolean {
  return has(server, entry, client, mayReplicate) || has(server, entry, client, reads);
}

/** Refusals because of memory, disk, replicas and role. A master's commands are never refused for them. */
function dataRefusal(server: Server, entry: CommandEntry, client: Client): string | undefined {
  const { settings, replication } = server;
  if (client.kind === 'master') return undefined;
  // A replica executes what its master has executed, and a Sentinel must be able to promote it.
  const isExempt = replication.isReplica && settings.replicaIgnoreMaxmemory;
  if (settings.maxmemory > 0 && !isExempt && server.memory.used > settings.maxmemory) {
    // Queuing takes memory.
    const queues = client.transaction !== undefined && !entry.leavesTransaction;
    if (queues || has(server, entry, client, deniesOom)) return replyErrors.oom;
  }
  const isWrite = has(server, entry, client, writes);
  if (!isWrite && !entry.failsWithDisk) return undefined;
  if (settings.stopWritesOnBgsaveError && settings.save.length > 0 && !server.saving.lastStatusOk) {
    return replyErrors.misconf;
  }
  if (!isWrite) return undefined;
  if (replication.isReplica) return settings.replicaReadOnly ? replyErrors.readOnly : undefined;
  const { minReplicasToWrite, minReplicasMaxLag } = settings;
  const guarded = minReplicasToWrite > 0 && minReplicasMaxLag > 0;
  return guarded && replication.goodReplicas() < minReplicasToWrite
    ? replyErrors.noReplicas
    : undefined;
}

/** Whether `enable-…-command`-like settings allow it for this client: no, yes, or local ones. */
export function allows(
  server: Server,
  setting: 'enableDebugCommand' | 'enableProtectedConfigs',
  client: Client,
): boolean {
  const value = server.settings[setting];
  return value === 'yes' || (value === 'local' && client.peer.addr.startsWith('127.'));
}
