/** MULTI, EXEC, DISCARD, WATCH, UNWATCH. Source: Redis 7.0's transactions. */

import type { Client } from '../process/client.ts';
import type { CommandSpec } from '../process/commandTable.ts';
import { replyErrors } from '../process/replyErrors.ts';
import type { Server } from './server.ts';
import type { ServerCall } from './serverCall.ts';

const FLAGS = ['noscript', 'loading', 'stale', 'fast', 'allow_busy'] as const;

export const transactionCommands: readonly CommandSpec<ServerCall>[] = [
  { name: 'multi', arity: 1, flags: FLAGS, categories: ['transaction'], run: multi },
  {
    name: 'exec',
    arity: 1,
    flags: ['noscript', 'loading', 'stale', 'skip_slowlog'],
    categories: ['transaction'],
    run: exec,
  },
  { name: 'discard', arity: 1, flags: FLAGS, categories: ['transaction'], run: discard },
  {
    name: 'watch',
    arity: -2,
    flags: FLAGS,
    keys: { first: 1, last: -1, step: 1 },
    categories: ['transaction'],
    run: watch,
  },
  { name: 'unwatch', arity: 1, flags: FLAGS, categories: ['transaction'], run: unwatch },
];

/** Executed at once inside MULTI; everything else is queued. */
const NOT_QUEUED = new Set(['exec', 'discard', 'multi', 'watch', 'quit', 'reset']);

/** Queues the command when its client is in MULTI; true when it did. */
export function queueInTransaction(call: ServerCall): boolean {
  const { transaction } = call.client;
  if (transaction === undefined || NOT_QUEUED.has(call.entry.name)) return false;
  transaction.queued.push(call.args.slice());
  if (call.entry.write) transaction.writes = true;
  call.reply.text('+QUEUED\r\n');
  return true;
}

function multi(call: ServerCall): void {
  if (call.client.transaction !== undefined) {
    call.reply.error('ERR MULTI calls can not be nested');
    return;
  }
  call.client.transaction = { queued: [], failed: false, writes: false };
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
  unwatchAll(server, client);
}

function exec(call: ServerCall): void {
  const { client, server, reply } = call;
  const { transaction } = client;
  if (transaction === undefined) {
    reply.error('ERR EXEC without MULTI');
    return;
  }
  if (transaction.failed) {
    endTransaction(server, client);
    reply.error(replyErrors.execAbort);
    return;
  }
  const broken = client.watchBroken || watchedKeyExpired(server, client);
  endTransaction(server, client);
  if (broken) {
    reply.nullArray();
    return;
  }
  reply.array(transaction.queued.length);
  call.nesting += 1;
  const { entry, args } = call;
  for (const queued of transaction.queued) server.performQueued(client, queued);
  call.entry = entry;
  call.args = args;
  call.nesting -= 1;
  // EXEC itself is no change: the operations it gathered stand for it.
  call.dontPropagate();
}

function watchedKeyExpired(server: Server, client: Client): boolean {
  for (const watched of client.watched ?? []) {
    const colon = watched.indexOf(':');
    const db = server.keyspace.databases[Number(watched.slice(0, colon))]!;
    const at = db.expireAt(watched.slice(colon + 1));
    if (at >= 0 && at < server.nowMs) return true;
  }
  return false;
}

function watch(call: ServerCall): void {
  const { client, server } = call;
  if (client.transaction !== undefined) {
    call.reply.error('ERR WATCH inside MULTI is not allowed');
    return;
  }
  for (let at = 1; at < call.argc && !client.watchBroken; at += 1) {
    const name = `${client.db}:${call.str(at)}`;
    client.watched ??= new Set();
    client.watched.add(name);
    const watchers = server.watchers.get(name);
    if (watchers === undefined) server.watchers.set(name, new Set([client]));
    else watchers.add(client);
  }
  call.reply.ok();
}

function unwatch(call: ServerCall): void {
  unwatchAll(call.server, call.client);
  call.reply.ok();
}

/** Drops all the client watches. */
export function unwatchAll(server: Server, client: Client): void {
  for (const name of client.watched ?? []) {
    const watchers = server.watchers.get(name);
    watchers?.delete(client);
    if (watchers?.size === 0) server.watchers.delete(name);
  }
  client.watched = undefined;
  client.watchBroken = false;
}
