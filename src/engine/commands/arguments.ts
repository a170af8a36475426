/** Arguments and values that several families handle alike: database numbers, stored values, edited strings. */

import type { Database } from '../data/table/database.ts';
import type { Value } from '../data/types/value.ts';
import type { DataCall } from '../execution/dataCall.ts';
import { replyErrors } from '../process/replyErrors.ts';
import type { Bytes } from '../resp/bytes.ts';

/** The reply to a command that would make a string longer than `call.stringBytesMax`. */
export const STRING_TOO_LONG = 'ERR string exceeds maximum allowed size (proto-max-bulk-len)';

/** The database named by argument `index`. Replies with an error and returns undefined if there is none. */
export function databaseArgument(call: DataCall, index: number): Database | undefined {
  const number = call.int32(index);
  if (number === undefined) return undefined;
  const database = call.keyspace.databases[number];
  if (database === undefined) call.reply.error(replyErrors.dbIndexOutOfRange);
  return database;
}

/** Inserts or replaces a value and removes the key's expiry. A new key is announced by the event `new`. */
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

/** As storeValue, but keeps the key's expiry. */
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
 * A copy of a string for editing, padded with zeros to at least `sizeMin` bytes. The caller stores the
 * Buffer itself, even if it is short: this marks an edited string (encoding.ts).
 */
export function copyForEdit(value: Bytes | undefined, sizeMin: number): Buffer {
  const length = value === undefined ? 0 : value.length;
  // Never from Node's shared pool: a short stored Buffer would keep 8 KB alive.
  const copy = Buffer.allocUnsafeSlow(Math.max(length, sizeMin));
  if (typeof value === 'string') copy.latin1Write(value, 0);
  else value?.copy(copy);
  return copy.fill(0, length);
}
