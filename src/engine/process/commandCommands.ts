/**
 * COMMAND: what the process's command table holds. Deliberately absent: DOCS, because most of its reply
 * is Redis's own prose (redis-cli 7.0 asks for it and falls back to its built-in hints), and
 * GETKEYSANDFLAGS, because the key flags of SET, BITFIELD and SORT depend on their options.
 */

import type { ReplyWriter } from '../resp/replyWriter.ts';
import type { Call } from './call.ts';
import { categoriesOf } from './categories.ts';
import { COMMAND_FLAGS, type CommandEntry, type CommandSpec } from './commandTable.ts';
import { globMatch } from './glob.ts';
import { type HelpText, helpOf } from './help.ts';
import { findKeys, type KeySpec } from './keySpecs.ts';

const FLAGS = ['loading', 'stale'] as const;

const UNORDERED = ['nondeterministic_output_order'] as const;

const INFO_HELP: HelpText = [
  'INFO [<command> ...]',
  'The declarations of the commands (default: all): arity, flags, keys, categories.',
];
const LIST_HELP: HelpText = [
  'LIST [FILTERBY PATTERN <pattern> | ACLCAT <category> | MODULE <name>]',
  'The names of all commands and subcommands, or of those that match.',
];
const GETKEYS_HELP: HelpText = [
  'GETKEYS <command> <arg> [<arg> ...]',
  'The arguments of that call that are keys.',
];

export const commandCommands: readonly CommandSpec<Call>[] = [
  {
    name: 'command',
    since: '2.8.13',
    arity: -1,
    flags: FLAGS,
    categories: ['connection'],
    help: ['(no subcommand)', 'The declarations of all commands, as COMMAND INFO prints them.'],
    tips: UNORDERED,
    traits: ['sentinel'],
    run: all,
    subcommands: [
      sub('count', '2.8.13', 2, ['COUNT', 'How many commands there are.'], (call) =>
        call.reply.integer(call.process.commands.size),
      ),
      sub('info', '2.8.13', -2, INFO_HELP, info, UNORDERED),
      sub('list', '7.0.0', -2, LIST_HELP, list, UNORDERED),
      sub('getkeys', '2.8.13', -4, GETKEYS_HELP, getKeys),
      helpOf('command', '5.0.0', 'connection'),
    ],
  },
];

function sub(
  name: string,
  since: string,
  arity: number,
  help: HelpText,
  run: (call: Call) => void,
  tips: readonly string[] = [],
): CommandSpec<Call> {
  return {
    name: `command|${name}`,
    since,
    arity,
    flags: FLAGS,
    categories: ['connection'],
    help,
    tips,
    run,
  };
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
      entries = entries.filter((entry) => categoriesOf(entry.spec).some((one) => one === category));
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
  const entry = call.process.commands.resolveArguments(args);
  if (entry === undefined) {
    call.reply.error('ERR Invalid command specified');
    return;
  }
  const { keys = [], keysAt } = entry.spec;
  if (keys.length === 0) {
    call.reply.error('ERR The command has no key arguments');
    return;
  }
  if (!entry.accepts(args.length)) {
    call.reply.error('ERR Invalid number of arguments specified for command');
    return;
  }
  const found = keysAt === undefined ? findKeys(keys, args) : keysAt(args);
  if (found === undefined) {
    call.reply.error('ERR Invalid arguments specified for command');
    return;
  }
  call.reply.array(found.length);
  for (const at of found) call.reply.bulk(args[at]!);
}

function writeEntry(call: Call, entry: CommandEntry): void {
  const { reply } = call;
  const { spec, keys } = entry;
  reply.array(10);
  reply.bulk(spec.name);
  reply.integer(spec.arity);
  writeWords(reply, flagsOf(entry));
  reply.integer(keys.first);
  reply.integer(keys.last);
  reply.integer(keys.step);
  writeWords(
    reply,
    categoriesOf(spec).map((category) => `@${category}`),
  );
  const tips = spec.tips ?? [];
  reply.set(tips.length);
  for (const tip of tips) reply.bulk(tip);
  const keySpecs = spec.keys ?? [];
  reply.set(keySpecs.length);
  for (const keySpec of keySpecs) writeKeySpec(reply, keySpec);
  const subcommands = [...(entry.subcommands?.values() ?? [])];
  if (subcommands.length === 0) reply.set(0);
  else reply.array(subcommands.length);
  for (const subcommand of subcommands) writeEntry(call, subcommand);
}

/** Flags in the order of COMMAND INFO; movablekeys, which is derived, comes before allow_busy. */
function flagsOf({ spec, keys }: CommandEntry): string[] {
  const flags: string[] = COMMAND_FLAGS.filter((flag) => spec.flags.includes(flag));
  if (keys.movable)
    flags.splice(flags.includes('allow_busy') ? -1 : flags.length, 0, 'movablekeys');
  return flags;
}

function writeWords(reply: ReplyWriter, words: readonly string[]): void {
  reply.set(words.length);
  for (const word of words) reply.simple(word);
}

function writeKeySpec(reply: ReplyWriter, spec: KeySpec): void {
  reply.map(3);
  reply.bulk('flags');
  writeWords(reply, spec.flags.split(' '));
  reply.bulk('begin_search');
  writeSearch(reply, spec.find === 'unknown' ? 'unknown' : 'index', beginOf(spec));
  reply.bulk('find_keys');
  writeSearch(reply, spec.find, placesOf(spec));
}

function beginOf(spec: KeySpec): Readonly<Record<string, number>> {
  return spec.find === 'unknown' ? {} : { index: spec.first };
}

function placesOf(spec: KeySpec): Readonly<Record<string, number>> {
  switch (spec.find) {
    case 'range':
      return { lastkey: spec.last, keystep: spec.step, limit: 0 };
    case 'keynum':
      return { keynumidx: 0, firstkey: 1, keystep: 1 };
    case 'unknown':
      return {};
  }
}

function writeSearch(
  reply: ReplyWriter,
  type: string,
  spec: Readonly<Record<string, number>>,
): void {
  reply.map(2);
  reply.bulk('type');
  reply.bulk(type);
  reply.bulk('spec');
  const fields = Object.entries(spec);
  reply.map(fields.length);
  for (const [name, value] of fields) {
    reply.bulk(name);
    reply.integer(value);
  }
}
