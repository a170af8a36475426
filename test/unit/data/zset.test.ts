/** Ranks, ranges and bounds of sorted sets against a sorted array. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ZsetValue } from '../../../src/engine/data/types/zset.ts';
import type { Random } from '../../../src/engine/machine/random.ts';
import { randomFor, sortedEntries, word } from './models.ts';

function checkOrder(zset: ZsetValue, scores: Map<string, number>, random: Random): void {
  const entries = sortedEntries(scores);
  assert.equal(zset.size, entries.length);
  for (const [rank, [member, score]] of entries.entries()) {
    assert.equal(zset.rank(member), rank);
    assert.deepEqual(zset.entryAt(rank), { member, score });
  }
  assert.equal(zset.entryAt(-1), undefined);
  assert.equal(zset.entryAt(entries.length), undefined);
  for (let n = 0; n < 60; n += 1) {
    const start = random.below(entries.length + 10) - 5;
    const stop = start + random.below(200) - 5;
    const reverse = random.chance(0.5);
    const ordered = reverse ? entries.toReversed() : entries;
    const seen: [string, number][] = [];
    zset.range(start, stop, reverse, (member, score) => seen.push([member, score]));
    assert.deepEqual(seen, ordered.slice(Math.max(start, 0), Math.max(stop + 1, 0)));
    const score = random.below(110) / 2 - 2;
    const atOrAbove = entries.findIndex(([, other]) => other >= score);
    const above = entries.findIndex(([, other]) => other > score);
    assert.equal(zset.firstRankFrom(score, false), atOrAbove < 0 ? entries.length : atOrAbove);
    assert.equal(zset.firstRankFrom(score, true), above < 0 ? entries.length : above);
  }
}

test('ranks and ranges while the set grows and shrinks to nothing', () => {
  const random = randomFor('zset order', 1);
  const zset = new ZsetValue();
  const scores = new Map<string, number>();
  for (const growing of [true, false]) {
    for (let step = 1; growing ? step <= 6000 : scores.size > 0; step += 1) {
      const member = word(random, 5000);
      if (random.chance(growing ? 0.9 : 0.3)) {
        const score = random.below(50);
        zset.set(member, score);
        scores.set(member, score);
      } else {
        const victim = growing ? member : [...scores.keys()][random.below(scores.size)]!;
        assert.equal(zset.delete(victim), scores.delete(victim));
      }
      if (step % 1500 === 0) checkOrder(zset, scores, random);
    }
    checkOrder(zset, scores, random);
  }
  assert.equal(zset.rank('nobody'), -1);
});

test('clones keep their order while the original shrinks and grows', () => {
  const random = randomFor('zset clones', 1);
  const zset = new ZsetValue();
  const scores = new Map<string, number>();
  for (let i = 0; i < 12_000; i += 1) scores.set(`m${i}`, random.below(50));
  for (const [member, score] of scores) zset.set(member, score);
  const kept: { clone: ZsetValue; scores: Map<string, number> }[] = [];
  for (const size of [9000, 3000, 4000, 800, 2000, 100]) {
    for (let n = 0; n < 3; n += 1) {
      kept.push({ clone: zset.clone(), scores: new Map(scores) });
      const goal = Math.round(scores.size + (size - scores.size) / 3);
      while (scores.size > goal) {
        const from = random.below(scores.size);
        for (const member of [...scores.keys()].slice(from, from + 40)) {
          scores.delete(member);
          zset.delete(member);
        }
      }
      while (scores.size < goal) {
        const member = `n${random.below(20_000)}`;
        scores.set(member, random.below(50));
        zset.set(member, scores.get(member)!);
      }
    }
  }
  checkOrder(zset, scores, random);
  for (const { clone, scores: then } of kept) checkOrder(clone, then, random);
});

test('members added and removed in order, both ways', () => {
  for (const direction of [1, -1]) {
    const zset = new ZsetValue();
    for (let i = 0; i < 10_000; i += 1) zset.set(`m${i}`, direction * i);
    for (let i = 0; i < 10_000; i += 500) {
      assert.equal(zset.rank(`m${i}`), direction > 0 ? i : 9999 - i);
    }
    for (let i = 0; i < 9999; i += 1) zset.delete(`m${i}`);
    assert.deepEqual(zset.entryAt(0), { member: 'm9999', score: direction * 9999 });
    zset.delete('m9999');
    assert.equal(zset.size, 0);
    zset.set('again', 1);
    assert.equal(zset.rank('again'), 0);
  }
});

test('lexical bounds, members compared bytewise', () => {
  const zset = new ZsetValue();
  const members = ['', 'A', 'B', 'a', 'ab', 'b', '\xff', '\xff\x00'];
  for (const member of members.toReversed()) zset.set(member, 0);
  for (const [rank, member] of members.entries()) {
    assert.equal(zset.firstRankFromLex(member, false), rank);
    assert.equal(zset.firstRankFromLex(member, true), rank + 1);
  }
  assert.equal(zset.firstRankFromLex('aa', false), 4);
  assert.equal(zset.firstRankFromLex('aa', true), 4);
  assert.equal(new ZsetValue().firstRankFromLex('a', false), 0);
});

test('the sign of zero is lost in a listpack and kept in a skiplist', () => {
  const zset = new ZsetValue();
  zset.set('a', -0);
  assert.ok(Object.is(zset.score('a'), 0));
  zset.set('long'.repeat(20), -0);
  zset.set('b', -0);
  assert.ok(Object.is(zset.score('a'), 0));
  assert.ok(Object.is(zset.score('long'.repeat(20)), -0));
  assert.ok(Object.is(zset.score('b'), -0));
});

test('infinite scores are at the ends, and negative zero equals zero', () => {
  const zset = new ZsetValue();
  zset.set('high', Number.POSITIVE_INFINITY);
  zset.set('low', Number.NEGATIVE_INFINITY);
  zset.set('b', -0);
  zset.set('a', 0);
  assert.equal(zset.set('b', 0), 'same');
  const order: string[] = [];
  zset.forEach((member) => {
    order.push(member);
  });
  assert.deepEqual(order, ['low', 'a', 'b', 'high']);
  assert.equal(zset.firstRankFrom(-0, false), 1);
  assert.equal(zset.firstRankFrom(0, true), 3);
});
