/**
 * OBJECT: properties of a value besides its content.
 *
 * Access times and frequencies are deliberately absent from the data, because every read would then
 * write to the state. FREQ therefore replies as Redis does without an LFU policy, and IDLETIME replies
 * with an error that says so.
 */

import type { Value } from '../data/types/value.ts';
import type { DataCall } from '../execution/dataCall.ts';
import type { CommandSpec } from '../process/commandTable.ts';
import { type HelpText, helpOf, nameOf } from '../process/help.ts';
import { keyAt } from '../process/keySpecs.ts';
import { encodingName, referenceCount } from './encoding.ts';

const NO_FREQUENCY =
  'ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.';
const NO_IDLE_TIME = 'ERR OBJECT IDLETIME is not supported here: access times are not tracked';

export const objectCommand: CommandSpec<DataCall> = {
  name: 'object',
  since: '2.2.3',
  arity: -2,
  flags: [],
  run: (call) => call.wrongArity(),
  subcommands: [
    onKey('2.2.3', ['ENCODING <key>', 'How the value is stored in memory.'], (call, value) => {
      call.reply.bulk(encodingName(value));
    }),
    onKey('4.0.0', ['FREQ <key>', 'Always an error: no LFU policy can be selected here.'], (call) =>
      call.reply.error(NO_FREQUENCY),
    ),
    onKey(
      '2.2.3',
      ['IDLETIME <key>', 'Always an error: access times are not tracked here.'],
      (call) => call.reply.error(NO_IDLE_TIME),
    ),
    onKey('2.2.3', ['REFCOUNT <key>', 'The number of references to the value.'], (call, value) => {
      call.reply.integer(referenceCount(value));
    }),
    helpOf('object', '6.2.0', 'keyspace'),
  ],
};

/** Declares a subcommand on one key; its name is the first word of its help. */
function onKey(
  since: string,
  help: HelpText,
  show: (call: DataCall, value: Value) => void,
): CommandSpec<DataCall> {
  return {
    name: `object|${nameOf(help)}`,
    since,
    arity: 3,
    flags: ['readonly'],
    help,
    keys: [keyAt('RO', 2)],
    categories: ['keyspace'],
    tips: ['nondeterministic_output'],
    run: (call) => {
      const value = call.read(call.str(2));
      if (value === undefined) call.reply.null();
      else show(call, value);
    },
  };
}
