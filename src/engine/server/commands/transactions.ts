/**
 * MULTI, EXEC, DISCARD, WATCH, UNWATCH. Source: Redis 7.0's transactions.
 *
 * A command that works in the foreground suspends its EXEC: CONFIG REWRITE, which Sentinel sends within
 * a transaction at every failover. EXEC continues with the next command when the work has ended.
 */

import type { Client } from '../../process/client.ts';
import type { CommandSpec } from '../../process/commandTable.ts';
import { keysFrom } from '../../process/keySpecs.ts';
import { replyErrors } from '../../process/replyErrors.ts';
import { beginJudged, endJudged } from '../../process/replyMode.ts';
import type { Request } from '../../resp/request.ts';
import type { Server } from '../server.ts';
import type { ServerCall } from '../serverCall.ts';

const FLAGS = ['noscript', 'loading', 'stale', 'fast', 'allow_busy'] as const;

export const transactionCommands: readonly CommandSpec<ServerCall>[] = [
  {
    name: 'multi',
    since: '1.2.0',
    arity: 1,
    flags: FLAGS,
    categories: ['transaction'],
    traits: ['never_queued'],
    run: multi,
  },
  {
    name: 'exec',
    since: '1.2.0',
    arity: 1,
    flags: ['noscript', 'loading', 'stale', 'skip_slowlog'],
    categories: ['transaction'],
    traits: ['never_queued', 'leaves_transaction', 'runs_queued'],
    run: exec,
  },
  {
    name: 'discard',
    since: '2.0.0',
    arity: 1,
    flags: FLAGS,
    categories: ['transaction'],
    traits: ['never_queued', 'leaves_transaction'],
    run: discard,
  },
  {
    name: 'watch',
    since: '2.2.0',
    arity: -2,
    flags: FLAGS,
    keys: [keysFrom('RO')],
    categories: ['transaction'],
    traits: ['never_queued'],
    run: watch,
  },
  {
    name: 'unwatch',
    since: '2.2.0',
    arity: 1,
    flags: FLAGS,
    categories: ['transaction'],
    run: unwatch,
  },
];

/** An EXEC that has begun. */
export interface Execution {
  readonly client: Client;
  readonly queued: readonly Request[];
  /** Index of the next command to run. */
  next: number;
}

/** Queues the command when its client is in MULTI; true when it did. */
export function queueInTransaction(call: ServerCall): boolean {
  const { transaction } = call.client;
  if (transaction === undefined || call.entry.neverQueued) return false;
  const { request } = call;
  transaction.queued.push(request.copy());
  transaction.bytes += request.end - request.start;
  call.reply.text('+QUEUED\r\n');
  return true;
}

function multi(call: ServerCall): void {
  if (call.client.transaction !== undefined) {
    call.reply.error('ERR MULTI calls can not be nested');
    return;
  }
  call.client.transaction = { queued: [], bytes: 0, failed: false };
  call.reply.ok();
}

function discard(call: ServerCall): void {
  if (call.client.transaction === undefined) {
    call.reply.error('ERR DISCARD without MULTI');
    return;
  }
  endTransaction(call.server, call.client);
  call.reply.ok();
}

/** Forgets the transaction and all watched keys. */
export function endTransaction(server: Server, client: Client): void {
  client.transaction = undefined;
  server.watchers.unwatch(client);
}

function exec(call: ServerCall): void {
  const { client, server, reply } = call;
  if (server.execution === undefined) {
    const { transaction } = client;
    if (transaction === undefined) {
      reply.error('ERR EXEC without MULTI');
      return;
    }
    const broken = server.watchers.isBroken(client);
    endTransaction(server, client);
    if (transaction.failed) {
      reply.error(replyErrors.execAbort);
      return;
    }
    if (broken) {
      reply.nullArray();
      return;
    }
    beginJudged(client);
    reply.array(transaction.queued.length);
    endJudged(client);
    server.execution = { client, queued: transaction.queued, next: 0 };
  }
  execute(call, server.execution);
}

/** Runs the queued commands, until one of them works in the foreground. */
function execute(call: ServerCall, execution: Execution): void {
  const { server } = call;
  const { client, queued } = execution;
  while (execution.next < queued.length && !server.foreground.busy) {
    execution.next += 1;
    performQueued(call, client, queued[execution.next - 1]!);
  }
  if (server.foreground.busy) server.blocking.block(client, { kind: 'exec' });
  else server.execution = undefined;
}

function watch(call: ServerCall): void {
  const { client, server } = call;
  if (client.transaction !== undefined) {
    call.reply.error('ERR WATCH inside MULTI is not allowed');
    return;
  }
  for (let at = 1; at < call.argc; at += 1) server.watchers.watch(client, call.str(at), call.db);
  call.reply.ok();
}

function unwatch(call: ServerCall): void {
  call.server.watchers.unwatch(call.client);
  call.reply.ok();
}

/** Runs one of the queued commands, under EXEC. */
function performQueued(call: ServerCall, client: Client, request: Request): void {
  const entry = call.server.commands.resolve(request)!;
  client.lastCommand = entry.name;
  const start = client.reply.length;
  const isKilled = client.closeAfterReply;
  beginJudged(client);
  call.runInside(client, entry, request, client.reply);
  endJudged(client);
  // A client that has killed itself gets the reply to CLIENT KILL and no further one.
  if (isKilled) client.reply.truncate(start);
}
