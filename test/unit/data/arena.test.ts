/** What databases really hold: little when small, no holes after churn, all of it shared by copies. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Database } from '../../../src/engine/data/table/database.ts';
import { Keyspace } from '../../../src/engine/data/table/keyspace.ts';
import type { KeyTable } from '../../../src/engine/data/table/keyTable.ts';
import { copyState } from '../../../src/engine/machine/state.ts';
import { Lookahead } from '../../../src/engine/resp/lookahead.ts';
import { randomFor } from './models.ts';
import { checkDatabase } from './tableCheck.ts';

const KILOBYTE = 1024;

test('empty and small databases hold next to nothing', () => {
  const keyspace = new Keyspace(16);
  assert.ok(keyspace.arenaBytes <= 4 * KILOBYTE);
  for (const database of keyspace.databases) database.set('key', 'value');
  assert.ok(keyspace.arenaBytes <= 16 * KILOBYTE);
  for (const database of keyspace.databases) {
    for (let i = 0; i < 100; i += 1) database.set(`key:${i}`, 'v'.repeat(i));
  }
  assert.ok(keyspace.arenaBytes <= 16 * 32 * KILOBYTE);
});

test('a million bytes in few keys are counted, and given back', () => {
  const keyspace = new Keyspace(1);
  const database = keyspace.databases[0]!;
  database.set('k'.repeat(100_000), Buffer.alloc(900_000));
  assert.ok(keyspace.arenaBytes > 1_000_000 && keyspace.arenaBytes < 1_010_000);
  database.delete('k'.repeat(100_000));
  keyspace.compact(KILOBYTE);
  assert.ok(keyspace.arenaBytes <= KILOBYTE);
});

function pagesOf(database: Database): Set<object> {
  const { table } = database as unknown as { table: KeyTable };
  const pages = table.rows.slab.pages.filter((page) => page !== undefined);
  return new Set<object>([...pages, ...table.index.pages()]);
}

test('a copy shares every page, and a write copies only those it touches', () => {
  const database = new Keyspace(1).databases[0]!;
  for (let i = 0; i < 50_000; i += 1) database.set(`key:${i}`, 'v'.repeat(100));
  const copy = copyState(database);
  const before = pagesOf(database);
  assert.ok(before.size > 100);
  assert.ok([...pagesOf(copy)].every((page) => before.has(page)));
  copy.set('key:7', 'w'.repeat(100));
  copy.set('a new key', 'w');
  copy.delete('key:8');
  const changed = [...pagesOf(copy)].filter((page) => !before.has(page));
  assert.ok(changed.length > 0 && changed.length < 10, `${changed.length} pages changed`);
  assert.ok([...pagesOf(database)].every((page) => before.has(page)));
});

test('after churn the arena is at most a quarter larger than a fresh one', () => {
  const random = randomFor('churn', 1);
  const keyspace = new Keyspace(1);
  const database = keyspace.databases[0]!;
  const keys = 60_000;
  for (let round = 0; round < 3; round += 1) {
    const longest = [400, 40, 200][round]!;
    for (let i = 0; i < keys; i += 1) database.set(`key:${i}`, 'v'.repeat(random.below(longest)));
  }
  for (let i = 0; i < keys; i += 1) if (random.chance(0.5)) database.delete(`key:${i}`);
  const before = keyspace.arenaBytes;
  for (let call = 0; call < 200; call += 1) keyspace.compact(256 * KILOBYTE);
  checkDatabase(database);
  const fresh = new Keyspace(1).databases[0]!;
  database.forEach((key, value) => {
    fresh.set(key, value);
  });
  assert.ok(before > 1.8 * fresh.arenaBytes, 'there was something to compact');
  assert.ok(database.arenaBytes <= 1.25 * fresh.arenaBytes, `${database.arenaBytes}`);
});

test('a call of compact moves no more than it may, and a page', () => {
  const keyspace = new Keyspace(1);
  const database = keyspace.databases[0]!;
  for (let i = 0; i < 20_000; i += 1) database.set(`key:${i}`, 'v'.repeat(100));
  for (let i = 0; i < 20_000; i += 2) database.delete(`key:${i}`);
  const before = keyspace.arenaBytes;
  keyspace.compact(1);
  assert.ok(before - keyspace.arenaBytes <= 64 * KILOBYTE);
  const held: number[] = [];
  for (let call = 0; call < 30; call += 1) {
    keyspace.compact(128 * KILOBYTE);
    held.push(keyspace.arenaBytes);
  }
  assert.deepEqual(
    held,
    held.toSorted((a, b) => b - a),
  );
  assert.equal(held.at(-1), held.at(-2));
  assert.ok(held.at(-1)! < 0.65 * before);
});

test('loading rows ahead finds no fault with any key, and changes nothing', () => {
  const database = new Keyspace(1).databases[0]!;
  const lookahead = new Lookahead();
  const keys = ['', 'key:7', 'absent', 'k'.repeat(64), 'k'.repeat(65), 'k'.repeat(5_000)];
  const load = () => {
    const bytes = Buffer.from(keys.join(''));
    lookahead.begin(bytes);
    let at = 0;
    for (const { length } of keys) {
      lookahead.add(at, at + length);
      at += length;
    }
    database.prefetch(lookahead);
  };
  load();
  for (let i = 0; i < 20_000; i += 1) database.set(`key:${i}`, `${i}`);
  for (const key of keys.filter((_, i) => i !== 2)) database.set(key, 'value');
  const before = [database.size, database.arenaBytes, database.usedBytes];
  load();
  assert.deepEqual([database.size, database.arenaBytes, database.usedBytes], before);
  assert.equal(database.get('k'.repeat(5_000)), 'value');
  checkDatabase(database);
});
