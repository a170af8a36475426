/** Hash, set, list and sorted set against naive models, with clones taken at random moments. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HashValue } from '../../../src/engine/data/types/hash.ts';
import { ListValue } from '../../../src/engine/data/types/list.ts';
import { SetValue } from '../../../src/engine/data/types/set.ts';
import type { Value } from '../../../src/engine/data/types/value.ts';
import { ZsetValue } from '../../../src/engine/data/types/zset.ts';
import { copyState } from '../../../src/engine/machine/state.ts';
import { assertContent, changeBoth, copyModel, type Model, randomFor, word } from './models.ts';

const empty: Record<string, () => { value: Value; model: Model }> = {
  hash: () => ({ value: new HashValue(), model: { type: 'hash', fields: new Map() } }),
  set: () => ({ value: new SetValue(), model: { type: 'set', members: new Set() } }),
  list: () => ({ value: new ListValue(), model: { type: 'list', items: [] } }),
  zset: () => ({ value: new ZsetValue(), model: { type: 'zset', scores: new Map() } }),
};

for (const [type, make] of Object.entries(empty)) {
  test(`${type}: behaves as its model; copies go their own ways`, () => {
    for (const words of [12, 40, 300, 4000]) {
      const random = randomFor(type, words);
      const pairs = [make()];
      for (let step = 0; step < 12_000; step += 1) {
        const pair = pairs[random.below(pairs.length)]!;
        changeBoth(random, pair.value, pair.model, words);
        if (random.chance(0.001)) {
          const copied = { value: copyState(pair.value), model: copyModel(pair.model) };
          if (pairs.length < 4) pairs.push(copied);
          else pairs[random.below(4)] = copied;
        }
      }
      for (const { value, model } of pairs) assertContent(value, model);
    }
  });
}

test('a small hash keeps the order of insertion when fields go', () => {
  const hash = new HashValue();
  for (let i = 0; i < 100; i += 1) hash.set(`f${i}`, 'v');
  for (let i = 0; i < 100; i += 3) hash.delete(`f${i}`);
  const fields: string[] = [];
  hash.forEach((field) => {
    fields.push(field);
  });
  const expected = Array.from({ length: 100 }, (_, i) => `f${i}`).filter((_, i) => i % 3 !== 0);
  assert.deepEqual(fields, expected);
  for (const [slot, field] of expected.entries()) {
    assert.equal(hash.fieldAt(slot), field);
    assert.equal(hash.valueAt(slot), 'v');
    assert.ok(hash.has(field));
  }
});

test('list: ranges and places at every length around the size of a chunk', () => {
  const list = new ListValue();
  const items: string[] = [];
  for (let i = 0; i < 1100; i += 1) {
    list.insert(i >>> 1, `v${i}`);
    items.splice(i >>> 1, 0, `v${i}`);
  }
  for (let i = -1; i <= items.length; i += 1) assert.equal(list.get(i), items[i]);
  const random = randomFor('list ranges', 1);
  for (let n = 0; n < 200; n += 1) {
    const start = random.below(1200) - 50;
    const stop = start + random.below(600) - 20;
    const seen: unknown[] = [];
    list.range(start, stop, (value) => seen.push(value));
    assert.deepEqual(seen, items.slice(Math.max(start, 0), Math.max(stop + 1, 0)));
  }
  list.trim(5, 4);
  assert.equal(list.length, 0);
  assert.equal(list.popLeft(), undefined);
  assert.equal(list.popRight(), undefined);
});

test('list: a queue of many chunks comes out in order', () => {
  const list = new ListValue();
  let next = 0;
  for (let i = 0; i < 5000; i += 1) {
    list.pushLeft(`v${i}`);
    if (i % 3 === 2) assert.equal(list.popRight(), `v${next++}`);
  }
  while (list.length > 0) assert.equal(list.popRight(), `v${next++}`);
  assert.equal(next, 5000);
});

test('words of the models cover integers, short and long text', () => {
  const random = randomFor('words', 1);
  const words = Array.from({ length: 200 }, () => word(random, 1000));
  assert.ok(words.some((text) => /^\d+$/.test(text)));
  assert.ok(words.some((text) => text.length > 64));
});
