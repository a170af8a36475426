/** Naive models of the data types, and the random operations that drive a value and its model alike. */

import assert from 'node:assert/strict';
import { HashValue } from '../../../src/engine/data/types/hash.ts';
import { ListValue } from '../../../src/engine/data/types/list.ts';
import { SetValue } from '../../../src/engine/data/types/set.ts';
import { isString, type Value } from '../../../src/engine/data/types/value.ts';
import { ZsetValue } from '../../../src/engine/data/types/zset.ts';
import { Random, seedFromNumber, seedOf } from '../../../src/engine/machine/random.ts';

/** Plain data with the content of a value. */
export type Model =
  | { type: 'string'; text: string }
  | { type: 'hash'; fields: Map<string, string> }
  | { type: 'set'; members: Set<string> }
  | { type: 'list'; items: string[] }
  | { type: 'zset'; scores: Map<string, number> };

export function randomFor(label: string, seed: number): Random {
  return new Random(seedOf(seedFromNumber(seed), label));
}

/** One of `limit` words; some are integers, some long. */
export function word(random: Random, limit: number): string {
  const number = random.below(limit);
  if (number % 3 === 0) return String(number);
  return number % 29 === 0 ? `long-${number}-`.repeat(12) : `word:${number}`;
}

export function copyModel(model: Model): Model {
  return structuredClone(model);
}

export function sortedEntries(scores: Map<string, number>): [string, number][] {
  return [...scores].sort(([a, x], [b, y]) => x - y || (a < b ? -1 : a > b ? 1 : 0));
}

/** Asserts that the whole content of `value` is the model's. */
export function assertContent(value: Value | undefined, model: Model): void {
  assert.ok(value !== undefined);
  if (isString(value)) {
    assert.deepEqual({ type: 'string', text: value }, model);
  } else if (value instanceof HashValue) {
    assert.ok(model.type === 'hash');
    const fields = new Map<string, string>();
    value.forEach((field, item) => {
      fields.set(field, item as string);
    });
    assert.deepEqual(fields, model.fields);
    assert.equal(value.size, model.fields.size);
  } else if (value instanceof SetValue) {
    assert.ok(model.type === 'set');
    const members: string[] = [];
    value.forEach((member) => {
      members.push(member);
    });
    assert.deepEqual(new Set(members), model.members);
    assert.equal(members.length, model.members.size);
  } else if (value instanceof ListValue) {
    assert.ok(model.type === 'list');
    const items: string[] = [];
    value.forEach((item, index) => {
      assert.equal(index, items.length);
      items.push(item as string);
    });
    assert.deepEqual(items, model.items);
    assert.equal(value.length, model.items.length);
  } else {
    assert.ok(model.type === 'zset');
    const entries: [string, number][] = [];
    value.forEach((member, score) => {
      entries.push([member, score]);
    });
    assert.deepEqual(entries, sortedEntries(model.scores));
    assert.equal(value.size, entries.length);
  }
}

/** A random change of a container and of its model; `words` bounds how large it can grow. */
export function changeBoth(random: Random, value: Value, model: Model, words: number): void {
  if (value instanceof HashValue && model.type === 'hash') changeHash(random, value, model, words);
  else if (value instanceof SetValue && model.type === 'set')
    changeSet(random, value, model, words);
  else if (value instanceof ListValue && model.type === 'list')
    changeList(random, value, model, words);
  else if (value instanceof ZsetValue && model.type === 'zset')
    changeZset(random, value, model, words);
  else assert.fail('value and model differ in type');
}

type Of<T extends Model['type']> = Extract<Model, { type: T }>;

function changeHash(random: Random, hash: HashValue, model: Of<'hash'>, words: number): void {
  const field = word(random, words);
  assert.equal(hash.get(field), model.fields.get(field));
  if (random.chance(0.6)) {
    const value = word(random, 1000);
    assert.equal(hash.set(field, value), !model.fields.has(field));
    model.fields.set(field, value);
  } else {
    assert.equal(hash.has(field), model.fields.has(field));
    assert.equal(hash.delete(field), model.fields.delete(field));
  }
}

function changeSet(random: Random, set: SetValue, model: Of<'set'>, words: number): void {
  const member = word(random, words);
  assert.equal(set.has(member), model.members.has(member));
  if (random.chance(0.6)) {
    assert.equal(set.add(member), !model.members.has(member));
    model.members.add(member);
  } else {
    assert.equal(set.delete(member), model.members.delete(member));
  }
}

function changeList(random: Random, list: ListValue, model: Of<'list'>, words: number): void {
  const { items } = model;
  const value = word(random, 1000);
  const action = random.below(items.length > words ? 14 : 10);
  const index = random.below(items.length + 1);
  if (action < 3) {
    list.pushLeft(value);
    items.unshift(value);
  } else if (action < 6) {
    list.pushRight(value);
    items.push(value);
  } else if (action === 6) {
    list.insert(index, value);
    items.splice(index, 0, value);
  } else if (action === 7) {
    assert.equal(list.popLeft(), items.shift());
  } else if (action === 8) {
    assert.equal(list.popRight(), items.pop());
  } else if (action === 9) {
    assert.equal(list.get(index), items[index]);
    if (index < items.length) {
      list.set(index, value);
      items[index] = value;
    }
  } else if (action < 13) {
    for (let n = 0; n < 40 && items.length > 0; n += 1) {
      const at = Math.min(index, items.length - 1);
      list.removeAt(at);
      items.splice(at, 1);
    }
  } else {
    const stop = index + random.below(items.length);
    list.trim(index >>> 2, stop);
    model.items = items.slice(index >>> 2, stop + 1);
  }
}

function changeZset(random: Random, zset: ZsetValue, model: Of<'zset'>, words: number): void {
  const member = word(random, words);
  const old = model.scores.get(member);
  assert.equal(zset.score(member), old);
  if (random.chance(0.6)) {
    const score = random.chance(0.1) ? random.fraction() * 1e6 : random.below(50);
    const outcome = old === undefined ? 'added' : old === score ? 'same' : 'updated';
    assert.equal(zset.set(member, score), outcome);
    model.scores.set(member, score);
  } else {
    assert.equal(zset.delete(member), model.scores.delete(member));
  }
}

/** An empty container and its model. */
export function emptyPair(random: Random): { value: Value; model: Model } {
  switch (random.below(4)) {
    case 0:
      return { value: new HashValue(), model: { type: 'hash', fields: new Map() } };
    case 1:
      return { value: new SetValue(), model: { type: 'set', members: new Set() } };
    case 2:
      return { value: new ListValue(), model: { type: 'list', items: [] } };
    default:
      return { value: new ZsetValue(), model: { type: 'zset', scores: new Map() } };
  }
}
