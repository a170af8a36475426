/** Commands that walk, count, empty or exchange whole databases. */

import type { Database } from '../data/table/database.ts';
import { typeName } from '../data/types/value.ts';
import type { DataCall } from '../execution/dataCall.ts';
import { globMatch, matchesAll } from '../process/glob.ts';
import { replyErrors } from '../process/replyErrors.ts';
import { hasExpired } from './expireTime.ts';
import { matches, readCursor, readScanOptions, replyScanned } from './scanOptions.ts';

/** Draws for a live key when every key has an expiry and none may be deleted here: see randomkey. */
const RANDOM_DRAWS_MAX = 100;

/** Keys that have expired are left out but not deleted: KEYS only looks. */
export function keys(call: DataCall): void {
  const pattern = call.str(1);
  const all = matchesAll(pattern);
  const now = call.nowMs;
  const found: string[] = [];
  call.db.forEachKey((key, expireAt) => {
    if ((all || globMatch(pattern, key)) && !hasExpired(expireAt, now)) found.push(key);
  });
  call.reply.array(found.length);
  for (const key of found) call.reply.bulk(key);
}

/** MATCH and TYPE sort out what COUNT slots held, so a reply may be empty though keys are to come. */
export function scan(call: DataCall): void {
  const cursor = readCursor(call, 1);
  if (cursor === undefined) return;
  const options = readScanOptions(call, 1, true);
  if (options === undefined) return;
  const found: string[] = [];
  const expired: string[] = [];
  const now = call.nowMs;
  const { db } = call;
  const isWanted = (reference: number) =>
    options.type === undefined || typeName(db.valueAt(reference)) === options.type;
  const next = db.scan(cursor, options.count, (key, reference, expireAt) => {
    if (!matches(options, key)) return;
    if (hasExpired(expireAt, now)) expired.push(key);
    else if (isWanted(reference)) found.push(key);
  });
  // Meeting an expired key deletes it, as reading one does; after the walk, which must not be changed.
  for (const key of expired) call.write(key);
  replyScanned(call, next, found);
}

/**
 * An expired key that is drawn gets deleted and another one drawn. A replica deletes nothing by
 * itself: when all its keys have an expiry it gives up after some draws and shows what it drew.
 */
export function randomkey(call: DataCall): void {
  const { db } = call;
  for (let draw = 1; ; draw += 1) {
    const key = db.randomKey(call.random);
    if (key === undefined) {
      call.reply.null();
      return;
    }
    const live = !hasExpired(db.expireAt(key), call.nowMs) || call.write(key) !== undefined;
    if (live || (draw >= RANDOM_DRAWS_MAX && db.expiresCount === db.size)) {
      call.reply.bulk(key);
      return;
    }
  }
}

/** Expired keys that nobody has deleted yet count, as in Redis. */
export function dbsize(call: DataCall): void {
  call.reply.integer(call.db.size);
}

export function flushdb(call: DataCall): void {
  if (!flushOptionsValid(call)) return;
  call.emptyDatabases(call.db);
  call.reply.ok();
}

export function flushall(call: DataCall): void {
  if (!flushOptionsValid(call)) return;
  call.emptyDatabases(undefined);
  call.reply.ok();
}

/** SYNC and ASYNC say who frees the memory; here nobody has to. */
function flushOptionsValid(call: DataCall): boolean {
  const valid =
    call.argc === 1 || (call.argc === 2 && (call.word(1) === 'sync' || call.word(1) === 'async'));
  if (!valid) call.syntaxError();
  return valid;
}

export function swapdb(call: DataCall): void {
  const first = call.int32(1, 'ERR invalid first DB index');
  if (first === undefined) return;
  const second = call.int32(2, 'ERR invalid second DB index');
  if (second === undefined) return;
  const { databases } = call.keyspace;
  const a: Database | undefined = databases[first];
  const b: Database | undefined = databases[second];
  if (a === undefined || b === undefined) {
    call.reply.error(replyErrors.dbIndexOutOfRange);
    return;
  }
  call.swapDatabases(a, b);
  call.reply.ok();
}
