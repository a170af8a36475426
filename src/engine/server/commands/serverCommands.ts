/** INFO, SELECT, SAVE, BGSAVE, LASTSAVE, SHUTDOWN, TIME and PUBLISH. */

import type { CommandSpec } from '../../process/commandTable.ts';
import { replyErrors } from '../../process/replyErrors.ts';
import { Asker } from '../saving/asker.ts';
import type { ServerCall } from '../serverCall.ts';
import { infoText } from './info.ts';

export const serverCommands: readonly CommandSpec<ServerCall>[] = [
  {
    name: 'info',
    since: '1.0.0',
    arity: -1,
    flags: ['loading', 'stale'],
    categories: ['dangerous'],
    tips: ['nondeterministic_output', 'request_policy:all_shards', 'response_policy:special'],
    run: info,
  },
  {
    name: 'select',
    since: '1.0.0',
    arity: 2,
    flags: ['loading', 'stale', 'fast'],
    categories: ['connection'],
    run: select,
  },
  {
    name: 'save',
    since: '1.0.0',
    arity: 1,
    flags: ['admin', 'noscript', 'no_async_loading', 'no_multi'],
    run: save,
  },
  {
    name: 'bgsave',
    since: '1.0.0',
    arity: -1,
    flags: ['admin', 'noscript', 'no_async_loading'],
    run: bgsave,
  },
  {
    name: 'lastsave',
    since: '1.0.0',
    arity: 1,
    flags: ['loading', 'stale', 'fast'],
    categories: ['admin', 'dangerous'],
    tips: ['nondeterministic_output'],
    run: (call) => call.reply.integer(call.server.saving.lastSave),
  },
  {
    name: 'shutdown',
    since: '1.0.0',
    arity: -1,
    flags: ['admin', 'noscript', 'loading', 'stale', 'no_multi', 'allow_busy'],
    run: shutdown,
  },
  {
    name: 'time',
    since: '2.6.0',
    arity: 1,
    flags: ['loading', 'stale', 'fast'],
    tips: ['nondeterministic_output'],
    run: time,
  },
  {
    name: 'publish',
    since: '2.0.0',
    arity: 3,
    flags: ['pubsub', 'loading', 'stale', 'fast'],
    traits: ['may_replicate'],
    run: publish,
  },
];

function info(call: ServerCall): void {
  call.reply.verbatim('txt', infoText(call.server, call.wordsFrom(1)));
}

function select(call: ServerCall): void {
  const db = call.int32(1);
  if (db === undefined) return;
  if (db < 0 || db >= call.keyspace.databases.length) {
    call.reply.error(replyErrors.dbIndexOutOfRange);
    return;
  }
  call.client.db = db;
  call.reply.ok();
}

function save(call: ServerCall): void {
  const { server, client } = call;
  if (server.saving.child !== undefined) {
    call.reply.error('ERR Background save already in progress');
    return;
  }
  server.saving.saves += 1;
  server.saving.inForeground(new Asker(server, client, 'save'));
}

function bgsave(call: ServerCall): void {
  const schedule = call.argc === 2 && call.word(1) === 'schedule';
  if (call.argc > 1 && !schedule) {
    call.syntaxError();
    return;
  }
  const { saving } = call.server;
  if (saving.child !== undefined) {
    call.reply.error('ERR Background save already in progress');
  } else if (call.isInner) {
    saving.schedule();
    call.reply.simple('Background saving scheduled');
  } else {
    saving.background();
    call.reply.simple('Background saving started');
  }
}

function shutdown(call: ServerCall): void {
  let save: boolean | undefined;
  let now = false;
  let force = false;
  let abort = false;
  for (let at = 1; at < call.argc; at += 1) {
    const word = call.word(at);
    if (word === 'save' && save !== false) save = true;
    else if (word === 'nosave' && save !== true) save = false;
    else if (word === 'now') now = true;
    else if (word === 'force') force = true;
    else if (word === 'abort') abort = true;
    else {
      call.syntaxError();
      return;
    }
  }
  if (abort && (save !== undefined || now || force)) {
    call.syntaxError();
    return;
  }
  if (!abort) {
    call.server.shutdown.begin({ save, now, force }, call.client);
    return;
  }
  if (call.server.shutdown.abort()) call.reply.ok();
  else call.reply.error('ERR No shutdown in progress.');
}

function time(call: ServerCall): void {
  call.reply.array(2);
  call.reply.bulk(String(Math.floor(call.now / 1_000_000)));
  call.reply.bulk(String(call.now % 1_000_000));
}

function publish(call: ServerCall): void {
  const { server } = call;
  const receivers = server.pubSub.publish(call.str(1), call.arg(2), (client) =>
    server.touch(client),
  );
  // Messages are propagated, so that subscribers of replicas get them.
  if (!server.replication.isReplica) call.alsoPropagate(call.arg(0), call.arg(1), call.arg(2));
  call.reply.integer(receivers);
}
