/** SUBSCRIBE and its family, for servers and Sentinels. PUBLISH differs between them and is not here. */

import type { Call } from './call.ts';
import type { CommandSpec } from './commandTable.ts';
import { globMatch } from './glob.ts';
import { helpOf } from './help.ts';
import { beginPush, endPush } from './replyMode.ts';

const LISTEN = ['pubsub', 'noscript', 'loading', 'stale'] as const;
const ASK = ['pubsub', 'loading', 'stale'] as const;

export const pubSubCommands: readonly CommandSpec<Call>[] = [
  {
    name: 'subscribe',
    since: '2.0.0',
    arity: -2,
    flags: LISTEN,
    traits: ['in_subscription', 'sentinel'],
    run: subscribe,
  },
  {
    name: 'psubscribe',
    since: '2.0.0',
    arity: -2,
    flags: LISTEN,
    traits: ['in_subscription', 'sentinel'],
    run: subscribePatterns,
  },
  {
    name: 'unsubscribe',
    since: '2.0.0',
    arity: -1,
    flags: LISTEN,
    traits: ['in_subscription', 'sentinel'],
    run: unsubscribe,
  },
  {
    name: 'punsubscribe',
    since: '2.0.0',
    arity: -1,
    flags: LISTEN,
    traits: ['in_subscription', 'sentinel'],
    run: unsubscribePatterns,
  },
  {
    name: 'pubsub',
    since: '2.8.0',
    arity: -2,
    flags: [],
    run: (call) => call.wrongArity(),
    subcommands: [
      {
        name: 'pubsub|channels',
        since: '2.8.0',
        arity: -2,
        flags: ASK,
        help: ['CHANNELS [<pattern>]', 'Channels with subscribers, patterns aside.'],
        run: channels,
      },
      {
        name: 'pubsub|numsub',
        since: '2.8.0',
        arity: -2,
        flags: ASK,
        help: ['NUMSUB [<channel> ...]', 'Number of subscribers of each channel, patterns aside.'],
        run: numSub,
      },
      {
        name: 'pubsub|numpat',
        since: '2.8.0',
        arity: 2,
        flags: ASK,
        help: ['NUMPAT', 'Number of different patterns with subscribers.'],
        run: (call) => call.reply.integer(call.process.pubSub.patterns.size),
      },
      helpOf('pubsub', '6.2.0'),
    ],
  },
];

function answer(call: Call, word: string, name: string | undefined): void {
  beginPush(call.client);
  call.reply.push(3);
  call.reply.bulk(word);
  call.reply.bulkOrNull(name);
  call.reply.integer(call.client.subscriptionCount);
  endPush(call.client);
}

function subscribe(call: Call): void {
  for (let at = 1; at < call.argc; at += 1) {
    call.process.pubSub.subscribe(call.client, call.str(at));
    answer(call, 'subscribe', call.str(at));
  }
}

function subscribePatterns(call: Call): void {
  for (let at = 1; at < call.argc; at += 1) {
    call.process.pubSub.subscribePattern(call.client, call.str(at));
    answer(call, 'psubscribe', call.str(at));
  }
}

function unsubscribe(call: Call): void {
  const { client } = call;
  const names = namesOr(call, client.channels);
  for (const name of names) {
    call.process.pubSub.unsubscribe(client, name);
    answer(call, 'unsubscribe', name);
  }
  if (names.length === 0) answer(call, 'unsubscribe', undefined);
}

function unsubscribePatterns(call: Call): void {
  const { client } = call;
  const names = namesOr(call, client.patterns);
  for (const name of names) {
    call.process.pubSub.unsubscribePattern(client, name);
    answer(call, 'punsubscribe', name);
  }
  if (names.length === 0) answer(call, 'punsubscribe', undefined);
}

/** The names in the request or, if it has none, all names in `all`. */
function namesOr(call: Call, all: Set<string> | undefined): string[] {
  if (call.argc === 1) return [...(all ?? [])];
  return call.strsFrom(1);
}

function channels(call: Call): void {
  if (call.argc > 3) {
    call.wrongArity();
    return;
  }
  const pattern = call.argc === 3 ? call.str(2) : undefined;
  const names = [...call.process.pubSub.channels.keys()].filter(
    (name) => pattern === undefined || globMatch(pattern, name),
  );
  call.reply.array(names.length);
  for (const name of names) call.reply.bulk(name);
}

function numSub(call: Call): void {
  // Flat in RESP3, too.
  call.reply.array((call.argc - 2) * 2);
  for (let at = 2; at < call.argc; at += 1) {
    call.reply.bulk(call.str(at));
    call.reply.integer(call.process.pubSub.channels.get(call.str(at))?.size ?? 0);
  }
}
