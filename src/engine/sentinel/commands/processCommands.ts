/** INFO, ROLE, PUBLISH and SHUTDOWN as a Sentinel has them. */

import type { CommandSpec } from '../../process/commandTable.ts';
import { replyErrors } from '../../process/replyErrors.ts';
import { HELLO_CHANNEL } from '../model/periods.ts';
import { processHello } from '../monitoring/hello.ts';
import { infoText } from './infoText.ts';
import type { SentinelCall } from './sentinelCall.ts';

export const processCommands: readonly CommandSpec<SentinelCall>[] = [
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
    name: 'role',
    since: '2.8.12',
    arity: 1,
    flags: ['noscript', 'loading', 'stale', 'fast'],
    categories: ['admin', 'dangerous'],
    run: role,
  },
  {
    name: 'publish',
    since: '2.0.0',
    arity: 3,
    flags: ['pubsub', 'loading', 'stale', 'fast'],
    run: publish,
  },
  {
    name: 'shutdown',
    since: '1.0.0',
    arity: -1,
    flags: ['admin', 'noscript', 'loading', 'stale', 'no_multi', 'allow_busy'],
    run: shutdown,
  },
];

function info(call: SentinelCall): void {
  call.reply.bulk(infoText(call.sentinel, call.wordsFrom(1)));
}

function role(call: SentinelCall): void {
  const { masters } = call.sentinel;
  call.reply.array(2);
  call.reply.bulk('sentinel');
  call.reply.array(masters.size);
  for (const name of masters.keys()) call.reply.bulk(name);
}

/** Other Sentinels publish their hellos here, too. The Sentinel reads them itself; no client gets them. */
function publish(call: SentinelCall): void {
  if (call.str(1) !== HELLO_CHANNEL) {
    call.reply.error('ERR Only HELLO messages are accepted by Sentinel instances.');
    return;
  }
  processHello(call.sentinel, call.arg(2));
  call.reply.integer(1);
}

const SHUTDOWN_WORDS = new Set(['save', 'nosave', 'now', 'force', 'abort']);

function shutdown(call: SentinelCall): void {
  const words = call.wordsFrom(1);
  const isAbort = words.includes('abort');
  const isContradiction = words.includes('save') && words.includes('nosave');
  if (
    words.some((word) => !SHUTDOWN_WORDS.has(word)) ||
    isContradiction ||
    (isAbort && words.length > 1)
  ) {
    call.reply.error(replyErrors.syntax);
  } else if (isAbort) {
    call.reply.error('ERR No shutdown in progress.');
  } else {
    call.sentinel.shutdown();
  }
}
