/** The hash of keys, and that an index cannot be made slow by keys prepared for another seed. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HashIndex } from '../../../src/engine/data/table/hashIndex.ts';
import { HashSeed, hashSeed, keyHash } from '../../../src/engine/data/table/keyHash.ts';
import { seedFromNumber } from '../../../src/engine/machine/random.ts';
import { randomFor } from './models.ts';

const A = hashSeed(seedFromNumber(1));
const B = hashSeed(seedFromNumber(2));

test('hashes are HalfSipHash-1-3: vectors of Linux (lib/tests/siphash_kunit.c)', () => {
  const seed = new HashSeed(0x03020100, 0x07060504);
  const vectors = [
    0x5814c896, 0xe7e864ca, 0xbc4b0e30, 0x01539939, 0x7e059ea6, 0x88e3d89b, 0xa0080b65, 0x9d38d9d6,
  ];
  const bytes = Buffer.from([0, 1, 2, 3, 4, 5, 6, 7]);
  vectors.forEach((expected, length) => {
    assert.equal(keyHash(seed, bytes, 0, length) >>> 0, expected);
  });
  assert.equal(keyHash(seed, Buffer.from([9, 0, 1, 2, 3, 4, 9]), 1, 6) >>> 0, vectors[5]);
});

/** How far pairs stand from their homes, on the mean, once all keys are in an index. */
function meanDistance(seed: HashSeed, keys: Buffer, keyBytes: number): number {
  const index = new HashIndex();
  const count = keys.length / keyBytes;
  for (let i = 0; i < count; i += 1) {
    index.add(keyHash(seed, keys, i * keyBytes, (i + 1) * keyBytes), i + 1);
  }
  let distance = 0;
  for (const { words, mask } of index.pages()) {
    for (let place = 0; place <= mask; place += 1) {
      if (words[2 * place + 1] !== 0) distance += (place - words[2 * place]!) & mask;
    }
  }
  return distance / count;
}

function randomKeys(count: number, keyBytes: number): Buffer {
  const random = randomFor('keys', count);
  return Buffer.from(Array.from({ length: count * keyBytes }, () => random.below(256)));
}

test('keys chosen to crowd a page under one seed are like others under another', () => {
  // Low bits choose the place: these keys have their homes in 8 of a page's 8,192 places.
  const count = 3000;
  const keys = Buffer.alloc(8 * count);
  const candidate = Buffer.alloc(8);
  let found = 0;
  for (let n = 0; found < count; n += 1) {
    candidate.writeUInt32LE(n, 0);
    if ((keyHash(A, candidate, 0, 8) & 0x3ff) < 1) candidate.copy(keys, 8 * found++);
  }
  const ordinary = meanDistance(B, randomKeys(count, 8), 8);
  assert.ok(meanDistance(A, keys, 8) > 100 * ordinary);
  assert.ok(meanDistance(B, keys, 8) < 1.5 * ordinary);
});

/**
 * A hash that is seeded, yet weak: whatever the seed, the change of one word can be undone by the
 * next word.
 */
function weakStep(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word, 0x5bd1e995);
  return mixed ^ (mixed >>> 15);
}

test('100,000 keys whose differences cancel in a weak hash cost no more than others', () => {
  const count = 100_000;
  const keys = Buffer.alloc(8 * count);
  const target = 0x12345678;
  for (let i = 0; i < count; i += 1) {
    const first = weakStep(A.low, i);
    keys.writeInt32LE(i, 8 * i);
    keys.writeInt32LE(first ^ target, 8 * i + 4);
    assert.equal(weakStep(first, keys.readInt32LE(8 * i + 4)), weakStep(0, target));
  }
  const ordinary = meanDistance(A, randomKeys(count, 8), 8);
  assert.ok(meanDistance(A, keys, 8) < 1.2 * ordinary);
  assert.ok(meanDistance(B, keys, 8) < 1.2 * ordinary);
});

test('thousands of keys with one and the same hash are all found', () => {
  const index = new HashIndex();
  const count = 8000;
  const hash = 0x7654321;
  for (let reference = 1; reference <= count; reference += 1) index.add(hash, reference);
  for (let reference = 1; reference <= count; reference += 1) {
    const page = index.page(hash);
    assert.equal(page.words[2 * page.placeOf(hash, reference) + 1], reference);
  }
  assert.ok(index.heldBytes < 4 * 1024 * 1024);
  for (let reference = count; reference > 0; reference -= 1) index.remove(hash, reference);
  assert.equal(index.page(hash).count, 0);
});
