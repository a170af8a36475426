import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryBudget } from '../../../src/gateway/memoryBudget.ts';

test('the verdict is told once each time it gets worse', () => {
  let used = 0;
  const budget = new MemoryBudget(100, () => used);
  const at = (bytes: number): string | undefined => {
    used = bytes;
    return budget.look();
  };
  assert.deepEqual([0, 70, 71, 80, 50, 75, 91, 95].map(at), [
    undefined,
    undefined,
    'refuse',
    undefined,
    undefined,
    undefined,
    'end',
    undefined,
  ]);
});

test('a jump past both limits ends at once', () => {
  assert.equal(new MemoryBudget(100, () => 99).look(), 'end');
});
