/** Small collections as bytes: what comes back is what was there, and rows hold either the one or the other. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestValue } from '../../../src/engine/data/digest.ts';
import { Packed } from '../../../src/engine/data/packed/packed.ts';
import { packWriter } from '../../../src/engine/data/packed/packWriter.ts';
import type { Database } from '../../../src/engine/data/table/database.ts';
import { Keyspace } from '../../../src/engine/data/table/keyspace.ts';
import { HashValue } from '../../../src/engine/data/types/hash.ts';
import { ListValue } from '../../../src/engine/data/types/list.ts';
import { pack, unpack } from '../../../src/engine/data/types/packing.ts';
import { SetValue } from '../../../src/engine/data/types/set.ts';
import { type Collection, isString } from '../../../src/engine/data/types/value.ts';
import { ZsetValue } from '../../../src/engine/data/types/zset.ts';
import { copyState } from '../../../src/engine/machine/state.ts';
import type { Bytes } from '../../../src/engine/resp/bytes.ts';
import {
  assertContent,
  changeBoth,
  copyModel,
  emptyPair,
  type Model,
  randomFor,
} from './models.ts';
import { checkDatabase } from './tableCheck.ts';

const TEXTS: readonly string[] = [
  ...[
    '',
    '0',
    '-0',
    '00',
    '7',
    '-7',
    '+7',
    '007',
    '1.5',
    'abc',
    '-',
    '9'.repeat(15),
    '9'.repeat(16),
  ],
  ...['1125899906842623', '1125899906842624', '-1125899906842623', '-1125899906842624'],
  ...['9223372036854775807', '-9223372036854775808', '9223372036854775808', '9'.repeat(17)],
  ...[
    '\x00',
    '\xff\xfe',
    'x'.repeat(63),
    'x'.repeat(64),
    'y'.repeat(300),
    '127',
    '128',
    '-128',
    '32',
  ],
];

function repacked<C extends Collection>(collection: C): C {
  assert.ok(pack(collection));
  return unpack(packWriter.bytes, 0, packWriter.end) as C;
}

test('every kind of text is found and comes back', () => {
  const set = new SetValue();
  const hash = new HashValue();
  const list = new ListValue();
  const zset = new ZsetValue();
  const scores = [0, 1, -1, 2.5, 2 ** 50, -(2 ** 50), 2 ** 49, Infinity, -Infinity, 1e300, 5e-324];
  TEXTS.forEach((text, at) => {
    set.add(text);
    hash.set(text, TEXTS.at(-1 - at)!);
    list.pushRight(text);
    zset.set(text, scores[at % scores.length]!);
  });
  const asked = [...TEXTS, 'absent', '8', '-8', '1125899906842625', 'x'.repeat(65)];
  for (const text of asked) {
    assert.equal(repacked(set).has(text), set.has(text), text);
    assert.equal(repacked(hash).has(text), hash.has(text), text);
    assert.equal(repacked(hash).get(text), hash.get(text), text);
    assert.ok(Object.is(repacked(zset).score(text), zset.score(text)), text);
  }
  const items: Bytes[] = [];
  repacked(list).forEach((item) => {
    items.push(item);
  });
  assert.deepEqual(items, TEXTS);
});

test('a set as the worked example of the layout has it', () => {
  const bytes = Buffer.from('12c8015000021d06616263', 'hex');
  const packed = new Packed(bytes);
  assert.deepEqual(
    [packed.type, packed.usedBytes, packed.entryBytes, packed.count],
    [2, 200, 80, 2],
  );
  const set = unpack(bytes, 0, bytes.length) as SetValue;
  assert.equal(set.large, true);
  assert.deepEqual([set.has('7'), set.has('abc'), set.has('ab')], [true, true, false]);
  assert.ok(pack(set));
  assert.equal(packWriter.bytes.toString('hex', 0, packWriter.end), bytes.toString('hex'));
});

test('a long element stays a Buffer, and a short Buffer is not packed', () => {
  const list = new ListValue();
  list.pushRight(Buffer.alloc(2000, 'z'));
  const item = repacked(list).get(0);
  assert.ok(Buffer.isBuffer(item) && item.equals(Buffer.alloc(2000, 'z')));
  list.pushRight(Buffer.from('short'));
  assert.equal(pack(list), false);
});

/** All that can be asked of a collection beside its content, and the order of its slots. */
function facts(value: Collection): unknown {
  const scanned: string[] = [];
  if (value.type === 'hash') value.scan(0, 1000, (field) => scanned.push(field));
  else if (value.type !== 'list') value.scan(0, 1000, (member: string) => scanned.push(member));
  const { type, large, usedBytes } = value;
  return { type, large, usedBytes, scanned, digest: digestValue(value) };
}

function settle(value: Collection, most: number): void {
  if (value.type === 'set') value.settle(most);
  else if (value.type !== 'list') value.settle(most, 64);
}

test('collections that are packed between changes stay equal to those that are not', () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const random = randomFor('packing', seed);
    const { value, model } = emptyPair(random);
    assert.ok(!isString(value));
    let packed = value.clone() as Collection;
    const words = [4, 20, 200][seed % 3]!;
    for (let change = 0; change < 150; change += 1) {
      const before = copyModel(model);
      const fork = copyState(random);
      changeBoth(random, value, model, words);
      changeBoth(fork, packed, before, words);
      if (random.chance(0.1)) {
        const most = random.below(2 * words);
        settle(value, most);
        settle(packed, most);
      }
      if (pack(packed)) packed = unpack(packWriter.bytes, 0, packWriter.end);
      assert.deepEqual(facts(repackedOr(packed)), facts(value));
      assertContent(packed, model);
    }
  }
});

/** Asking for facts may unfold: of another one, so that the next change meets the packed one. */
function repackedOr(value: Collection): Collection {
  return pack(value) ? unpack(packWriter.bytes, 0, packWriter.end) : value;
}

interface World {
  readonly database: Database;
  readonly models: Map<string, Model>;
}

function step(random: ReturnType<typeof randomFor>, { database, models }: World): void {
  const key = `key:${random.below(60)}`.padEnd(random.below(20) === 0 ? 5000 : 0, '-');
  const model = models.get(key);
  const action = random.below(100);
  if (model === undefined || action < 5) {
    const pair = emptyPair(random);
    for (let n = random.below(30); n >= 0; n -= 1) changeBoth(random, pair.value, pair.model, 40);
    database.set(key, pair.value);
    models.set(key, pair.model);
  } else if (action < 50) {
    changeBoth(random, database.own(key)!, model, random.chance(0.02) ? 2000 : 40);
  } else if (action < 60) {
    assert.equal(database.delete(key), true);
    models.delete(key);
  } else if (action < 65) {
    const value = database.take(key)!;
    const other = `key:${random.below(60)}`;
    models.delete(key);
    database.set(other, value);
    models.set(other, model);
  } else if (action < 75) {
    database.pack(random.below(40));
  } else if (action < 80) {
    database.compact(random.below(10_000));
  } else if (action < 85) {
    database.setExpireAt(key, random.below(1000));
  } else {
    assertContent(database.get(key), model);
  }
}

function assertWorld({ database, models }: World): void {
  checkDatabase(database);
  assert.equal(database.size, models.size);
  database.forEach((key, value) => {
    assertContent(value, models.get(key)!);
  });
}

test('databases follow their models while collections become bytes and objects', () => {
  const random = randomFor('packed rows', 1);
  const worlds: World[] = [{ database: new Keyspace(1).databases[0]!, models: new Map() }];
  for (let done = 1; done <= 30_000; done += 1) {
    const world = worlds[random.below(worlds.length)]!;
    step(random, world);
    if (done % 500 !== 0) continue;
    assertWorld(world);
    const snapshot = world.database.snapshot();
    const models = new Map([...world.models].map(([key, model]) => [key, copyModel(model)]));
    for (let n = 0; n < 100; n += 1) step(random, world);
    for (let slot = 0; slot < snapshot.size; slot += 1) {
      assertContent(snapshot.valueAt(slot), models.get(snapshot.keyAt(slot))!);
    }
    const copy = {
      database: copyState(world.database),
      models: new Map([...world.models].map(([key, model]) => [key, copyModel(model)])),
    };
    if (worlds.length < 3) worlds.push(copy);
    else worlds[random.below(3)] = copy;
  }
  for (const world of worlds) assertWorld(world);
});

test('what is read of a packed row stays as it is while the row changes', () => {
  const database = new Keyspace(1).databases[0]!;
  const hash = new HashValue();
  hash.set('field', 'before');
  database.set('key', hash);
  database.pack(0);
  const read = database.get('key') as HashValue;
  (database.own('key') as HashValue).set('field', 'after');
  database.pack(0);
  assert.equal(read.get('field'), 'before');
  assert.equal((database.get('key') as HashValue).get('field'), 'after');
});

test('128 collections stay objects, and the modelled memory does not tell', () => {
  const database = new Keyspace(1).databases[0]!;
  const before = database.usedBytes;
  for (let i = 0; i < 5000; i += 1) {
    const set = new SetValue();
    for (let member = 0; member < 5; member += 1) set.add(String(i + member));
    database.set(`set:${i}`, set);
    database.pack();
  }
  let objects = 0;
  const { table } = database as unknown as {
    table: { rows: { outside: { forEach(v: () => void): void } } };
  };
  table.rows.outside.forEach(() => {
    objects += 1;
  });
  assert.equal(objects, 128);
  const used = database.usedBytes;
  database.pack(0);
  assert.equal(database.usedBytes, used);
  assert.ok(used > before);
  assert.ok(database.arenaBytes < 5000 * 64 + 200_000, `${database.arenaBytes}`);
});
