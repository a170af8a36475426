/** When the budget of memory refuses writes, and when it ends the sandbox. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryBudget, type Verdict } from '../../../src/gateway/memoryBudget.ts';

/** What is said to [bytes of the thread, bytes known, full collections so far], one after another. */
function verdicts(readings: readonly (readonly [number, number, number])[]): (Verdict | '')[] {
  const budget = new MemoryBudget(100);
  return readings.map(
    ([threadBytes, knownBytes, collections]) =>
      budget.look({ threadBytes, knownBytes, comingBytes: 0, collections }) ?? '',
  );
}

test('a verdict is told once each time it changes, and not taken back for a little', () => {
  const data = [0, 60, 61, 75, 65, 55, 50, 45, 65, 85, 10];
  assert.deepEqual(verdicts(data.map((bytes) => [10 + bytes, bytes, 0])), [
    '',
    '', // 70 of 100 in use
    'refuse',
    '',
    '',
    '',
    'fine', // 60
    '',
    'refuse',
    '',
    'fine',
  ]);
});

test('what is coming in counts before it is there, but not as in use', () => {
  const budget = new MemoryBudget(100);
  const look = (comingBytes: number): Verdict | undefined =>
    budget.look({ threadBytes: 20, knownBytes: 10, comingBytes, collections: 0 });
  assert.deepEqual(
    [look(40), look(51), look(45), look(0)],
    [undefined, 'refuse', undefined, 'fine'],
  );
  assert.equal(budget.shareInUse, 0.2);
});

test('garbage counts for nothing, however much there is of it', () => {
  const readings: [number, number, number][] = [[20, 5, 0]];
  for (let i = 1; i < 20; i += 1) readings.push([20 + 10 * i, 5, 0]); // 210 of 100, all garbage
  readings.push([60, 5, 1]); // Collected; its Buffers are not all given back.
  readings.push([25, 5, 1], [90, 5, 2], [95, 5, 2], [30, 5, 3]);
  assert.deepEqual(new Set(verdicts(readings)), new Set(['']));
});

test('what two collections leave is in use, even if no server knows of it', () => {
  assert.deepEqual(
    verdicts([
      [20, 5, 0],
      [75, 5, 1],
      [75, 5, 2],
      [95, 5, 3],
      [95, 5, 4],
    ]),
    ['', '', 'refuse', '', ''],
  );
});

test('deleted keys make room before anybody collects them', () => {
  assert.deepEqual(
    verdicts([
      [80, 60, 0],
      [80, 1, 0],
    ]),
    ['refuse', 'fine'],
  );
});
