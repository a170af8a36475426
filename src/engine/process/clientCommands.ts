/** CLIENT: names, lists, kills and unblocks connections. Source: clientCommand of Redis 7.0. */

import { clampToSafe, parseInteger } from '../resp/integer.ts';
import type { Call } from './call.ts';
import type { Client } from './client.ts';
import type { CommandSpec } from './commandTable.ts';
import { STATIC_REPLY_BYTES } from './connection.ts';
import { BAD_NAME, isClientName } from './connectionCommands.ts';
import { type HelpText, helpOf } from './help.ts';
import type { Process } from './process.ts';
import { replyErrors } from './replyErrors.ts';

const OWN = ['noscript', 'loading', 'stale'] as const;
const ADMIN = ['admin', 'noscript', 'loading', 'stale'] as const;

const VARIES = ['nondeterministic_output'] as const;

const LIST_HELP: HelpText = [
  'LIST [TYPE NORMAL|MASTER|REPLICA|PUBSUB] [ID <id> [<id> ...]]',
  'One line for each connection, or for those of one type or with these numbers.',
];
const KILL_HELP: HelpText = [
  'KILL <ip:port> | <filter> <value> [<filter> <value> ...]',
  'Closes the connection from that address, or all connections that pass every filter:',
  'ID, TYPE, ADDR, LADDR, USER. SKIPME NO (default: YES) includes this one.',
];
const UNBLOCK_HELP: HelpText = [
  'UNBLOCK <id> [TIMEOUT|ERROR]',
  'Ends what a blocked connection waits for, as a timeout or with an error.',
];

export const clientCommands: readonly CommandSpec<Call>[] = [
  {
    name: 'client',
    since: '2.4.0',
    arity: -2,
    flags: [],
    traits: ['sentinel'],
    run: (call) => call.wrongArity(),
    subcommands: [
      sub('id', '5.0.0', 2, OWN, ['ID', 'The number of this connection.'], (call) =>
        call.reply.integer(call.client.id),
      ),
      sub('getname', '2.6.9', 2, OWN, ['GETNAME', 'The name of this connection.'], getName),
      sub('setname', '2.6.9', 3, OWN, ['SETNAME <name>', 'Names this connection.'], setName),
      sub(
        'info',
        '6.2.0',
        2,
        OWN,
        ['INFO', "This connection's line of CLIENT LIST."],
        info,
        VARIES,
      ),
      sub('list', '2.4.0', -2, ADMIN, LIST_HELP, list, VARIES),
      sub('kill', '2.4.0', -3, ADMIN, KILL_HELP, kill),
      sub(
        'reply',
        '3.2.0',
        3,
        OWN,
        ['REPLY ON|OFF|SKIP', 'Whether this connection gets replies.'],
        replyMode,
      ),
      sub(
        'no-evict',
        '7.0.0',
        3,
        ADMIN,
        ['NO-EVICT ON|OFF', 'Sets the flag that CLIENT LIST shows as e.'],
        noEvict,
      ),
      sub('unblock', '5.0.0', -3, ADMIN, UNBLOCK_HELP, unblock),
      helpOf('client', '5.0.0', 'connection'),
    ],
  },
];

function sub(
  name: string,
  since: string,
  arity: number,
  flags: CommandSpec['flags'],
  help: HelpText,
  run: (call: Call) => void,
  tips: readonly string[] = [],
): CommandSpec<Call> {
  return {
    name: `client|${name}`,
    since,
    arity,
    flags,
    categories: ['connection'],
    help,
    tips,
    run,
  };
}

function getName(call: Call): void {
  call.reply.bulkOrNull(call.client.name === '' ? undefined : call.client.name);
}

function setName(call: Call): void {
  if (!isClientName(call.str(2))) {
    call.reply.error(BAD_NAME);
    return;
  }
  call.client.name = call.str(2);
  call.reply.ok();
}

function info(call: Call): void {
  writeClients(call, [call.client]);
}

/** Lines of CLIENT LIST. Written in parts: three names of 200 MB together exceed the longest string of V8. */
function writeClients(call: Call, clients: readonly Client[]): void {
  call.reply.verbatimParts(
    'txt',
    clients.flatMap((client) => [
      fieldsBeforeName(client),
      client.name,
      fieldsAfterName(call.process, client),
      '\n',
    ]),
  );
}

/** A log line is at most 1023 characters long; a longer name is cut to this. */
const NAME_LENGTH_LOGGED = 512;

/** Memory of an idle client, as CLIENT LIST's tot-mem of Redis 7.0 counts it. */
const CLIENT_BYTES = 22_296;

const TYPES = ['normal', 'master', 'replica', 'slave', 'pubsub'];

/** The type as CLIENT LIST TYPE and CLIENT KILL TYPE mean it. */
export function clientType(client: Client): string {
  if (client.kind !== 'normal') return client.kind;
  return client.subscriptionCount > 0 ? 'pubsub' : 'normal';
}

function list(call: Call): void {
  let chosen = [...call.process.clients.values()];
  if (call.argc === 4 && call.word(2) === 'type') {
    const type = call.word(3);
    if (!TYPES.includes(type)) {
      call.reply.error(`ERR Unknown client type '${call.str(3)}'`);
      return;
    }
    chosen = chosen.filter((client) => clientType(client) === canonicalType(type));
  } else if (call.argc > 3 && call.word(2) === 'id') {
    const ids = new Set<number>();
    for (let at = 3; at < call.argc; at += 1) {
      const id = call.int(at, 'ERR Invalid client ID');
      if (id === undefined) return;
      ids.add(id);
    }
    chosen = chosen.filter((client) => ids.has(client.id));
  } else if (call.argc !== 2) {
    call.syntaxError();
    return;
  }
  writeClients(call, chosen);
}

function canonicalType(type: string): string {
  return type === 'slave' ? 'replica' : type;
}

/** The members of a process that a client's description reads. */
type DescribingProcess = Pick<Process, 'now' | 'outputMemory'>;

/** A client as log lines name it: its line of CLIENT LIST, with a long name cut. */
export function describeClient(process: DescribingProcess, client: Client): string {
  const name = client.name.slice(0, NAME_LENGTH_LOGGED);
  return `${fieldsBeforeName(client)}${name}${fieldsAfterName(process, client)}`;
}

function fieldsBeforeName({ id, peer, conn }: Client): string {
  return `id=${id} addr=${peer.addr} laddr=${peer.laddr} fd=${conn + 7} name=`;
}

function fieldsAfterName(process: DescribingProcess, client: Client): string {
  const seconds = (since: number) => Math.floor((process.now - since) / 1_000_000);
  const outputMemory = process.outputMemory(client);
  const fields: [string, string | number][] = [
    ['age', seconds(client.createdAt)],
    ['idle', seconds(client.lastInteraction)],
    ['flags', flagsOf(client)],
    ['db', client.db],
    ['sub', client.channels?.size ?? 0],
    ['psub', client.patterns?.size ?? 0],
    ['ssub', 0],
    ['multi', client.transaction?.queued.length ?? -1],
    ['qbuf', client.reader.held],
    ['qbuf-free', 0],
    ['argv-mem', 0],
    ['multi-mem', 0],
    ['rbs', 16384],
    ['rbp', client.reply.length],
    ['obl', Math.min(client.reply.length, STATIC_REPLY_BYTES)],
    ['oll', client.outputBlocks],
    ['omem', outputMemory],
    ['tot-mem', outputMemory + client.reader.held + CLIENT_BYTES],
    ['events', client.hasOutput ? 'rw' : 'r'],
    ['cmd', client.lastCommand],
    ['user', client.user],
    ['redir', -1],
    ['resp', client.reply.protocol],
  ];
  return fields.map(([name, value]) => ` ${name}=${value}`).join('');
}

function flagsOf(client: Client): string {
  let flags = '';
  if (client.kind === 'replica') flags += 'S';
  if (client.kind === 'master') flags += 'M';
  if (client.subscriptionCount > 0) flags += 'P';
  if (client.transaction !== undefined) flags += 'x';
  if (client.blockedOn !== undefined) flags += 'b';
  if (client.watchBroken) flags += 'd';
  if (client.closeAfterReply) flags += 'c';
  if (client.noEvict) flags += 'e';
  return flags === '' ? 'N' : flags;
}

interface KillFilter {
  id?: number;
  type?: string;
  addr?: string;
  laddr?: string;
  user?: string;
  skipMe: boolean;
}

function kill(call: Call): void {
  // The old form: CLIENT KILL addr:port.
  if (call.argc === 3) {
    const addr = call.str(2);
    const client = [...call.process.clients.values()].find((c) => c.peer.addr === addr);
    if (client === undefined) {
      call.reply.error('ERR No such client');
      return;
    }
    call.reply.ok();
    killClient(call, client);
    return;
  }
  const filter = killFilter(call);
  if (filter === undefined) return;
  const matching = [...call.process.clients.values()].filter((c) =>
    matches(c, filter, call.client),
  );
  call.reply.integer(matching.length);
  for (const client of matching) killClient(call, client);
}

/** A client that kills itself gets its reply first. */
function killClient(call: Call, client: Client): void {
  if (client === call.client) call.process.closeAfterReply(client);
  else call.process.kill(client);
}

function matches(client: Client, filter: KillFilter, self: Client): boolean {
  if (filter.id !== undefined && client.id !== filter.id) return false;
  if (filter.type !== undefined && clientType(client) !== filter.type) return false;
  if (filter.addr !== undefined && client.peer.addr !== filter.addr) return false;
  if (filter.laddr !== undefined && client.peer.laddr !== filter.laddr) return false;
  if (filter.user !== undefined && client.user !== filter.user) return false;
  return !(filter.skipMe && client === self);
}

function killFilter(call: Call): KillFilter | undefined {
  const filter: KillFilter = { skipMe: true };
  for (let at = 2; at < call.argc; at += 2) {
    if (at + 1 === call.argc) {
      call.syntaxError();
      return undefined;
    }
    const error = addToFilter(filter, call.word(at), call.str(at + 1));
    if (error !== undefined) {
      call.reply.error(error);
      return undefined;
    }
  }
  return filter;
}

function addToFilter(filter: KillFilter, name: string, value: string): string | undefined {
  switch (name) {
    case 'id': {
      const id = parseInteger(value);
      if (id === undefined || id < 1) return 'ERR client-id should be greater than 0';
      filter.id = clampToSafe(id);
      return undefined;
    }
    case 'type':
      if (!TYPES.includes(value.toLowerCase())) return `ERR Unknown client type '${value}'`;
      filter.type = canonicalType(value.toLowerCase());
      return undefined;
    case 'addr':
      filter.addr = value;
      return undefined;
    case 'laddr':
      filter.laddr = value;
      return undefined;
    case 'user':
      if (value !== 'default') return `ERR No such user '${value}'`;
      filter.user = value;
      return undefined;
    case 'skipme':
      if (!['yes', 'no'].includes(value.toLowerCase())) return replyErrors.syntax;
      filter.skipMe = value.toLowerCase() === 'yes';
      return undefined;
    default:
      return replyErrors.syntax;
  }
}

function replyMode(call: Call): void {
  const mode = call.word(2);
  if (mode === 'on') {
    // Inside EXEC an earlier SKIP stays in force: it is for the command after EXEC.
    if (call.client.replyMode !== 'skipNext') call.client.replyMode = 'on';
    call.reply.ok();
  } else if (mode === 'off') {
    call.client.replyMode = 'off';
  } else if (mode === 'skip') {
    if (call.client.replyMode !== 'off') call.client.replyMode = 'skipNext';
  } else {
    call.syntaxError();
  }
}

function noEvict(call: Call): void {
  const word = call.word(2);
  if (word !== 'on' && word !== 'off') {
    call.syntaxError();
    return;
  }
  call.client.noEvict = word === 'on';
  call.reply.ok();
}

function unblock(call: Call): void {
  const id = call.int(2);
  if (id === undefined) return;
  const mode = call.argc > 3 ? call.word(3) : 'timeout';
  if (call.argc > 4 || (mode !== 'timeout' && mode !== 'error')) {
    call.reply.error('ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR');
    return;
  }
  const client = [...call.process.clients.values()].find((c) => c.id === id);
  const done = client !== undefined && call.process.blocking.endEarly(client, mode);
  call.reply.integer(done ? 1 : 0);
}
