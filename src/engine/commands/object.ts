/**
 * OBJECT: what is known of a value besides its content.
 *
 * Access times and frequencies are deliberately absent from the data (they would turn every read
 * into a write of state). FREQ therefore answers as Redis does without an LFU policy, and IDLETIME
 * says openly that it has no answer.
 */

import type { Value } from '../data/value.ts';
import type { CommandFlag, CommandSpec } from '../process/commandTable.ts';
import type { DataCall } from './call.ts';
import { encodingName, referenceCount } from './encoding.ts';

const NO_FREQUENCY =
  'ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.';
const NO_IDLE_TIME = 'ERR OBJECT IDLETIME is not supported here: access times are not tracked';

const HELP = [
  'OBJECT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:',
  'ENCODING <key>',
  '    Return the kind of internal representation used in order to store the value',
  '    associated with a <key>.',
  'FREQ <key>',
  '    Return the access frequency index of the <key>. The returned integer is',
  '    proportional to the logarithm of the recent access frequency of the key.',
  'IDLETIME <key>',
  '    Return the idle time of the <key>, that is the approximated number of',
  '    seconds elapsed since the last access to the key.',
  'REFCOUNT <key>',
  '    Return the number of references of the value associated with the specified',
  '    <key>.',
  'HELP',
  '    Prints this help.',
];

export const objectCommand: CommandSpec<DataCall> = {
  name: 'object',
  arity: -2,
  flags: [],
  run: (call) => call.wrongArity(),
  subcommands: [
    onKey('object|encoding', ['readonly'], (call, value) => {
      call.reply.bulk(encodingName(value));
    }),
    onKey('object|freq', ['readonly'], (call) => call.reply.error(NO_FREQUENCY)),
    onKey('object|idletime', ['readonly'], (call) => call.reply.error(NO_IDLE_TIME)),
    onKey('object|refcount', ['readonly'], (call, value) => {
      call.reply.integer(referenceCount(value));
    }),
    {
      name: 'object|help',
      arity: 2,
      flags: ['loading', 'stale'],
      categories: ['keyspace'],
      run: help,
    },
  ],
};

function onKey(
  name: string,
  flags: readonly CommandFlag[],
  show: (call: DataCall, value: Value) => void,
): CommandSpec<DataCall> {
  return {
    name,
    arity: 3,
    flags,
    keys: { first: 2, last: 2, step: 1 },
    categories: ['keyspace'],
    run: (call) => {
      const value = call.read(call.str(2));
      if (value === undefined) call.reply.null();
      else show(call, value);
    },
  };
}

function help(call: DataCall): void {
  call.reply.array(HELP.length);
  for (const line of HELP) call.reply.simple(line);
}
