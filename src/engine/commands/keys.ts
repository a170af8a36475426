/**
 * Commands on keys with values of any type: the declarations of all of them, and the handlers that
 * delete, test, move and copy keys. The handlers for whole databases are in wholeDatabases.ts, OBJECT
 * is in object.ts.
 */

import type { Database } from '../data/table/database.ts';
import { isString, typeName, type Value } from '../data/types/value.ts';
import type { DataCall } from '../execution/dataCall.ts';
import type { CommandFlag, CommandSpec } from '../process/commandTable.ts';
import { keyAt, keysFrom } from '../process/keySpecs.ts';
import { replyErrors } from '../process/replyErrors.ts';
import { databaseArgument, storeValue } from './arguments.ts';
import { family } from './family.ts';
import { objectCommand } from './object.ts';
import { dbsize, flushall, flushdb, keys, randomkey, scan, swapdb } from './wholeDatabases.ts';

const SAME_OBJECT = 'ERR source and destination objects are the same';

const WRITE: readonly CommandFlag[] = ['write'];
const WRITE_FAST: readonly CommandFlag[] = ['write', 'fast'];
const READ: readonly CommandFlag[] = ['readonly'];
const READ_FAST: readonly CommandFlag[] = ['readonly', 'fast'];

const spec = family('keyspace');
const dangerous = family('keyspace', 'dangerous');

export const keyCommands: readonly CommandSpec<DataCall>[] = [
  spec('del', '1.0.0', -2, WRITE, [keysFrom('RM delete')], del, {
    tips: ['request_policy:multi_shard', 'response_policy:agg_sum'],
  }),
  spec('unlink', '4.0.0', -2, WRITE_FAST, [keysFrom('RM delete')], del, {
    tips: ['request_policy:multi_shard', 'response_policy:agg_sum'],
  }),
  spec('exists', '1.0.0', -2, READ_FAST, [keysFrom('RO')], exists, {
    tips: ['request_policy:multi_shard', 'response_policy:agg_sum'],
  }),
  spec('touch', '3.2.1', -2, READ_FAST, [keysFrom('RO')], exists, {
    tips: ['request_policy:multi_shard', 'response_policy:agg_sum'],
  }),
  spec('type', '1.0.0', 2, READ_FAST, [keyAt('RO')], type),
  spec('rename', '1.0.0', 3, WRITE, [keyAt('RW access delete'), keyAt('OW update', 2)], (call) =>
    rename(call, false),
  ),
  spec(
    'renamenx',
    '1.0.0',
    3,
    WRITE_FAST,
    [keyAt('RW access delete'), keyAt('OW insert', 2)],
    (call) => rename(call, true),
  ),
  spec(
    'copy',
    '6.2.0',
    -3,
    ['write', 'denyoom'],
    [keyAt('RO access'), keyAt('OW update', 2)],
    copy,
  ),
  spec('move', '1.0.0', 3, WRITE_FAST, [keyAt('RW access update')], move),
  dangerous('keys', '1.0.0', 2, READ, [], keys, {
    tips: ['request_policy:all_shards', 'nondeterministic_output_order'],
  }),
  spec('scan', '2.8.0', -2, READ, [], scan, {
    tips: ['nondeterministic_output', 'request_policy:special'],
    traits: ['touches_arbitrary_keys'],
  }),
  spec('randomkey', '1.0.0', 1, READ, [], randomkey, {
    tips: ['request_policy:all_shards', 'nondeterministic_output'],
    traits: ['touches_arbitrary_keys'],
  }),
  spec('dbsize', '1.0.0', 1, READ_FAST, [], dbsize, {
    tips: ['request_policy:all_shards', 'response_policy:agg_sum'],
  }),
  dangerous('flushdb', '1.0.0', -1, WRITE, [], flushdb, {
    tips: ['request_policy:all_shards', 'response_policy:all_succeeded'],
  }),
  dangerous('flushall', '1.0.0', -1, WRITE, [], flushall, {
    tips: ['request_policy:all_shards', 'response_policy:all_succeeded'],
  }),
  dangerous('swapdb', '4.0.0', 3, WRITE_FAST, [], swapdb),
  objectCommand,
];

function del(call: DataCall): void {
  let deleted = 0;
  for (let i = 1; i < call.argc; i += 1) {
    const row = call.writeRow(i);
    if (row === 0) continue;
    call.db.deleteAt(row);
    call.changedAt(i);
    call.notifyAt('g', 'del', i);
    deleted += 1;
  }
  call.reply.integer(deleted);
}

/** EXISTS and TOUCH, which count the same keys. A key named twice counts twice. */
function exists(call: DataCall): void {
  let count = 0;
  for (let i = 1; i < call.argc; i += 1) {
    if (call.readRow(i) !== 0) count += 1;
  }
  call.reply.integer(count);
}

function type(call: DataCall): void {
  const value = call.read(call.str(1));
  call.reply.simple(value === undefined ? 'none' : typeName(value));
}

function rename(call: DataCall, onlyNew: boolean): void {
  const from = call.str(1);
  const to = call.str(2);
  if (call.write(from) === undefined) {
    call.reply.error(replyErrors.noSuchKey);
    return;
  }
  const taken = call.write(to) !== undefined;
  if (onlyNew && taken) {
    call.reply.integer(0);
    return;
  }
  if (from !== to) {
    const { db } = call;
    if (taken) db.delete(to);
    moveKey(call, db, from, db, to);
    call.notify('g', 'rename_from', from);
    call.notify('g', 'rename_to', to);
  }
  if (onlyNew) call.reply.integer(1);
  else call.reply.ok();
}

/** Moves a key with its expiry to another name or database, where no key may exist. */
function moveKey(call: DataCall, db: Database, from: string, target: Database, to: string): void {
  const instant = db.expireAt(from);
  const value = db.take(from)!;
  storeValue(call, to, value, target);
  if (instant !== -1) call.setExpire(to, instant, target);
  // This is one change, which breaks WATCH of both keys.
  call.changed(from, 1, db);
  call.changed(to, 0, target);
}

function move(call: DataCall): void {
  const target = databaseArgument(call, 2);
  if (target === undefined) return;
  const { db } = call;
  if (target === db) {
    call.reply.error(SAME_OBJECT);
    return;
  }
  const key = call.str(1);
  if (call.write(key) === undefined || call.write(key, target) !== undefined) {
    call.reply.integer(0);
    return;
  }
  moveKey(call, db, key, target, key);
  call.notify('g', 'move_from', key, db);
  call.notify('g', 'move_to', key, target);
  call.reply.integer(1);
}

function copy(call: DataCall): void {
  const options = parseCopyOptions(call);
  if (options === undefined) return;
  const { target, replace } = options;
  const from = call.str(1);
  const to = call.str(2);
  if (target === call.db && from === to) {
    call.reply.error(SAME_OBJECT);
    return;
  }
  const value = call.read(from);
  if (value === undefined) {
    call.reply.integer(0);
    return;
  }
  if (call.write(to, target) !== undefined) {
    if (!replace) {
      call.reply.integer(0);
      return;
    }
    target.delete(to);
  }
  const instant = call.db.expireAt(from);
  storeValue(call, to, cloneOf(value), target);
  if (instant !== -1) call.setExpire(to, instant, target);
  call.changed(to, 1, target);
  call.notify('g', 'copy_to', to, target);
  call.reply.integer(1);
}

function parseCopyOptions(call: DataCall): { target: Database; replace: boolean } | undefined {
  let target = call.db;
  let replace = false;
  for (let at = 3; at < call.argc; at += 1) {
    const word = call.word(at);
    if (word === 'replace') {
      replace = true;
    } else if (word === 'db' && at + 1 < call.argc) {
      at += 1;
      const named = databaseArgument(call, at);
      if (named === undefined) return undefined;
      target = named;
    } else {
      call.syntaxError();
      return undefined;
    }
  }
  return { target, replace };
}

/** A copy of the value. Strings are immutable and shared. */
function cloneOf(value: Value): Value {
  return isString(value) ? value : value.clone();
}
