/** An index of keys over several Maps, because V8 bounds the entries of a single Map. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeyIndex } from '../../../src/engine/data/types/keyIndex.ts';
import { Random, seedFromNumber } from '../../../src/engine/machine/random.ts';

test('an index of several Maps behaves as one', () => {
  const random = new Random(seedFromNumber(5));
  const index = new KeyIndex(100);
  const model = new Map<string, number>();
  for (let i = 0; i < 50_000; i += 1) {
    const key = `k${random.below(1_000)}`;
    if (random.below(3) === 0) {
      index.delete(key);
      model.delete(key);
    } else {
      index.set(key, i);
      model.set(key, i);
    }
    const other = `k${random.below(1_000)}`;
    assert.equal(index.get(other), model.get(other));
  }
  for (const [key, slot] of model) {
    index.delete(key);
    assert.equal(index.get(key), undefined, `${key} was in two Maps, the other slot ${slot}`);
  }
});
