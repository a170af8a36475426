/**
 * Databases against a Map: random operations by string and by bytes, on keys and values of all sizes,
 * with collections packed, and copies and snapshots taken, written past, compared and dropped.
 *
 * STORE_OPERATIONS=20000000 makes it a long run.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Database } from '../../../src/engine/data/table/database.ts';
import { Keyspace, type KeyspaceSnapshot } from '../../../src/engine/data/table/keyspace.ts';
import { HashValue } from '../../../src/engine/data/types/hash.ts';
import { isString, type Value } from '../../../src/engine/data/types/value.ts';
import type { Random } from '../../../src/engine/machine/random.ts';
import { copyState } from '../../../src/engine/machine/state.ts';
import { parseInteger } from '../../../src/engine/resp/integer.ts';
import { ReplyWriter } from '../../../src/engine/resp/replyWriter.ts';
import { randomFor } from './models.ts';
import { checkDatabase } from './tableCheck.ts';

const OPERATIONS = Number(process.env['STORE_OPERATIONS'] ?? 120_000);
const NOISE_BYTES = 64 * 1024;

const noise = Buffer.alloc(NOISE_BYTES);
const noiseRandom = randomFor('noise', 1);
for (let i = 0; i < NOISE_BYTES; i += 1) noise[i] = noiseRandom.below(256);

/** `length` bytes of noise from `from` on, or an integer, or a hash with one field. */
interface Entry {
  readonly kind: 'noise' | 'integer' | 'hash';
  readonly from: number;
  readonly length: number;
  readonly edited: boolean;
  expireAt: number;
}
type Model = Map<string, Entry>;

interface World {
  readonly keyspace: Keyspace;
  readonly models: Model[];
}

function textOf(entry: Entry): string {
  if (entry.kind === 'integer') return String(entry.from);
  return noise.latin1Slice(entry.from, entry.from + entry.length);
}

function keyOf(number: number): string {
  if (number === 0) return '';
  // Some are as long as a record takes, or longer.
  if (number % 501 === 0) return `${number}:`.padEnd(4090 + (number % 13), 'k');
  return number % 7 === 0 ? `a longer key:${number}`.padEnd(number % 60, '-') : `k${number}`;
}

/** Mostly short, now and then as long as a cell, or longer. */
function lengthOf(random: Random, longest: number): number {
  const kind = random.below(100);
  if (kind < 60) return random.below(40);
  if (kind < 90) return random.below(Math.min(longest, 300));
  return random.below(longest);
}

function newEntry(random: Random, longest: number, kind: Entry['kind'], edited: boolean): Entry {
  if (kind === 'integer') {
    const size = 10 ** random.below(16);
    const from = random.below(2) === 0 ? random.below(size) : -random.below(size);
    return { kind, from: from === 0 ? 0 : from, length: 0, edited: false, expireAt: -1 };
  }
  const length = kind === 'hash' ? 8 : lengthOf(random, longest);
  return { kind, from: random.below(NOISE_BYTES - length), length, edited, expireAt: -1 };
}

/** The entry as a handler gives it to `set`. */
function asValue(entry: Entry): Value {
  const text = textOf(entry);
  if (entry.kind === 'hash') {
    const hash = new HashValue();
    hash.set('field', text);
    return hash;
  }
  return entry.edited || text.length > 1024 ? Buffer.from(text, 'latin1') : text;
}

function assertValue(value: Value | undefined, entry: Entry): void {
  if (entry.kind === 'hash') {
    assert.ok(value instanceof HashValue);
    assert.equal(value.get('field'), textOf(entry));
    return;
  }
  assert.ok(value !== undefined && isString(value));
  const text = textOf(entry);
  assert.equal(typeof value === 'string', !entry.edited && text.length <= 1024);
  assert.ok((typeof value === 'string' ? value : value.latin1Slice()) === text);
}

/** Key and value as a request has them, one after the other in one Buffer. */
function request(key: string, text: string): [Buffer, number, number, number, number] {
  const start = 5;
  const middle = start + key.length;
  const bytes = Buffer.alloc(middle + text.length + 3, '!');
  bytes.latin1Write(key, start);
  bytes.latin1Write(text, middle);
  return [bytes, start, middle, middle, middle + text.length];
}

function find(database: Database, key: string): number {
  const [bytes, start, end] = request(key, '');
  return database.find(bytes, start, end);
}

function changeByBytes(random: Random, database: Database, model: Model, key: string): void {
  const old = model.get(key);
  const kind = random.chance(0.2) ? 'integer' : 'noise';
  const entry = newEntry(random, 12_000, kind, false);
  const [bytes, keyStart, keyEnd, start, end] = request(key, textOf(entry));
  const reference = database.find(bytes, keyStart, keyEnd);
  assert.equal(reference !== 0, old !== undefined);
  if (old === undefined || random.chance(0.6)) {
    assert.equal(database.setFrom(bytes, keyStart, keyEnd, start, end), old === undefined);
  } else {
    entry.expireAt = old.expireAt;
    if (kind === 'integer') database.replaceByInteger(reference, entry.from);
    else database.replaceFrom(reference, bytes, start, end);
  }
  model.set(key, entry);
}

function changeByString(random: Random, database: Database, model: Model, key: string): void {
  const old = model.get(key);
  const entry = newEntry(
    random,
    12_000,
    random.chance(0.15) ? 'hash' : 'noise',
    random.chance(0.2),
  );
  if (old !== undefined && random.chance(0.3)) {
    entry.expireAt = old.expireAt;
    database.replace(key, asValue(entry));
  } else {
    database.set(key, asValue(entry));
  }
  model.set(key, entry);
}

function remove(random: Random, world: World, number: number, key: string): void {
  const database = world.keyspace.databases[number]!;
  const model = world.models[number]!;
  const old = model.get(key);
  if (old !== undefined && random.chance(0.2)) {
    const to = random.below(world.models.length);
    const value = database.take(key)!;
    world.keyspace.databases[to]!.set(key, value);
    model.delete(key);
    world.models[to]!.set(key, { ...old, expireAt: -1 });
    return;
  }
  const reference = find(database, key);
  if (reference !== 0 && random.chance(0.5)) database.deleteAt(reference);
  else assert.equal(database.delete(key), old !== undefined);
  model.delete(key);
}

function changeExpiry(random: Random, database: Database, model: Model, key: string): void {
  const entry = model.get(key);
  if (entry === undefined || random.chance(0.3)) {
    assert.equal(database.persist(key), (entry?.expireAt ?? -1) !== -1);
    if (entry !== undefined) entry.expireAt = -1;
  } else {
    entry.expireAt = random.below(1_000_000);
    database.setExpireAt(key, entry.expireAt);
  }
}

const reply = new ReplyWriter();

function look(database: Database, model: Model, key: string): void {
  const entry = model.get(key);
  const reference = find(database, key);
  assert.equal(reference !== 0, entry !== undefined);
  assert.equal(database.expireAt(key), entry?.expireAt ?? -1);
  if (entry === undefined) {
    assert.equal(database.get(key), undefined);
    return;
  }
  assertValue(database.get(key), entry);
  assert.equal(database.keyAt(reference), key);
  assert.equal(database.expireAtOf(reference), entry.expireAt);
  assert.equal(database.isStringAt(reference), entry.kind !== 'hash');
  const text = textOf(entry);
  assert.equal(database.stringLengthAt(reference), entry.kind === 'hash' ? -1 : text.length);
  const integer = entry.kind === 'hash' ? undefined : parseInteger(text);
  assert.equal(database.integerAt(reference), integer);
  assert.equal(database.writeStringTo(reply, reference), entry.kind !== 'hash');
  let written: string | undefined;
  for (let chunk = reply.take(); chunk !== undefined; chunk = reply.take()) {
    written = (written ?? '') + chunk.latin1Slice();
  }
  assert.ok(written === (entry.kind === 'hash' ? undefined : `$${text.length}\r\n${text}\r\n`));
}

function step(random: Random, world: World, keys: number): void {
  const number = random.below(world.models.length);
  const database = world.keyspace.databases[number]!;
  const model = world.models[number]!;
  const key = keyOf(random.below(keys));
  const action = random.below(1000);
  if (action < 350) changeByBytes(random, database, model, key);
  else if (action < 550) changeByString(random, database, model, key);
  else if (action < 700) remove(random, world, number, key);
  else if (action < 800) changeExpiry(random, database, model, key);
  else if (action < 990) look(database, model, key);
  else if (action < 996) database.pack(random.below(100));
  else if (action < 999) world.keyspace.compact(random.below(200_000));
  else if (random.chance(0.02)) {
    database.clear();
    model.clear();
  } else {
    const other = random.below(world.models.length);
    world.keyspace.swap(number, other);
    world.models[number] = world.models[other]!;
    world.models[other] = model;
  }
}

function assertWorld({ keyspace, models }: World): void {
  for (const database of keyspace.databases) {
    const model = models[database.index]!;
    checkDatabase(database);
    assert.equal(database.size, model.size);
    database.forEach((key, value, expireAt) => {
      const entry = model.get(key)!;
      assertValue(value, entry);
      assert.equal(expireAt, entry.expireAt);
    });
  }
}

function assertSnapshot(snapshot: KeyspaceSnapshot, models: Model[]): void {
  for (const database of snapshot.databases) {
    const model = models[database.index]!;
    assert.equal(database.size, model.size);
    for (let slot = 0; slot < database.size; slot += 1) {
      const entry = model.get(database.keyAt(slot))!;
      assertValue(database.valueAt(slot), entry);
      assert.equal(database.expireAtSlot(slot), entry.expireAt);
    }
  }
}

function copyModels(models: Model[]): Model[] {
  return models.map((model) => new Map([...model].map(([key, entry]) => [key, { ...entry }])));
}

function emptyWorld(databases: number): World {
  const models = Array.from({ length: databases }, () => new Map());
  return { keyspace: new Keyspace(databases), models };
}

interface Scale {
  readonly keys: number;
  readonly databases: number;
  readonly operations: number;
  /** Between a copy or snapshot and the next. */
  readonly between: number;
}

const scales: Scale[] = [
  { keys: 40, databases: 3, operations: 0.3 * OPERATIONS, between: 500 },
  { keys: 2_000, databases: 12, operations: 0.4 * OPERATIONS, between: 10_000 },
  {
    keys: Math.min(OPERATIONS / 5, 1_000_000),
    databases: 2,
    operations: 0.3 * OPERATIONS,
    between: OPERATIONS / 10,
  },
];

for (const { keys, databases, operations, between } of scales) {
  test(`${keys} keys in ${databases} databases follow their models`, () => {
    const random = randomFor('store', keys);
    const worlds = [emptyWorld(databases)];
    const snapshots: { snapshot: KeyspaceSnapshot; models: Model[] }[] = [];
    for (let done = 1; done <= operations; done += 1) {
      const number = random.below(worlds.length);
      const world = worlds[number]!;
      step(random, world, keys);
      if (done % Math.floor(between) !== 0) continue;
      assertWorld(world);
      const models = copyModels(world.models);
      if (random.chance(0.5)) {
        snapshots.push({ snapshot: world.keyspace.snapshot(), models });
        if (snapshots.length > 2) assertKept(snapshots.shift()!);
      } else {
        const copy = { keyspace: copyState(world.keyspace), models };
        if (worlds.length < 3) worlds.push(copy);
        else worlds[random.below(3)] = copy;
      }
    }
    for (const world of worlds) assertWorld(world);
    for (const kept of snapshots) assertKept(kept);
  });
}

function assertKept({ snapshot, models }: { snapshot: KeyspaceSnapshot; models: Model[] }): void {
  assertSnapshot(copyState(snapshot), models);
  assertSnapshot(snapshot, models);
}
