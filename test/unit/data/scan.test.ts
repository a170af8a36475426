/** What is there during the whole scan is visited, whatever else comes and goes. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Keyspace } from '../../../src/engine/data/table/keyspace.ts';
import { HashValue } from '../../../src/engine/data/types/hash.ts';
import { SetValue } from '../../../src/engine/data/types/set.ts';
import { ZsetValue } from '../../../src/engine/data/types/zset.ts';
import type { Random } from '../../../src/engine/machine/random.ts';
import { randomFor } from './models.ts';

interface Scannable {
  add(key: string): void;
  delete(key: string): void;
  scan(cursor: number, count: number, visit: (key: string) => void): number;
}

const scannables: Record<string, () => Scannable> = {
  database: () => {
    const database = new Keyspace(1).databases[0]!;
    return {
      add: (key) => database.set(key, 'v'),
      delete: (key) => database.delete(key),
      scan: (cursor, count, visit) => database.scan(cursor, count, visit),
    };
  },
  hash: () => {
    const hash = new HashValue();
    return {
      add: (key) => hash.set(key, 'v'),
      delete: (key) => hash.delete(key),
      scan: (cursor, count, visit) => hash.scan(cursor, count, visit),
    };
  },
  set: () => {
    const set = new SetValue();
    return {
      add: (key) => set.add(key),
      delete: (key) => set.delete(key),
      scan: (cursor, count, visit) => set.scan(cursor, count, visit),
    };
  },
  zset: () => {
    const zset = new ZsetValue();
    return {
      add: (key) => zset.set(key, 1),
      delete: (key) => zset.delete(key),
      scan: (cursor, count, visit) => zset.scan(cursor, count, visit),
    };
  },
};

/** Adds and deletes up to `changes` keys between calls, adding with the probability given. */
function scanWhileChanging(
  random: Random,
  target: Scannable,
  keys: number,
  changes: number,
  adding: number,
): void {
  const steady = new Set<string>();
  const passing: string[] = [];
  for (let i = 0; i < keys; i += 1) {
    const isSteady = random.chance(0.4);
    const key = `${isSteady ? 'steady' : 'passing'}:${i}`;
    target.add(key);
    if (isSteady) steady.add(key);
    else passing.push(key);
  }
  let cursor = 0;
  let added = 0;
  do {
    cursor = target.scan(cursor, 1 + random.below(10), (key) => steady.delete(key));
    for (let n = random.below(changes); n > 0; n -= 1) {
      if (random.chance(adding)) {
        const key = `added:${added++}`;
        target.add(key);
        passing.push(key);
      } else if (passing.length > 0) {
        const at = random.below(passing.length);
        target.delete(passing[at]!);
        passing[at] = passing.at(-1)!;
        passing.pop();
      }
    }
  } while (cursor !== 0);
  assert.deepEqual(steady, new Set());
}

for (const [name, make] of Object.entries(scannables)) {
  test(`${name}: a scan visits what stays`, () => {
    const random = randomFor(`scan ${name}`, 1);
    for (const keys of [1, 10, 100, 160, 1000, 3000]) {
      scanWhileChanging(random, make(), keys, 12, 0.4);
      scanWhileChanging(random, make(), keys, 12, 0.5);
      scanWhileChanging(random, make(), keys, 60, 0.1);
      scanWhileChanging(random, make(), keys, 300, 0.1);
    }
  });
}

test('a scan of an unchanged database visits each key once', () => {
  const database = new Keyspace(1).databases[0]!;
  for (let i = 0; i < 2500; i += 1) database.set(`k${i}`, 'v');
  const seen: string[] = [];
  let cursor = 0;
  do {
    cursor = database.scan(cursor, 7, (key) => seen.push(key));
  } while (cursor !== 0);
  assert.equal(seen.length, 2500);
  assert.equal(new Set(seen).size, 2500);
  assert.equal(
    database.scan(0, 5000, () => undefined),
    0,
  );
});

test('the expire cycle visits each key with an expiry, though it deletes some', () => {
  const random = randomFor('expire cycle', 1);
  const database = new Keyspace(1).databases[0]!;
  const due = new Set<string>();
  for (let i = 0; i < 20_000; i += 1) {
    database.set(`k${i}`, 'v');
    // Whole pages of keys without an expiry lie between those with one.
    if (Math.floor(i / 3000) % 2 === 1 || !random.chance(0.05)) continue;
    database.setExpireAt(`k${i}`, i);
    due.add(`k${i}`);
  }
  assert.equal(database.expiresCount, due.size);
  let cursor = 0;
  do {
    cursor = database.sampleExpire(cursor, 20, (key, expireAt) => {
      assert.equal(key, `k${expireAt}`);
      assert.ok(due.delete(key));
      if (random.chance(0.7)) database.delete(key);
    });
  } while (cursor !== 0);
  assert.deepEqual(due, new Set());
});
