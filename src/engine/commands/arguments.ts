/** What several families do with arguments and values: integers that clamp, keys that are made. */

import type { Database } from '../data/table/database.ts';
import type { Value } from '../data/types/value.ts';
import type { DataCall } from '../execution/dataCall.ts';
import { replyErrors } from '../process/replyErrors.ts';
import type { Bytes } from '../resp/bytes.ts';

/** The reply to a command that would make a string longer than `call.stringBytesMax`. */
export const STRING_TOO_LONG = 'ERR string exceeds maximum allowed size (proto-max-bulk-len)';

/** The database an argument names; replies and gives undefined when there is none. */
export function databaseArgument(call: DataCall, index: number): Database | undefined {
  const number = call.int32(index);
  if (number === undefined) return undefined;
  const database = call.keyspace.databases[number];
  if (database === undefined) call.reply.error(replyErrors.dbIndexOutOfRange);
  return database;
}

/** Inserts or replaces; a key that is new is announced as such. Any expiry is removed. */
export function storeValue(
  call: DataCall,
  key: string,
  value: Value,
  db: Database = call.db,
): void {
  const size = db.size;
  db.set(key, value);
  if (db.size !== size) call.notify('n', 'new', key, db);
}

/** As storeValue, but an expiry stays. */
export function replaceValue(
  call: DataCall,
  key: string,
  old: Value | undefined,
  value: Value,
): void {
  if (old === undefined) storeValue(call, key, value);
  else call.db.replace(key, value);
}

/**
 * A copy of a string to edit in place, `sizeMin` bytes or more, zeros at its end. It is then stored
 * as the Buffer it is, however short: that is what marks an edited string (encoding.ts).
 */
export function copyForEdit(value: Bytes | undefined, sizeMin: number): Buffer {
  const length = value === undefined ? 0 : value.length;
  // Never from Node's shared pool: a short stored Buffer would keep 8 KB alive.
  const copy = Buffer.allocUnsafeSlow(Math.max(length, sizeMin));
  if (typeof value === 'string') copy.latin1Write(value, 0);
  else value?.copy(copy);
  return copy.fill(0, length);
}
