/**
 * The content of databases for the state digest, which cannot walk into them: copies of a world share
 * pages and containers (engine/data). What leaks from one copy into another shows in it, also when
 * no size changes.
 *
 * Samples, so that a digest costs the same whatever there is: of every database the next few slots,
 * of a container among them the next few elements. Which ones follows from `turn`, which goes up by
 * one from digest to digest: 1,000 keys have all been looked at after 16 digests.
 *
 * Invariant: an original and its copy digest alike; a key's slot and an element's place are the same
 * in both.
 */

import type { Database } from '../engine/data/table/database.ts';
import type { Keyspace } from '../engine/data/table/keyspace.ts';
import { HashValue } from '../engine/data/types/hash.ts';
import { ListValue } from '../engine/data/types/list.ts';
import { SetValue } from '../engine/data/types/set.ts';
import { isString, type Value } from '../engine/data/types/value.ts';
import type { ZsetValue } from '../engine/data/types/zset.ts';
import type { Machine } from '../engine/machine/machine.ts';
import type { Bytes } from '../engine/resp/bytes.ts';
import { Server } from '../engine/server/server.ts';
import type { Hash } from '../world/hash.ts';

const KEYS = 64;
const ELEMENTS = 16;
/** Of a long value, so much of both ends. */
const END_BYTES = 256;

/** A server that has not read its configuration has no keyspace yet. */
export function digestServer(machine: Machine, hash: Hash, turn: number): void {
  const keyspace = machine instanceof Server ? machine.keyspace : undefined;
  if (keyspace !== undefined) digestKeyspace(keyspace, hash, turn);
}

export function digestKeyspace(keyspace: Keyspace, hash: Hash, turn: number): void {
  for (const database of keyspace.databases) {
    if (database.size > 0) digestDatabase(database, hash, turn);
  }
}

function digestDatabase(database: Database, hash: Hash, turn: number): void {
  const { size } = database;
  const start = KEYS * (turn % windows(size, KEYS));
  const round = Math.floor(turn / windows(size, KEYS));
  hash.word(database.index);
  hash.number(size);
  hash.number(database.expiresCount);
  hash.number(database.usedBytes);
  database.scan(size - start, KEYS, (key, value, expireAt) => {
    hash.text(key);
    hash.number(expireAt);
    digestValue(value, hash, round);
  });
}

/** Turns that it takes to look at all of `size`, `count` at a time. */
function windows(size: number, count: number): number {
  return Math.max(1, Math.ceil(size / count));
}

/** `round` goes up by one each time the key is looked at. */
function digestValue(value: Value, hash: Hash, round: number): void {
  if (isString(value)) {
    digestBytes(value, hash);
  } else if (value instanceof ListValue) {
    hash.number(value.length);
    const start = ELEMENTS * (round % windows(value.length, ELEMENTS));
    const stop = Math.min(start + ELEMENTS, value.length) - 1;
    value.range(start, stop, (item) => digestBytes(item, hash));
  } else {
    hash.number(value.size);
    const start = ELEMENTS * (round % windows(value.size, ELEMENTS));
    scanSome(value, value.size - start, hash);
  }
}

function scanSome(value: SetValue | HashValue | ZsetValue, cursor: number, hash: Hash): void {
  if (value instanceof SetValue) {
    value.scan(cursor, ELEMENTS, (member) => hash.text(member));
  } else if (value instanceof HashValue) {
    value.scan(cursor, ELEMENTS, (field, item) => {
      hash.text(field);
      digestBytes(item, hash);
    });
  } else {
    value.scan(cursor, ELEMENTS, (member, score) => {
      hash.text(member);
      hash.number(score);
    });
  }
}

function digestBytes(bytes: Bytes, hash: Hash): void {
  const { length } = bytes;
  hash.number(length);
  const isLong = length > 2 * END_BYTES;
  const ends = isLong ? [bytes.slice(0, END_BYTES), bytes.slice(length - END_BYTES)] : [bytes];
  for (const end of ends) {
    if (typeof end === 'string') hash.text(end);
    else hash.bytes(end);
  }
}
