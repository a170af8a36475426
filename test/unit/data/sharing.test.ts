/** Two copies of a keyspace share nothing but pages protected by epochs, and immutable strings. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Keyspace } from '../../../src/engine/data/table/keyspace.ts';
import { isString } from '../../../src/engine/data/types/value.ts';
import { copyState, registrationOf } from '../../../src/engine/machine/state.ts';
import { changeBoth, emptyPair, randomFor, word } from './models.ts';

/** All objects reachable from `root`; shared ones are reached, and not looked into. */
function reachable(root: object): Set<object> {
  const found = new Set<object>();
  const open = [root];
  while (open.length > 0) {
    const object = open.pop()!;
    if (found.has(object)) continue;
    found.add(object);
    if (registrationOf(object)?.shared) continue;
    const prototype = Object.getPrototypeOf(object);
    const isPlain = prototype === Object.prototype || Array.isArray(object);
    const isKnown = isPlain || object instanceof Map || registrationOf(object) !== undefined;
    assert.ok(isKnown, `state holds an unregistered ${prototype.constructor.name}`);
    const parts = object instanceof Map ? object.values() : Object.values(object);
    for (const part of parts) {
      assert.notEqual(typeof part, 'function');
      if (typeof part === 'object' && part !== null) open.push(part);
    }
  }
  return found;
}

function filled(): Keyspace {
  const random = randomFor('sharing', 1);
  const keyspace = new Keyspace(2);
  for (let i = 0; i < 3000; i += 1) {
    const database = keyspace.databases[i % 2]!;
    const key = word(random, 5000);
    if (random.chance(0.5)) {
      database.set(key, random.chance(0.5) ? 'text' : Buffer.alloc(2000));
    } else {
      const { value, model } = emptyPair(random);
      for (let n = random.below(60); n >= 0; n -= 1) changeBoth(random, value, model, 200);
      database.set(key, value);
    }
    if (random.chance(0.3)) database.setExpireAt(key, i);
  }
  return keyspace;
}

function assertApart(a: object, b: object): void {
  const reached = reachable(a);
  let shared = 0;
  for (const object of reachable(b)) {
    if (!reached.has(object)) continue;
    assert.ok(registrationOf(object)?.shared, `both hold one ${object.constructor.name}`);
    shared += 1;
  }
  assert.ok(shared > 0);
}

test('copies of a keyspace and of its snapshot share only registered pages', () => {
  const keyspace = filled();
  const snapshot = keyspace.snapshot();
  const copy = copyState({ keyspace, snapshot, database: keyspace.databases[0] });
  assert.equal(copy.database, copy.keyspace.databases[0]);
  assertApart(keyspace, copy.keyspace);
  assertApart(keyspace, copy.snapshot);
  assertApart(snapshot, copy.snapshot);
});

test('containers outside a database are copied likewise', () => {
  const random = randomFor('sharing', 2);
  for (let n = 0; n < 20; n += 1) {
    const { value, model } = emptyPair(random);
    for (let i = 0; i < 500; i += 1) changeBoth(random, value, model, 400);
    assert.ok(!isString(value));
    assertApart(value, copyState(value));
  }
});
