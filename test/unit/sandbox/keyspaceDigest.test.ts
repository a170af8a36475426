/** The rolling digest of a keyspace: every change is seen within one turn. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Keyspace } from '../../../src/engine/data/table/keyspace.ts';
import { HashValue } from '../../../src/engine/data/types/hash.ts';
import { ListValue } from '../../../src/engine/data/types/list.ts';
import { SetValue } from '../../../src/engine/data/types/set.ts';
import { ZsetValue } from '../../../src/engine/data/types/zset.ts';
import { copyState } from '../../../src/engine/machine/state.ts';
import { digestKeyspace } from '../../../src/sandbox/keyspaceDigest.ts';
import { Hash } from '../../../src/world/hash.ts';

const KEYS = 1_000;
/** Turns in which every key of such a database has its turn. */
const TURNS = 16;

function digests(keyspace: Keyspace): string[] {
  return Array.from({ length: TURNS }, (_, turn) => {
    const hash = new Hash();
    digestKeyspace(keyspace, hash, turn);
    return hash.hex();
  });
}

function filled(): Keyspace {
  const keyspace = new Keyspace(2);
  const database = keyspace.databases[1]!;
  for (let i = 0; i < KEYS; i += 1) database.set(`key:${i}`, `value ${i}`);
  database.set('list', new ListValue());
  database.set('hash', new HashValue());
  database.set('set', new SetValue());
  database.set('zset', new ZsetValue());
  for (let i = 0; i < 200; i += 1) {
    (database.own('list') as ListValue).pushRight(`item ${i}`);
    (database.own('hash') as HashValue).set(`field ${i}`, `value ${i}`);
    (database.own('set') as SetValue).add(`member ${i}`);
    (database.own('zset') as ZsetValue).set(`member ${i}`, i);
  }
  return keyspace;
}

/** Numbers of the turns that see a difference. */
function seenIn(change: (keyspace: Keyspace) => void): number[] {
  const before = digests(filled());
  const keyspace = filled();
  change(keyspace);
  const after = digests(keyspace);
  return before.flatMap((digest, turn) => (digest === after[turn] ? [] : [turn]));
}

test('a copy has the digests of the original, turn by turn', () => {
  const keyspace = filled();
  assert.deepEqual(digests(copyState(keyspace)), digests(keyspace));
});

test('a value that changes without changing its size is seen in its turn', () => {
  for (const index of [0, 1, 500, KEYS - 1]) {
    const turns = seenIn(({ databases }) => databases[1]!.set(`key:${index}`, `VALUE ${index}`));
    assert.ok(turns.length >= 1 && turns.length <= 2, `key ${index}: turns ${turns}`);
  }
});

test('so is an expiry', () => {
  const turns = seenIn(({ databases }) => databases[1]!.setExpireAt('key:7', 1_000));
  const later = seenIn(({ databases }) => databases[1]!.setExpireAt('key:7', 2_000));
  assert.deepEqual(turns.length, TURNS, 'the number of expiries is seen at once');
  assert.deepEqual(later.length, TURNS);
  const instants = [1_000, 2_000].map((at) => {
    const keyspace = filled();
    keyspace.databases[1]!.setExpireAt('key:7', at);
    return digests(keyspace);
  });
  assert.notDeepEqual(instants[0], instants[1]);
});

test('so are the elements of a container, a few a turn', () => {
  const changes: ((keyspace: Keyspace) => void)[] = [
    ({ databases }) => (databases[1]!.own('list') as ListValue).set(150, 'ITEM 150'),
    ({ databases }) => {
      (databases[1]!.own('hash') as HashValue).set('field 150', 'VALUE 150');
    },
    ({ databases }) => {
      (databases[1]!.own('set') as SetValue).delete('member 150');
      (databases[1]!.own('set') as SetValue).add('MEMBER 150');
    },
    ({ databases }) => {
      (databases[1]!.own('zset') as ZsetValue).set('member 150', 150.5);
    },
  ];
  const digestIn = (keyspace: Keyspace, turn: number): string => {
    const hash = new Hash();
    digestKeyspace(keyspace, hash, turn);
    return hash.hex();
  };
  const before = filled();
  for (const change of changes) {
    const after = filled();
    change(after);
    let turn = 0;
    while (turn < 20 * TURNS && digestIn(before, turn) === digestIn(after, turn)) turn += 1;
    assert.ok(turn < 20 * TURNS, String(change));
  }
});
