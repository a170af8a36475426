/** Databases against a model, with snapshots and copies of the state taken at random moments. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Database } from '../../../src/engine/data/table/database.ts';
import { Keyspace, type KeyspaceSnapshot } from '../../../src/engine/data/table/keyspace.ts';
import { HashValue } from '../../../src/engine/data/types/hash.ts';
import { isString } from '../../../src/engine/data/types/value.ts';
import { InvariantError } from '../../../src/engine/machine/errors.ts';
import type { Random } from '../../../src/engine/machine/random.ts';
import { copyState } from '../../../src/engine/machine/state.ts';
import {
  assertContent,
  changeBoth,
  copyModel,
  emptyPair,
  type Model,
  randomFor,
  word,
} from './models.ts';

const DATABASES = 2;

interface Entry {
  model: Model;
  expireAt: number;
}
type DatabaseModel = Map<string, Entry>;

interface World {
  readonly keyspace: Keyspace;
  readonly models: DatabaseModel[];
}

function copyModels(models: DatabaseModel[]): DatabaseModel[] {
  return models.map(
    (model) =>
      new Map(
        [...model].map(([key, { model: value, expireAt }]) => [
          key,
          { model: copyModel(value), expireAt },
        ]),
      ),
  );
}

/** One random command on a database and its model. */
function change(random: Random, world: World, words: number): void {
  const number = random.below(DATABASES);
  const database = world.keyspace.databases[number]!;
  const model = world.models[number]!;
  const key = word(random, words);
  const entry = model.get(key);
  const action = random.below(100);
  if (action < 30) {
    const text = word(random, 1000);
    database.set(key, text);
    model.set(key, { model: { type: 'string', text }, expireAt: -1 });
  } else if (action < 45) {
    const pair = emptyPair(random);
    changeBoth(random, pair.value, pair.model, 50);
    database.set(key, pair.value);
    model.set(key, { model: pair.model, expireAt: -1 });
  } else if (action < 70) {
    const owned = database.own(key);
    if (owned !== undefined && !isString(owned)) changeBoth(random, owned, entry!.model, 400);
  } else if (action < 80) {
    assert.equal(database.delete(key), model.delete(key));
  } else if (action < 88 && entry !== undefined) {
    entry.expireAt = random.below(1_000_000);
    database.setExpireAt(key, entry.expireAt);
  } else if (action < 92) {
    const had = entry !== undefined && entry.expireAt !== -1;
    assert.equal(database.persist(key), had);
    if (entry !== undefined) entry.expireAt = -1;
  } else {
    changeRarely(random, world, number, key);
  }
  // SWAPDB may have put another model at this number.
  const now = world.models[number]!.get(key);
  assert.equal(database.expireAt(key), now?.expireAt ?? -1);
  assert.equal(database.get(key) === undefined, now === undefined);
}

/** RENAME and MOVE by taking the value, replacing, SWAPDB, FLUSHDB. */
function changeRarely(random: Random, world: World, number: number, key: string): void {
  const database = world.keyspace.databases[number]!;
  const model = world.models[number]!;
  const entry = model.get(key);
  if (random.chance(0.01)) {
    world.keyspace.swap(0, 1);
    world.models.reverse();
  } else if (random.chance(0.003)) {
    database.clear();
    model.clear();
  } else if (entry !== undefined && random.chance(0.5)) {
    const text = word(random, 1000);
    database.replace(key, text);
    entry.model = { type: 'string', text };
  } else {
    const to = random.below(DATABASES);
    const value = database.take(key);
    model.delete(key);
    if (value === undefined) return;
    const pair = { value, model: entry!.model };
    if (!isString(value)) changeBoth(random, value, pair.model, 50);
    world.keyspace.databases[to]!.set(`moved:${key}`, value);
    world.models[to]!.set(`moved:${key}`, { model: pair.model, expireAt: -1 });
  }
}

function assertDatabase(database: Database, model: DatabaseModel): void {
  assert.equal(database.size, model.size);
  const seen = new Set<string>();
  let expiring = 0;
  database.forEach((key, value, expireAt) => {
    const entry = model.get(key);
    assert.ok(entry !== undefined, key);
    assertContent(value, entry.model);
    assert.equal(expireAt, entry.expireAt);
    if (expireAt !== -1) expiring += 1;
    seen.add(key);
  });
  assert.equal(seen.size, model.size);
  assert.equal(database.expiresCount, expiring);
  for (const [key, entry] of model) assertContent(database.get(key), entry.model);
}

function assertSnapshot(snapshot: KeyspaceSnapshot, models: DatabaseModel[]): void {
  for (const database of snapshot.databases) {
    const model = models[database.index]!;
    assert.equal(database.size, model.size);
    let expiring = 0;
    for (let slot = 0; slot < database.size; slot += 1) {
      const entry = model.get(database.keyAt(slot));
      assert.ok(entry !== undefined);
      assertContent(database.valueAt(slot), entry.model);
      assert.equal(database.expireAtSlot(slot), entry.expireAt);
      if (entry.expireAt !== -1) expiring += 1;
    }
    assert.equal(database.expiresCount, expiring);
  }
}

for (const words of [30, 5000]) {
  test(`keyspaces of ${words} words, snapshots and copies follow their models`, () => {
    const random = randomFor('keyspace', words);
    const worlds: World[] = [{ keyspace: new Keyspace(DATABASES), models: [new Map(), new Map()] }];
    const snapshots: { snapshot: KeyspaceSnapshot; models: DatabaseModel[] }[] = [];
    for (let step = 0; step < 40_000; step += 1) {
      const world = worlds[random.below(worlds.length)]!;
      change(random, world, words);
      if (random.chance(0.0004)) {
        const copied = {
          keyspace: copyState(world.keyspace),
          models: copyModels(world.models),
        };
        if (worlds.length < 3) worlds.push(copied);
        else worlds[random.below(3)] = copied;
      }
      if (random.chance(0.0004)) {
        const snapshot = world.keyspace.snapshot();
        const kept = { snapshot, models: copyModels(world.models) };
        if (snapshots.length < 4) snapshots.push(kept);
        else snapshots[random.below(4)] = kept;
      }
    }
    assert.equal(worlds.length, 3);
    assert.equal(snapshots.length, 4);
    for (const { keyspace, models } of worlds) {
      for (const database of keyspace.databases) assertDatabase(database, models[database.index]!);
    }
    for (const { snapshot, models } of snapshots) {
      assertSnapshot(snapshot, models);
      assertSnapshot(copyState(snapshot), models);
    }
  });
}

test('a value taken from one keyspace and given to another is changed in neither copy', () => {
  const from = new Keyspace(1).databases[0]!;
  const hash = new HashValue();
  hash.set('f', '1');
  from.set('h', hash);
  const copy = copyState(from);
  const to = new Keyspace(1).databases[0]!;
  const taken = from.take('h') as HashValue;
  taken.set('f', '2');
  to.set('h', taken);
  (to.own('h') as HashValue).set('f', '3');
  assert.equal((copy.get('h') as HashValue).get('f'), '1');
  assert.equal((to.get('h') as HashValue).get('f'), '3');
});

test('swapping databases keeps each object, and so the clients in it, at its number', () => {
  const keyspace = new Keyspace(3);
  const [first, , third] = keyspace.databases;
  first!.set('a', '1');
  keyspace.swap(0, 2);
  keyspace.swap(1, 1);
  assert.equal(keyspace.databases[0], first);
  assert.equal(first!.index, 0);
  assert.equal(first!.get('a'), undefined);
  assert.equal(third!.get('a'), '1');
});

test('a key that must exist and does not is a broken invariant', () => {
  const database = new Keyspace(1).databases[0]!;
  assert.throws(() => database.replace('none', 'v'), InvariantError);
  assert.throws(() => database.setExpireAt('none', 1), InvariantError);
});

test('random keys are keys, and come from everywhere', () => {
  const random = randomFor('random key', 1);
  const database = new Keyspace(1).databases[0]!;
  assert.equal(database.randomKey(random), undefined);
  for (let i = 0; i < 3000; i += 1) database.set(`k${i}`, 'v');
  const seen = new Set<string>();
  for (let i = 0; i < 30_000; i += 1) seen.add(database.randomKey(random)!);
  assert.equal(seen.size, 3000);
});
