/**
 * PING, ECHO, AUTH, HELLO, QUIT, RESET: commands about the connection itself, for servers and
 * Sentinels.
 */

import type { Call } from './call.ts';
import type { Client } from './client.ts';
import type { CommandSpec } from './commandTable.ts';
import { replyErrors } from './replyErrors.ts';

const ANY_TIME = ['noscript', 'loading', 'stale', 'fast', 'no_auth', 'allow_busy'] as const;

export const connectionCommands: readonly CommandSpec<Call>[] = [
  {
    name: 'ping',
    since: '1.0.0',
    arity: -1,
    flags: ['fast'],
    categories: ['connection'],
    tips: ['request_policy:all_shards', 'response_policy:all_succeeded'],
    traits: ['in_subscription', 'fails_with_disk', 'sentinel'],
    run: ping,
  },
  {
    name: 'echo',
    since: '1.0.0',
    arity: 2,
    flags: ['loading', 'stale', 'fast'],
    categories: ['connection'],
    run: (call) => call.reply.bulk(call.arg(1)),
  },
  {
    name: 'auth',
    since: '1.0.0',
    arity: -2,
    flags: ANY_TIME,
    categories: ['connection'],
    traits: ['sentinel'],
    run: auth,
  },
  {
    name: 'hello',
    since: '6.0.0',
    arity: -1,
    flags: ANY_TIME,
    categories: ['connection'],
    traits: ['sentinel'],
    run: hello,
  },
  {
    name: 'quit',
    since: '1.0.0',
    arity: -1,
    flags: ANY_TIME,
    categories: ['connection'],
    traits: ['in_subscription', 'never_queued', 'leaves_transaction'],
    run: quit,
  },
  {
    name: 'reset',
    since: '6.2.0',
    arity: 1,
    flags: ANY_TIME,
    categories: ['connection'],
    traits: ['in_subscription', 'never_queued', 'leaves_transaction'],
    run: reset,
  },
];

function ping(call: Call): void {
  if (call.argc > 2) {
    call.wrongArity();
    return;
  }
  const { client, reply } = call;
  if (client.subscriptionCount > 0 && reply.protocol === 2) {
    reply.array(2);
    reply.bulk('pong');
    reply.bulk(call.argc === 1 ? '' : call.arg(1));
  } else if (call.argc === 1) {
    reply.simple('PONG');
  } else {
    reply.bulk(call.arg(1));
  }
}

function auth(call: Call): void {
  if (call.argc > 3) {
    call.syntaxError();
    return;
  }
  const { requirepass } = call.process.settings;
  if (call.argc === 2 && requirepass === '') {
    call.reply.error(
      'ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?',
    );
    return;
  }
  const user = call.argc === 3 ? call.str(1) : 'default';
  const password = call.str(call.argc - 1);
  if (authenticate(call, user, password)) call.reply.ok();
}

/** Authenticates the client. If user or password are wrong, replies with WRONGPASS and returns false. */
function authenticate(call: Call, user: string, password: string): boolean {
  const { requirepass } = call.process.settings;
  if (user !== 'default' || (requirepass !== '' && requirepass !== password)) {
    call.reply.error(replyErrors.wrongPass);
    return false;
  }
  call.client.authenticated = true;
  call.client.user = user;
  return true;
}

function hello(call: Call): void {
  const { client, reply } = call;
  let protocol: 2 | 3 | undefined;
  let at = 1;
  if (call.argc > 1) {
    const version = call.int(1, 'ERR Protocol version is not an integer or out of range');
    if (version === undefined) return;
    if (version !== 2 && version !== 3) {
      reply.error(replyErrors.noProto);
      return;
    }
    protocol = version;
    at = 2;
  }
  const options = helloOptions(call, at);
  if (options === undefined) return;
  if (options.user !== undefined && !authenticate(call, options.user, options.password!)) return;
  if (!client.authenticated) {
    reply.error(
      'NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time',
    );
    return;
  }
  if (options.name !== undefined) client.name = options.name;
  if (protocol !== undefined) reply.protocol = protocol;
  writeHello(call, client);
}

interface HelloOptions {
  user?: string;
  password?: string;
  name?: string;
}

function helloOptions(call: Call, start: number): HelloOptions | undefined {
  const options: HelloOptions = {};
  for (let at = start; at < call.argc; at += 1) {
    const word = call.word(at);
    const more = call.argc - 1 - at;
    if (word === 'auth' && more >= 2) {
      options.user = call.str(at + 1);
      options.password = call.str(at + 2);
      at += 2;
    } else if (word === 'setname' && more >= 1) {
      options.name = call.str(at + 1);
      if (!isClientName(options.name)) {
        call.reply.error(BAD_NAME);
        return undefined;
      }
      at += 1;
    } else {
      call.reply.error(`ERR Syntax error in HELLO option '${call.str(at)}'`);
      return undefined;
    }
  }
  return options;
}

function writeHello(call: Call, client: Client): void {
  const { reply, process } = call;
  reply.map(process.mode === 'sentinel' ? 6 : 7);
  reply.bulk('server');
  reply.bulk('redis');
  reply.bulk('version');
  reply.bulk('7.0.15');
  reply.bulk('proto');
  reply.integer(reply.protocol);
  reply.bulk('id');
  reply.integer(client.id);
  reply.bulk('mode');
  reply.bulk(process.mode);
  if (process.mode !== 'sentinel') {
    reply.bulk('role');
    reply.bulk(process.logRole === 'S' ? 'replica' : 'master');
  }
  reply.bulk('modules');
  reply.array(0);
}

function quit(call: Call): void {
  call.reply.ok();
  call.process.closeAfterReply(call.client);
}

function reset(call: Call): void {
  const { client, process } = call;
  process.resetClient(client);
  client.db = 0;
  client.name = '';
  client.reply.protocol = 2;
  if (client.replyMode === 'off') client.replyMode = 'on';
  client.authenticated = process.settings.requirepass === '';
  client.user = 'default';
  call.reply.simple('RESET');
}

export const BAD_NAME = 'ERR Client names cannot contain spaces, newlines or special characters.';

/** Whether all characters of a client's name are printable, without blanks (validateClientName). */
export function isClientName(name: string): boolean {
  return /^[!-~]*$/.test(name);
}
