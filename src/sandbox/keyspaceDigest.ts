/**
 * The contents of databases for the state digest, which cannot walk them: copies of a world share pages
 * and containers (engine/data). A change that leaks from one copy into another changes the digest, even
 * if no size changes.
 *
 * The cost of a periodic digest does not depend on the size: it covers a few databases, the next few
 * slots of each, and the next few elements of a container. `turn`, which grows by one with each digest,
 * selects them: 1,000 keys have all been covered after 16 digests. Without a turn everything is covered.
 *
 * Invariant: an original and its copy have equal digests; a key's slot and an element's position are the
 * same in both.
 */

import type { Database } from '../engine/data/table/database.ts';
import type { Keyspace } from '../engine/data/table/keyspace.ts';
import { type Collection, isString, type Value } from '../engine/data/types/value.ts';
import { unreachable } from '../engine/machine/errors.ts';
import type { Machine } from '../engine/machine/machine.ts';
import type { Bytes } from '../engine/resp/bytes.ts';
import { Server } from '../engine/server/server.ts';
import type { Hash } from '../world/hash.ts';

/** The number of databases, keys and elements in the window of a turn. */
const DATABASES = 16;
const KEYS = 64;
const ELEMENTS = 16;
/** How many bytes at both ends of a long value are covered. */
const END_BYTES = 256;

/**
 * The number of the periodic digest, or of rounds through the container around; undefined:
 * everything.
 */
type Turn = number | undefined;

/** A server that has not read its configuration has no keyspace yet. */
export function digestServer(machine: Machine, hash: Hash, turn: Turn): void {
  const keyspace = machine instanceof Server ? machine.keyspace : undefined;
  if (keyspace !== undefined) digestKeyspace(keyspace, hash, turn);
}

export function digestKeyspace(keyspace: Keyspace, hash: Hash, turn: Turn): void {
  const { databases } = keyspace;
  const { start, count, round } = windowOf(databases.length, DATABASES, turn);
  for (const database of databases.slice(start, start + count)) {
    if (database.size > 0) digestDatabase(database, hash, round);
  }
}

function digestDatabase(database: Database, hash: Hash, turn: Turn): void {
  const { size } = database;
  const { start, count, round } = windowOf(size, KEYS, turn);
  hash.word(database.index);
  hash.number(size);
  hash.number(database.expiresCount);
  hash.number(database.usedBytes);
  database.scan(size - start, count, (key, reference, expireAt) => {
    hash.text(key);
    hash.number(expireAt);
    digestValue(database.valueAt(reference), hash, round);
  });
}

/** The part of `size` items that a turn covers; `round` counts the rounds through all of them. */
function windowOf(
  size: number,
  countMax: number,
  turn: Turn,
): { start: number; count: number; round: Turn } {
  if (turn === undefined) return { start: 0, count: size, round: undefined };
  const windows = Math.max(1, Math.ceil(size / countMax));
  const start = countMax * (turn % windows);
  return { start, count: countMax, round: Math.floor(turn / windows) };
}

function digestValue(value: Value, hash: Hash, turn: Turn): void {
  if (isString(value)) {
    digestBytes(value, hash);
    return;
  }
  const size = value.type === 'list' ? value.length : value.size;
  hash.number(size);
  const { start, count } = windowOf(size, ELEMENTS, turn);
  digestElements(value, start, count, hash);
}

/** The elements of a list from `start` on; other containers are scanned from the end. */
function digestElements(value: Collection, start: number, count: number, hash: Hash): void {
  switch (value.type) {
    case 'list':
      value.range(start, Math.min(start + count, value.length) - 1, (item) =>
        digestBytes(item, hash),
      );
      return;
    case 'set':
      value.scan(value.size - start, count, (member) => hash.text(member));
      return;
    case 'hash':
      value.scan(value.size - start, count, (field, item) => {
        hash.text(field);
        digestBytes(item, hash);
      });
      return;
    case 'zset':
      value.scan(value.size - start, count, (member, score) => {
        hash.text(member);
        hash.number(score);
      });
      return;
    default:
      unreachable(value);
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
