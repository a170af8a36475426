/** Commands that iterate over, count, empty or swap whole databases. */

import type { Database } from '../data/table/database.ts';
import { typeName } from '../data/types/value.ts';
import type { DataCall } from '../execution/dataCall.ts';
import { globMatch, matchesAll } from '../process/glob.ts';
import { replyErrors } from '../process/replyErrors.ts';
import { hasExpired } from './expireTime.ts';
import { matches, readCursor, readScanOptions, replyScanned } from './scanOptions.ts';

/** Maximum number of draws on a replica whose keys all have an expiry (dbRandomKey): see randomkey. */
const RANDOM_DRAWS_MAX = 100;

/** KEYS omits expired keys but does not delete them. */
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

/** SCAN visits COUNT slots and filters them by MATCH and TYPE, so a reply may be empty before the end. */
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
  // Expired keys are deleted, as by a read, but only after the scan: it must not be disturbed.
  for (const key of expired) call.write(key);
  replyScanned(call, next, found);
}

/**
 * RANDOMKEY. An expired key is deleted and another key is drawn. A replica does not delete expired
 * keys: if all its keys have an expiry, it replies with an expired one after RANDOM_DRAWS_MAX draws.
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

/** DBSIZE. As in Redis, it counts expired keys that have not been deleted yet. */
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

/** Checks `[SYNC | ASYNC]`, which has no effect here: freeing the memory takes no time. */
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
