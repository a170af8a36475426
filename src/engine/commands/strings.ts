/**
 * Strings: the declarations of all their commands, and the handlers that get and set whole values.
 * Counters, ranges and LCS are in files of their own.
 */

import { isString } from '../data/types/value.ts';
import type { DataCall } from '../execution/dataCall.ts';
import type { CommandFlag, CommandSpec } from '../process/commandTable.ts';
import { keyAt, keysFrom } from '../process/keySpecs.ts';
import { replyErrors } from '../process/replyErrors.ts';
import type { Bytes } from '../resp/bytes.ts';
import { storeValue } from './arguments.ts';
import { decr, decrby, incr, incrby, incrbyfloat } from './counters.ts';
import { meansDeletion, positiveInstant, type TimeForm } from './expireTime.ts';
import { family } from './family.ts';
import { lcs } from './lcs.ts';
import { append, getrange, setrange, strlen } from './ranges.ts';
import { parseGetexOptions, parseSetOptions, type StringOptions } from './stringOptions.ts';

const WRITE: readonly CommandFlag[] = ['write', 'denyoom'];
const WRITE_FAST: readonly CommandFlag[] = ['write', 'denyoom', 'fast'];
const READ: readonly CommandFlag[] = ['readonly'];
const READ_FAST: readonly CommandFlag[] = ['readonly', 'fast'];

const spec = family('string');

export const stringCommands: readonly CommandSpec<DataCall>[] = [
  spec('get', '1.0.0', 2, READ_FAST, [keyAt('RO access')], get),
  spec('set', '1.0.0', -3, WRITE, [keyAt('RW access update variable_flags')], set),
  spec('setnx', '1.0.0', 3, WRITE_FAST, [keyAt('OW insert')], setnx),
  spec('setex', '2.0.0', 4, WRITE, [keyAt('OW update')], setex),
  spec('psetex', '2.6.0', 4, WRITE, [keyAt('OW update')], psetex),
  spec('getset', '1.0.0', 3, WRITE_FAST, [keyAt('RW access update')], getset),
  spec('getdel', '6.2.0', 2, ['write', 'fast'], [keyAt('RW access delete')], getdel),
  spec('getex', '6.2.0', -2, ['write', 'fast'], [keyAt('RW access update')], getex),
  spec('mget', '1.0.0', -2, READ_FAST, [keysFrom('RO access')], mget, {
    tips: ['request_policy:multi_shard'],
  }),
  spec('mset', '1.0.1', -3, WRITE, [keysFrom('OW update', 1, -1, 2)], mset, {
    tips: ['request_policy:multi_shard', 'response_policy:all_succeeded'],
  }),
  spec('msetnx', '1.0.1', -3, WRITE, [keysFrom('OW insert', 1, -1, 2)], msetnx, {
    tips: ['request_policy:multi_shard', 'response_policy:agg_min'],
  }),
  spec('append', '2.0.0', 3, WRITE_FAST, [keyAt('RW insert')], append),
  spec('strlen', '2.2.0', 2, READ_FAST, [keyAt('RO')], strlen),
  spec('setrange', '2.2.0', 4, WRITE, [keyAt('RW update')], setrange),
  spec('getrange', '2.4.0', 4, READ, [keyAt('RO access')], getrange),
  spec('substr', '1.0.0', 4, READ, [keyAt('RO access')], getrange),
  spec('incr', '1.0.0', 2, WRITE_FAST, [keyAt('RW access update')], incr),
  spec('decr', '1.0.0', 2, WRITE_FAST, [keyAt('RW access update')], decr),
  spec('incrby', '1.0.0', 3, WRITE_FAST, [keyAt('RW access update')], incrby),
  spec('decrby', '1.0.0', 3, WRITE_FAST, [keyAt('RW access update')], decrby),
  spec('incrbyfloat', '2.6.0', 3, WRITE_FAST, [keyAt('RW access update')], incrbyfloat),
  spec('lcs', '7.0.0', -3, READ, [keysFrom('RO access', 1, 2)], lcs),
];

function get(call: DataCall): void {
  replyOld(call);
}

function set(call: DataCall): void {
  if (call.argc === 3) {
    setWhole(call, 1, 2);
    call.reply.ok();
    return;
  }
  const options = parseSetOptions(call);
  if (options !== undefined) setWithOptions(call, options);
}

/**
 * Before a value is overwritten, an expired one is deleted and the deletion propagated. The lookup is
 * skipped in a database without expiring keys.
 */
function expireFirst(call: DataCall, keyIndex: number): void {
  if (call.db.expiresCount !== 0) call.writeRow(keyIndex);
}

/** Sets the key at argument `keyIndex` to the value at argument `valueIndex`, without an expiry. */
function setWhole(call: DataCall, keyIndex: number, valueIndex: number): void {
  expireFirst(call, keyIndex);
  call.storeArgument(keyIndex, valueIndex);
  call.changedAt(keyIndex);
  call.notifyAt('$', 'set', keyIndex);
}

function setWithOptions(call: DataCall, options: StringOptions): void {
  const key = call.str(1);
  const { expiry } = options;
  let instant: number | undefined;
  if (expiry !== undefined) {
    instant = positiveInstant(call, expiry.argument, expiry, 'set');
    if (instant === undefined) return;
  }
  if (options.get && !replyOld(call)) return;
  const old = call.write(key);
  if (options.nx ? old !== undefined : options.xx && old === undefined) {
    if (!options.get) call.reply.null();
    return;
  }
  if (instant !== undefined) {
    setUntil(call, 2, instant);
  } else {
    const kept = options.keepTtl ? call.db.expireAt(key) : -1;
    storeValue(call, key, call.arg(2));
    if (kept !== -1) call.setExpire(key, kept);
    call.changed(key);
    call.notify('$', 'set', key);
    if (options.get) call.rewriteAs(withoutGet(call));
  }
  if (!options.get) call.reply.ok();
}

/** Replicas get the Unix time, not the duration, because a duration would start when they execute the command. */
function setUntil(call: DataCall, valueIndex: number, instant: number): void {
  const key = call.str(1);
  call.storeArgument(1, valueIndex);
  call.setExpire(key, instant);
  call.changed(key);
  call.notify('$', 'set', key);
  call.rewrite('SET', key, call.arg(valueIndex), 'PXAT', String(instant));
  call.notify('g', 'expire', key);
}

/** SET's arguments without GET, whose reply is not used on a replica. */
function withoutGet(call: DataCall): Bytes[] {
  return call.argsFrom(0).filter((_, index) => index < 3 || call.word(index) !== 'get');
}

/** Replies with the string at argument 1, or null. Returns false after the error reply for another type. */
function replyOld(call: DataCall): boolean {
  const row = call.readRow(1);
  if (row === 0) {
    call.reply.null();
  } else if (!call.db.writeStringTo(call.reply, row)) {
    call.reply.error(replyErrors.wrongType);
    return false;
  }
  return true;
}

function setnx(call: DataCall): void {
  if (call.writeRow(1) !== 0) {
    call.reply.integer(0);
    return;
  }
  setWhole(call, 1, 2);
  call.reply.integer(1);
}

function setex(call: DataCall): void {
  setFor(call, { unit: 'seconds', absolute: false });
}

function psetex(call: DataCall): void {
  setFor(call, { unit: 'milliseconds', absolute: false });
}

function setFor(call: DataCall, form: TimeForm): void {
  const instant = positiveInstant(call, 2, form, call.entry.name);
  if (instant === undefined) return;
  expireFirst(call, 1);
  setUntil(call, 3, instant);
  call.reply.ok();
}

function getset(call: DataCall): void {
  if (!replyOld(call)) return;
  setWhole(call, 1, 2);
  call.rewrite('SET', call.arg(1), call.arg(2));
}

function getdel(call: DataCall): void {
  const key = call.str(1);
  if (!replyOld(call)) return;
  if (call.write(key) === undefined) return;
  deleteAs(call, key);
}

/** Deletes an existing key, and propagates DEL instead of this command. */
function deleteAs(call: DataCall, key: string): void {
  call.db.delete(key);
  call.rewrite('DEL', key);
  call.changed(key);
  call.notify('g', 'del', key);
}

function getex(call: DataCall): void {
  const options = parseGetexOptions(call);
  if (options === undefined) return;
  const key = call.str(1);
  const value = call.read(key);
  if (value === undefined) {
    call.reply.null();
    return;
  }
  if (!isString(value)) {
    call.reply.error(replyErrors.wrongType);
    return;
  }
  const { expiry } = options;
  if (expiry === undefined) {
    call.reply.bulk(value);
    if (options.persist && call.db.persist(key)) {
      call.changed(key);
      call.rewrite('PERSIST', key);
      call.notify('g', 'persist', key);
    }
    return;
  }
  const instant = positiveInstant(call, expiry.argument, expiry, 'getex');
  if (instant === undefined) return;
  call.reply.bulk(value);
  if (expiry.absolute && meansDeletion(call, instant)) {
    deleteAs(call, key);
    return;
  }
  call.setExpire(key, instant);
  call.changed(key);
  call.rewrite('PEXPIREAT', key, String(instant));
  call.notify('g', 'expire', key);
}

function mget(call: DataCall): void {
  const { reply, argc } = call;
  reply.array(argc - 1);
  for (let i = 1; i < argc; i += 1) {
    const row = call.readRow(i);
    if (row === 0 || !call.db.writeStringTo(reply, row)) reply.null();
  }
}

function mset(call: DataCall): void {
  if (call.argc % 2 === 0) {
    call.wrongArity();
    return;
  }
  setPairs(call);
  call.reply.ok();
}

function msetnx(call: DataCall): void {
  if (call.argc % 2 === 0) {
    call.wrongArity();
    return;
  }
  for (let i = 1; i < call.argc; i += 2) {
    if (call.writeRow(i) !== 0) {
      call.reply.integer(0);
      return;
    }
  }
  setPairs(call);
  call.reply.integer(1);
}

function setPairs(call: DataCall): void {
  for (let i = 1; i < call.argc; i += 2) setWhole(call, i, i + 1);
}
