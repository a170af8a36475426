/**
 * COMMAND: what a process's command table holds, as clients ask for it. Deliberately absent: DOCS and
 * GETKEYSANDFLAGS, of which the table knows too little. redis-cli 7.0 asks DOCS for its hints and does
 * with its own after the error.
 */

import type { Call } from './call.ts';
import type { CommandEntry, CommandFlag, CommandSpec, KeyRange } from './commandTable.ts';
import { globMatch } from './glob.ts';
import { type HelpText, helpOf } from './help.ts';

const FLAGS = ['loading', 'stale'] as const;

const INFO_HELP: HelpText = [
  'INFO [<command> ...]',
  'How the commands (default: all) are declared: arity, flags, keys, categories.',
];
const LIST_HELP: HelpText = [
  'LIST [FILTERBY PATTERN <pattern> | ACLCAT <category> | MODULE <name>]',
  'The names of all commands and subcommands, or of those that match.',
];
const GETKEYS_HELP: HelpText = [
  'GETKEYS <command> <arg> [<arg> ...]',
  'Which arguments of that call are keys.',
];

export const commandCommands: readonly CommandSpec<Call>[] = [
  {
    name: 'command',
    arity: -1,
    flags: FLAGS,
    categories: ['connection'],
    help: ['(no subcommand)', 'How every command is declared, as COMMAND INFO.'],
    run: all,
    subcommands: [
      sub('count', 2, ['COUNT', 'How many commands there are.'], (call) =>
        call.reply.integer(call.process.commands.size),
      ),
      sub('info', -2, INFO_HELP, info),
      sub('list', -2, LIST_HELP, list),
      sub('getkeys', -4, GETKEYS_HELP, getKeys),
      helpOf('command', 'connection'),
    ],
  },
];

function sub(
  name: string,
  arity: number,
  help: HelpText,
  run: (call: Call) => void,
): CommandSpec<Call> {
  return { name: `command|${name}`, arity, flags: FLAGS, categories: ['connection'], help, run };
}

function all(call: Call): void {
  const entries = [...call.process.commands.entries()];
  call.reply.array(entries.length);
  for (const entry of entries) writeEntry(call, entry);
}

function info(call: Call): void {
  if (call.argc === 2) {
    all(call);
    return;
  }
  call.reply.array(call.argc - 2);
  for (let at = 2; at < call.argc; at += 1) {
    const entry = findByFullName(call, call.word(at));
    if (entry === undefined) call.reply.null();
    else writeEntry(call, entry);
  }
}

function findByFullName(call: Call, name: string): CommandEntry | undefined {
  const [container, subname] = name.split('|');
  const entry = call.process.commands.find(container!);
  return subname === undefined ? entry : entry?.subcommands?.get(subname);
}

function list(call: Call): void {
  let entries = [...call.process.commands.entries()].flatMap((entry) => [
    entry,
    ...(entry.subcommands?.values() ?? []),
  ]);
  if (call.argc > 2) {
    if (call.argc !== 5 || call.word(2) !== 'filterby') {
      call.syntaxError();
      return;
    }
    const by = call.word(3);
    const value = call.str(4);
    if (by === 'pattern') {
      entries = entries.filter((entry) => globMatch(value, entry.name, true));
    } else if (by === 'aclcat') {
      const category = value.toLowerCase();
      entries = entries.filter((entry) => categoriesOf(entry).includes(category));
    } else if (by === 'module') {
      entries = [];
    } else {
      call.syntaxError();
      return;
    }
  }
  call.reply.array(entries.length);
  for (const { name } of entries) call.reply.bulk(name);
}

function getKeys(call: Call): void {
  const args = call.argsFrom(2);
  const entry = call.process.commands.resolve(args);
  if (entry === undefined) {
    call.reply.error('ERR Invalid command specified');
    return;
  }
  const { keys, keysAt } = entry.spec;
  if (keys === undefined && keysAt === undefined) {
    call.reply.error('ERR The command has no key arguments');
    return;
  }
  if (!entry.accepts(args.length)) {
    call.reply.error('ERR Invalid number of arguments specified for command');
    return;
  }
  const found = keysAt === undefined ? rangedKeys(keys!, args.length) : keysAt(args);
  if (found === undefined) {
    call.reply.error('ERR Invalid arguments specified for command');
    return;
  }
  call.reply.array(found.length);
  for (const at of found) call.reply.bulk(args[at]!);
}

function rangedKeys(keys: KeyRange, argc: number): number[] {
  const last = keys.last < 0 ? argc + keys.last : keys.last;
  const found: number[] = [];
  for (let at = keys.first; at <= last && at < argc; at += keys.step) found.push(at);
  return found;
}

/** In the order of Redis's replies. */
const CATEGORIES =
  'keyspace read write set sortedset list hash string bitmap hyperloglog geo stream pubsub admin fast slow blocking dangerous connection transaction scripting'.split(
    ' ',
  );

/** ACL categories: those that follow from the flags, and those declared. */
function categoriesOf(entry: CommandEntry): string[] {
  const has = (flag: CommandFlag) => entry.spec.flags.includes(flag);
  const categories = new Set<string>();
  if (has('write')) categories.add('write');
  if (has('readonly')) categories.add('read');
  if (has('admin')) categories.add('admin');
  categories.add(has('fast') ? 'fast' : 'slow');
  if (has('admin')) categories.add('dangerous');
  if (has('blocking')) categories.add('blocking');
  for (const category of entry.spec.categories ?? []) categories.add(category);
  return CATEGORIES.filter((category) => categories.has(category));
}

function writeEntry(call: Call, entry: CommandEntry): void {
  const { reply } = call;
  const { spec } = entry;
  reply.array(10);
  reply.bulk(spec.name);
  reply.integer(spec.arity);
  reply.set(spec.flags.length);
  for (const flag of spec.flags) reply.simple(flag);
  reply.integer(spec.keys?.first ?? 0);
  reply.integer(spec.keys?.last ?? 0);
  reply.integer(spec.keys?.step ?? 0);
  const categories = categoriesOf(entry);
  reply.set(categories.length);
  for (const category of categories) reply.simple(`@${category}`);
  reply.set(0); // Tips: there are none.
  reply.set(spec.keys === undefined ? 0 : 1);
  if (spec.keys !== undefined) writeKeySpec(call, entry);
  const subcommands = [...(entry.subcommands?.values() ?? [])];
  if (subcommands.length === 0) reply.set(0);
  else reply.array(subcommands.length);
  for (const subcommand of subcommands) writeEntry(call, subcommand);
}

/** The key specification that says the same as first, last and step. */
function writeKeySpec(call: Call, entry: CommandEntry): void {
  const { reply } = call;
  const keys = entry.spec.keys!;
  reply.map(3);
  reply.bulk('flags');
  reply.set(1);
  reply.simple(entry.write ? 'RW' : 'RO');
  reply.bulk('begin_search');
  reply.map(2);
  reply.bulk('type');
  reply.bulk('index');
  reply.bulk('spec');
  reply.map(1);
  reply.bulk('index');
  reply.integer(keys.first);
  reply.bulk('find_keys');
  reply.map(2);
  reply.bulk('type');
  reply.bulk('range');
  reply.bulk('spec');
  reply.map(3);
  reply.bulk('lastkey');
  reply.integer(keys.last < 0 ? keys.last : keys.last - keys.first);
  reply.bulk('keystep');
  reply.integer(keys.step);
  reply.bulk('limit');
  reply.integer(0);
}
