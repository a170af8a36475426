/**
 * Digests of data as DEBUG DIGEST and DEBUG DIGEST-VALUE compute them: equal data has equal digests on
 * every server, this one or a real one.
 *
 * There are two operations on a running digest of 20 bytes. `blend` adds bytes independently of their
 * order (xor with their SHA-1). `chain` makes the order matter (blend, then hash the digest itself).
 */

import { unreachable } from '../machine/errors.ts';
import { type Bytes, toBuffer } from '../resp/bytes.ts';
import { formatDouble } from '../resp/double.ts';
import { SHA1_BYTES, sha1Into } from './sha1.ts';
import type { Database } from './table/database.ts';
import type { Keyspace } from './table/keyspace.ts';
import { type Collection, isString, type TypeName, typeName, type Value } from './types/value.ts';

/** Redis's type numbers, which are part of the digest. */
const TYPE_NUMBERS = {
  string: 0,
  list: 1,
  set: 2,
  zset: 3,
  hash: 4,
} satisfies Record<TypeName, number>;

const EXPIRE_MARK = Buffer.from('!!expire!!');

const hash = Buffer.alloc(SHA1_BYTES);

/** DEBUG DIGEST: 40 hexadecimal digits, all zero if there are no keys. */
export function dbDigest(keyspace: Keyspace): string {
  const digest = Buffer.alloc(SHA1_BYTES);
  for (const database of keyspace.databases) {
    if (database.size > 0) addDatabase(digest, database);
  }
  return digest.toString('hex');
}

/** DEBUG DIGEST-VALUE of a key with this value. It depends on whether the key has an expiry, not on the time. */
export function digestValue(value: Value, hasExpiry = false): string {
  const digest = Buffer.alloc(SHA1_BYTES);
  addValue(digest, value, hasExpiry);
  return digest.toString('hex');
}

function addDatabase(digest: Buffer, database: Database): void {
  chainNumber(digest, database.index);
  const entry = Buffer.alloc(SHA1_BYTES);
  database.forEach((key, value, expireAt) => {
    entry.fill(0);
    chain(entry, key);
    addValue(entry, value, expireAt !== -1);
    blend(digest, entry);
  });
}

function addValue(digest: Buffer, value: Value, hasExpiry: boolean): void {
  chainNumber(digest, TYPE_NUMBERS[typeName(value)]);
  if (isString(value)) chain(digest, value);
  else addElements(digest, value);
  if (hasExpiry) blend(digest, EXPIRE_MARK);
}

function addElements(digest: Buffer, value: Collection): void {
  switch (value.type) {
    case 'list':
      value.forEach((item) => {
        chain(digest, item);
      });
      return;
    case 'set':
      value.forEach((member) => {
        blend(digest, member);
      });
      return;
    case 'hash':
      value.forEach((field, item) => {
        blendPair(digest, field, item);
      });
      return;
    case 'zset':
      value.forEach((member, score) => {
        blendPair(digest, member, formatDouble(score));
      });
      return;
    default:
      unreachable(value);
  }
}

function blendPair(digest: Buffer, first: Bytes, second: Bytes): void {
  const pair = Buffer.alloc(SHA1_BYTES);
  chain(pair, first);
  chain(pair, second);
  blend(digest, pair);
}

function blend(digest: Buffer, bytes: Bytes): void {
  sha1Into(hash, toBuffer(bytes), bytes.length);
  for (let i = 0; i < SHA1_BYTES; i += 1) digest[i]! ^= hash[i]!;
}

function chain(digest: Buffer, bytes: Bytes): void {
  blend(digest, bytes);
  sha1Into(digest, digest, SHA1_BYTES);
}

function chainNumber(digest: Buffer, number: number): void {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(number);
  chain(digest, bytes);
}
