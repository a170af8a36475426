/** The load client's book of its writes: which of them were acknowledged and are gone. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  keyOf,
  REMEMBERED,
  SLOTS,
  sequenceIn,
  WriteBook,
  writeText,
} from '../../../src/sandbox/load/writeBook.ts';

function written(count: number): WriteBook {
  const book = new WriteBook();
  for (let i = 0; i < count; i += 1) book.acknowledge(book.issue());
  return book;
}

test('a key that reads back as an earlier write has lost every later acknowledged one', () => {
  const book = written(3 * SLOTS + 10);
  // Slot 5 was written by 5, 5 + SLOTS, 5 + 2 SLOTS and 5 + 3 SLOTS.
  assert.equal(book.check(5, 5 + SLOTS), 2);
  assert.deepEqual(book.lostSequences, [5 + 2 * SLOTS, 5 + 3 * SLOTS]);
  assert.equal(book.check(5, 5 + SLOTS), 0, 'what is lost is counted once');
  assert.equal(book.check(6, 6 + 3 * SLOTS), 0);
  assert.equal(book.lost, 2);
});

test('a key that is gone has lost all of its acknowledged writes, and no other', () => {
  const book = new WriteBook();
  for (let i = 1; i <= 2 * SLOTS; i += 1) {
    const sequence = book.issue();
    if (i === 7) book.refuse(sequence, 'NOREPLICAS');
    else if (i === 8) book.forsake(sequence);
    else book.acknowledge(sequence);
  }
  assert.equal(book.check(7, 0), 1);
  assert.equal(book.check(8, 0), 1);
  assert.equal(book.check(9, 0), 2);
  assert.deepEqual([book.sent, book.acked, book.unknown], [2 * SLOTS, 2 * SLOTS - 2, 1]);
  assert.deepEqual([...book.errors], [['NOREPLICAS', 1]]);
});

test('the slot of a multiple of SLOTS is the first', () => {
  const book = written(2 * SLOTS);
  assert.equal(book.slotOf(2 * SLOTS), 0);
  assert.equal(book.check(0, SLOTS), 1);
  assert.deepEqual(book.lostSequences, [2 * SLOTS]);
});

test('memory is bounded: what is forgotten is not counted', () => {
  const book = written(REMEMBERED + SLOTS);
  assert.equal(book.check(3, 0), REMEMBERED / SLOTS);
});

test('values carry their sequence number at any length', () => {
  assert.equal(keyOf(new WriteBook().slotOf(SLOTS + 3)), 'load:3');
  assert.equal(writeText(42, 6), '000042');
  assert.equal(writeText(123, 1), '123');
  for (const bytes of [1, 16, 64, 1000]) assert.equal(sequenceIn(writeText(987654, bytes)), 987654);
  for (const foreign of ['', 'hello', `1${'0'.repeat(30)}`, '12x']) {
    assert.equal(sequenceIn(foreign), undefined, foreign);
  }
});

test('a write that comes back is not lost any more', () => {
  const book = new WriteBook();
  for (let i = 1; i <= 3; i += 1) book.acknowledge(book.issue());
  assert.equal(book.check(book.slotOf(2), 0), 1);
  assert.equal(book.check(book.slotOf(3), 0), 1);
  assert.deepEqual([book.lost, book.lostSequences], [2, [2, 3]]);
  assert.equal(book.check(book.slotOf(2), 2), 0);
  assert.deepEqual([book.lost, book.lostSequences], [1, [3]]);
  // And it can be lost again.
  assert.equal(book.check(book.slotOf(2), 0), 1);
  assert.equal(book.lost, 2);
});

test('an old master that returns brings back every write of the outage, not only the last of each key', () => {
  const book = written(3 * SLOTS);
  // A promoted replica has 1 of the slot's writes 1, 1 + SLOTS and 1 + 2 SLOTS.
  assert.equal(book.check(1, 1), 2);
  // Then the old master, which has them all, is the master again.
  assert.equal(book.check(1, 1 + 2 * SLOTS), 0);
  assert.deepEqual([book.lost, book.lostSequences], [0, []]);
});

test('a write over a lost one does not bring it back', () => {
  const book = written(2 * SLOTS);
  assert.equal(book.check(1, 1), 1);
  for (let i = 0; i < SLOTS; i += 1) book.acknowledge(book.issue());
  assert.equal(book.check(1, 1 + 2 * SLOTS), 0);
  assert.deepEqual([book.lost, book.lostSequences], [1, [1 + SLOTS]]);
});

test('histories that take turns each have their own writes', () => {
  const book = written(1);
  const check = (found: number): number[] => {
    book.check(1, found);
    return [...book.lostSequences];
  };
  const writeMore = (): void => {
    for (let i = 0; i < SLOTS; i += 1) book.acknowledge(book.issue());
  };
  assert.deepEqual(check(0), [1], 'the second history began without 1');
  writeMore();
  assert.deepEqual(check(1), [1 + SLOTS], 'back to the first, which has only 1');
  assert.deepEqual(check(1 + SLOTS), [1], 'and to the second again');
  writeMore();
  assert.deepEqual(check(1 + 2 * SLOTS), [1]);
  assert.equal(book.lost, 1);
});

test('what became of a write can be asked for, as long as it is remembered', () => {
  const book = new WriteBook(2);
  for (let i = 0; i < 4; i += 1) book.issue();
  book.acknowledge(1);
  book.refuse(2, 'READONLY');
  book.forsake(3);
  assert.deepEqual(
    [0, 1, 2, 3, 4, 5].map((sequence) => book.fateOf(sequence)),
    [undefined, 'acked', 'refused', 'unknown', 'sent', undefined],
  );
  book.check(1, 0);
  assert.equal(book.fateOf(1), 'lost');
  for (let i = 0; i < REMEMBERED; i += 1) book.issue();
  assert.equal(book.fateOf(1), undefined);
  assert.equal(book.usedSlots, 2);
});
