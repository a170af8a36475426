/**
 * DEBUG: SLEEP, DIGEST, DIGEST-VALUE, POPULATE, RELOAD, CHANGE-REPL-ID, SET-ACTIVE-EXPIRE, PROTOCOL,
 * ERROR, LOG, OBJECT. Deliberately absent: subcommands about the internals of redis-server (HTSTATS,
 * QUICKLIST-PACKED-THRESHOLD, …), which have no counterpart here.
 */

import { STRING_TOO_LONG } from '../../commands/arguments.ts';
import { encodingName, referenceCount } from '../../commands/encoding.ts';
import { dbDigest, digestValue } from '../../data/digest.ts';
import { LimitError } from '../../machine/errors.ts';
import { serializedLength } from '../../persistence/rdb/dump.ts';
import type { CommandSpec } from '../../process/commandTable.ts';
import { type HelpText, nameOf, writeHelp } from '../../process/help.ts';
import { replyErrors } from '../../process/replyErrors.ts';
import { type Bytes, SHORT_BYTES_MAX } from '../../resp/bytes.ts';
import { parseDouble } from '../../resp/double.ts';
import { allows } from '../refusals.ts';
import { Reload } from '../saving/reloading.ts';
import type { ServerCall } from '../serverCall.ts';
import { EXAMPLE_TYPES, replyExample } from './debugProtocol.ts';

/** Redis knows no limit here and takes what memory there is. */
const POPULATE_BYTES_MAX = 2 ** 30;

/** In COMMAND INFO they are no subcommands, nor is one of them anywhere else in Redis. */
interface Subcommand {
  /** The fewest and the most arguments, DEBUG counted. */
  readonly argc: readonly [number, number];
  readonly help: HelpText;
  run(call: ServerCall): void;
}

const SUBCOMMANDS: readonly Subcommand[] = [
  {
    argc: [2, 2],
    help: ['CHANGE-REPL-ID', 'New replication IDs: replicas must synchronize fully.'],
    run: changeReplId,
  },
  {
    argc: [2, 2],
    help: ['DIGEST', 'A hash of all data: equal for equal data, on any server.'],
    run: (call) => call.reply.simple(dbDigest(call.keyspace)),
  },
  {
    argc: [3, Infinity],
    help: ['DIGEST-VALUE <key> [<key> ...]', 'A hash of each value.'],
    run: digestValues,
  },
  {
    argc: [3, 3],
    help: ['ERROR <text>', 'Replies with that error.'],
    run: (call) => call.reply.error(call.str(2)),
  },
  { argc: [3, 3], help: ['LOG <text>', 'Writes the text to the log.'], run: log },
  {
    argc: [3, 3],
    help: ['OBJECT <key>', 'Encoding and serialized length of a value.'],
    run: object,
  },
  {
    argc: [3, 5],
    help: [
      'POPULATE <count> [<prefix>] [<size>]',
      'Makes that many string keys, <prefix>:<n> (default: key:<n>). Replicas do not get them.',
    ],
    run: populate,
  },
  {
    argc: [3, 3],
    help: ['PROTOCOL <type>', `Replies with an example: ${EXAMPLE_TYPES.join(', ')}.`],
    run: (call) => replyExample(call.reply, call.word(2)),
  },
  {
    argc: [2, Infinity],
    help: [
      'RELOAD [NOSAVE] [NOFLUSH] [MERGE]',
      'Saves to the RDB file, empties the databases and loads the file.',
      'NOSAVE: does not save before. NOFLUSH: keeps the data.',
      'MERGE: keys of the file win; without it a key that exists is an error.',
    ],
    run: reload,
  },
  {
    argc: [3, 3],
    help: [
      'SET-ACTIVE-EXPIRE <0|1>',
      'With 0, an expired key is deleted only when a command accesses it.',
    ],
    run: setActiveExpire,
  },
  { argc: [3, 3], help: ['SLEEP <seconds>', 'The process does nothing that long.'], run: sleep },
];

const subcommands = new Map(SUBCOMMANDS.map((one) => [nameOf(one.help), one] as const));

export const debugCommands: readonly CommandSpec<ServerCall>[] = [
  {
    name: 'debug',
    since: '1.0.0',
    arity: -2,
    flags: ['admin', 'noscript', 'loading', 'stale'],
    run: debug,
  },
];

const NOT_ALLOWED =
  'ERR DEBUG command not allowed. If the enable-debug-command option is set to "local", you can run it from a local connection, otherwise you need to set this option in the configuration file, and then restart the server.';

function debug(call: ServerCall): void {
  if (!allows(call.server, 'enableDebugCommand', call.client)) {
    call.reply.error(NOT_ALLOWED);
    return;
  }
  const { argc } = call;
  const name = call.word(1);
  if (name === 'help' && argc === 2) {
    writeHelp(
      call.reply,
      'debug',
      SUBCOMMANDS.map(({ help }) => help),
    );
    return;
  }
  const found = subcommands.get(name);
  if (found !== undefined && argc >= found.argc[0] && argc <= found.argc[1]) found.run(call);
  else {
    call.reply.error(
      `ERR unknown subcommand or wrong number of arguments for '${call.str(1).slice(0, 128)}'. Try DEBUG HELP.`,
    );
  }
}

/** The process does nothing else: every other input waits. Two DEBUG SLEEPs within one EXEC overlap. */
function sleep(call: ServerCall): void {
  const seconds = parseDouble(call.str(2)) ?? 0;
  call.out.busy(call.now + Math.round(Math.max(0, seconds) * 1_000_000));
  call.reply.ok();
}

function digestValues(call: ServerCall): void {
  call.reply.array(call.argc - 2);
  for (let at = 2; at < call.argc; at += 1) {
    const value = call.db.get(call.str(at));
    call.reply.simple(
      value === undefined
        ? '0'.repeat(40)
        : digestValue(value, call.db.expireAt(call.str(at)) >= 0),
    );
  }
}

/** DEBUG POPULATE count [prefix] [size]: keys that exist are left alone. Not propagated, as in Redis. */
function populate(call: ServerCall): void {
  const count = call.intIn(2, 0, Number.MAX_SAFE_INTEGER, replyErrors.outOfRangePositive);
  if (count === undefined) return;
  const prefix = call.argc > 3 ? call.str(3) : 'key';
  const size =
    call.argc > 4 ? call.intIn(4, 0, Number.MAX_SAFE_INTEGER, replyErrors.outOfRangePositive) : 0;
  if (size === undefined) return;
  if (size > POPULATE_BYTES_MAX) throw new LimitError(STRING_TOO_LONG);
  const { keyChanges } = call.server;
  for (let i = 0; i < count; i += 1) {
    const key = `${prefix}:${i}`;
    if (call.db.get(key) !== undefined) continue;
    const value = `value:${i}`;
    call.db.set(key, size === 0 ? value : padded(value, size));
    if (keyChanges.listening) keyChanges.modified(key, call.db);
  }
  call.reply.ok();
}

/** The text, cut or followed by zeros. */
function padded(text: string, size: number): Bytes {
  const bytes = Buffer.alloc(size);
  bytes.latin1Write(text);
  return size <= SHORT_BYTES_MAX ? bytes.latin1Slice() : bytes;
}

/** There is no address (printed as C prints a null pointer), and no time of the last use. */
function object(call: ServerCall): void {
  const value = call.db.get(call.str(2));
  if (value === undefined) {
    call.reply.error(replyErrors.noSuchKey);
    return;
  }
  call.reply.simple(
    `Value at:(nil) refcount:${referenceCount(value)} encoding:${encodingName(value)} ` +
      `serializedlength:${serializedLength(value, call.server.settings.rdbcompression)} lru:0 lru_seconds_idle:0`,
  );
}

function log(call: ServerCall): void {
  call.server.log('warning', `DEBUG LOG: ${call.str(2)}`);
  call.reply.ok();
}

function reload(call: ServerCall): void {
  const options = { save: true, flush: true, merge: false };
  for (let at = 2; at < call.argc; at += 1) {
    const word = call.word(at);
    if (word === 'nosave') options.save = false;
    else if (word === 'noflush') options.flush = false;
    else if (word === 'merge') options.merge = true;
    else {
      call.reply.error('ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.');
      return;
    }
  }
  // The loader is busy with another file.
  if (call.server.loading.active) call.reply.error(replyErrors.loading);
  else new Reload(call.server, options, call.client).begin();
}

function changeReplId(call: ServerCall): void {
  call.server.log('notice', 'Changing replication IDs after receiving change-repl-id');
  call.replication.changeReplId();
  call.reply.ok();
}

function setActiveExpire(call: ServerCall): void {
  const value = call.int(2);
  if (value === undefined) return;
  call.server.expireCycle.enabled = value !== 0;
  call.reply.ok();
}
