/** The memory model: figures of redis-server 7.0.15, and an account that never drifts. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bucketBytes, DICT_ENTRY_BYTES, keyBytes } from '../../../src/engine/data/memory.ts';
import { Keyspace } from '../../../src/engine/data/table/keyspace.ts';
import { isString, valueBytes } from '../../../src/engine/data/types/value.ts';
import { copyState } from '../../../src/engine/machine/state.ts';
import { changeBoth, emptyPair, randomFor, word } from './models.ts';

test('strings cost what they cost in redis-server', () => {
  // Measured: used_memory of 8192 keys `key:000001`, divided by their number.
  const measured: [string, number][] = [
    ['x'.repeat(20), 104],
    ['x'.repeat(30), 120],
    ['x'.repeat(44), 120],
    ['x'.repeat(45), 136],
    ['x'.repeat(60), 136],
    ['x'.repeat(100), 184],
  ];
  for (const [value, bytes] of measured) {
    const keyspace = new Keyspace(1);
    for (let i = 1; i <= 8192; i += 1) {
      keyspace.databases[0]!.set(`key:${String(i).padStart(6, '0')}`, value);
    }
    assert.equal(keyspace.usedBytes / 8192, bytes);
  }
});

test('integers are shared up to 9999 and one object above', () => {
  assert.deepEqual(
    ['0', '9999', '10000', '-1', '9223372036854775807'].map(valueBytes),
    [0, 0, 16, 16, 16],
  );
  assert.deepEqual(['007', '-0', '9223372036854775808'].map(valueBytes), [32, 32, 48]);
});

test('the account is the sum over all keys, through changes, copies and moves', () => {
  const random = randomFor('account', 1);
  let keyspace = new Keyspace(2);
  for (let step = 0; step < 20_000; step += 1) {
    const [database, other] = random.chance(0.5)
      ? [keyspace.databases[0]!, keyspace.databases[1]!]
      : [keyspace.databases[1]!, keyspace.databases[0]!];
    const key = word(random, 300);
    const value = database.own(key);
    const action = random.below(12);
    if (action < 3) database.set(key, word(random, 100_000));
    else if (action < 5) database.set(key, emptyPair(random).value);
    else if (action === 5) database.delete(key);
    else if (action === 6 && value !== undefined) database.setExpireAt(key, 1);
    else if (action === 7 && value !== undefined) other.set(key, database.take(key)!);
    else if (action === 8 && value !== undefined) database.set(key, value);
    else if (value !== undefined && !isString(value)) {
      const pair = emptyPair(random);
      while (pair.value.constructor !== value.constructor) Object.assign(pair, emptyPair(random));
      changeBoth(random, pair.value, pair.model, 300);
      for (let n = 0; n < 30; n += 1) changeBoth(random, pair.value, pair.model, 300);
      database.set(key, pair.value);
    }
    if (random.chance(0.002)) keyspace.snapshot();
    if (random.chance(0.002)) keyspace = copyState(keyspace);
  }
  for (const database of keyspace.databases) {
    let bytes = bucketBytes(database.size) + bucketBytes(database.expiresCount);
    database.forEach((key, value, expireAt) => {
      bytes += keyBytes(key.length) + valueBytes(value) + (expireAt === -1 ? 0 : DICT_ENTRY_BYTES);
    });
    assert.equal(database.usedBytes, bytes);
    database.clear();
    assert.equal(database.usedBytes, 0);
  }
});

test('a container that grows in place is accounted for', () => {
  const random = randomFor('growth', 1);
  const keyspace = new Keyspace(1);
  const database = keyspace.databases[0]!;
  for (let n = 0; n < 12; n += 1) {
    const pair = emptyPair(random);
    database.set(`k${n}`, pair.value);
    for (let step = 0; step < 2000; step += 1) {
      const value = database.own(`k${n}`)!;
      changeBoth(random, value, pair.model, 1000);
      if (step % 700 === 0) keyspace.snapshot();
    }
  }
  const total = database.usedBytes;
  let bytes = bucketBytes(12);
  database.forEach((key, value) => {
    bytes += keyBytes(key.length) + valueBytes(value);
  });
  assert.equal(total, bytes);
  for (let n = 0; n < 12; n += 1) database.delete(`k${n}`);
  assert.equal(database.usedBytes, 0);
});
