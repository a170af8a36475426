/**
 * DUMP and RESTORE: a value as bytes, and back. The bytes are those of an RDB file's value
 * (persistence/rdb/dump.ts); a real server takes ours, and we take its.
 */

import { storeValue } from '../../commands/arguments.ts';
import { settle } from '../../commands/encoding.ts';
import { instantOf, meansDeletion } from '../../commands/expireTime.ts';
import type { Value } from '../../data/types/value.ts';
import type { DataCall } from '../../execution/dataCall.ts';
import { dumpIsSane, dumpValue, loadDump } from '../../persistence/rdb/dump.ts';
import { RdbError } from '../../persistence/rdb/errors.ts';
import type { CommandSpec } from '../../process/commandTable.ts';
import { keyAt } from '../../process/keySpecs.ts';
import { replyErrors } from '../../process/replyErrors.ts';
import { toBuffer } from '../../resp/bytes.ts';
import { parseInteger } from '../../resp/integer.ts';
import type { ServerCall } from '../serverCall.ts';

export const dumpCommands: readonly CommandSpec<ServerCall>[] = [
  {
    name: 'dump',
    since: '2.6.0',
    arity: 2,
    flags: ['readonly'],
    keys: [keyAt('RO access')],
    categories: ['keyspace'],
    tips: ['nondeterministic_output'],
    run: dump,
  },
  {
    name: 'restore',
    since: '2.6.0',
    arity: -4,
    flags: ['write', 'denyoom'],
    keys: [keyAt('OW update')],
    categories: ['keyspace', 'dangerous'],
    run: restore,
  },
];

function dump(call: ServerCall): void {
  const value = call.read(call.str(1));
  if (value === undefined) call.reply.null();
  else call.reply.bulk(dumpValue(value, call.server.settings.rdbcompression));
}

interface Options {
  replace: boolean;
  absolute: boolean;
  /** IDLETIME or FREQ was given. */
  accessed: boolean;
}

function restore(call: ServerCall): void {
  const options = parseOptions(call);
  if (options === undefined) return;
  const key = call.str(1);
  const existed = call.write(key) !== undefined;
  if (existed && !options.replace) {
    call.reply.error('BUSYKEY Target key name already exists.');
    return;
  }
  const ttl = parseInteger(call.str(2));
  if (ttl === undefined) {
    call.reply.error(replyErrors.notAnInteger);
    return;
  }
  if (ttl < 0) {
    call.reply.error('ERR Invalid TTL value, must be >= 0');
    return;
  }
  const value = parsePayload(call);
  if (value === undefined) return;
  if (existed) call.db.delete(key);
  put(call, key, value, { ttl, absolute: options.absolute, existed });
}

interface Place {
  /** Milliseconds, from now on or `absolute`; 0: no expiry. */
  readonly ttl: number | bigint;
  readonly absolute: boolean;
  /** The key was there, and has been deleted. */
  readonly existed: boolean;
}

function put(call: DataCall, key: string, value: Value, place: Place): void {
  const { ttl, absolute, existed } = place;
  // A time beyond 64 bits has gone round to before now, as there.
  const instant =
    ttl === 0 ? undefined : (instantOf(ttl, { unit: 'milliseconds', absolute }, call.nowMs) ?? 0);
  if (instant !== undefined && meansDeletion(call, instant)) {
    if (existed) {
      call.rewrite('DEL', call.arg(1));
      call.changed(key);
      call.notify('g', 'del', key);
    }
    call.reply.ok();
    return;
  }
  settle(value, call.limits);
  storeValue(call, key, value);
  if (instant !== undefined) {
    call.setExpire(key, instant);
    if (!absolute) {
      call.rewriteAs([call.arg(0), call.arg(1), String(instant), ...call.argsFrom(3), 'ABSTTL']);
    }
  }
  call.changed(key);
  call.notify('g', 'restore', key);
  call.reply.ok();
}

/** The value; undefined after an error reply. */
function parsePayload(call: DataCall): Value | undefined {
  const payload = toBuffer(call.arg(3));
  if (!dumpIsSane(payload)) {
    call.reply.error('ERR DUMP payload version or checksum are wrong');
    return undefined;
  }
  try {
    return loadDump(payload);
  } catch (error) {
    if (!(error instanceof RdbError)) throw error;
    call.reply.error('ERR Bad data format');
    return undefined;
  }
}

function parseOptions(call: DataCall): Options | undefined {
  const options: Options = { replace: false, absolute: false, accessed: false };
  for (let at = 4; at < call.argc; at += 1) {
    const word = call.word(at);
    if (word === 'replace') options.replace = true;
    else if (word === 'absttl') options.absolute = true;
    else if ((word === 'idletime' || word === 'freq') && at + 1 < call.argc && !options.accessed) {
      at += 1;
      if (!accessValid(call, word, at)) return undefined;
      options.accessed = true;
    } else {
      call.syntaxError();
      return undefined;
    }
  }
  // Nothing remembers when or how often a key was used; only a master is obeyed without a word.
  if (options.accessed && !call.fromMaster) {
    call.reply.error(
      'ERR RESTORE with IDLETIME or FREQ is not supported here: access is not tracked',
    );
    return undefined;
  }
  return options;
}

function accessValid(call: DataCall, word: 'idletime' | 'freq', at: number): boolean {
  const value = parseInteger(call.str(at));
  if (value === undefined) call.reply.error(replyErrors.notAnInteger);
  else if (word === 'idletime' && value < 0) {
    call.reply.error('ERR Invalid IDLETIME value, must be >= 0');
  } else if (word === 'freq' && (value < 0 || value > 255)) {
    call.reply.error('ERR Invalid FREQ value, must be >= 0 and <= 255');
  } else {
    return true;
  }
  return false;
}
