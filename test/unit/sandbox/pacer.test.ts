/** The pace of the load client. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pacer } from '../../../src/sandbox/load/pacer.ts';

/** Writes due in a second of ticks, and the ticks. */
function oneSecond(rate: number): { writes: number; ticks: number } {
  const pacer = new Pacer();
  pacer.begin(5_000_000, rate);
  let writes = 0;
  let ticks = 0;
  while (pacer.nextAt < 6_000_000) {
    writes += pacer.take(pacer.nextAt);
    ticks += 1;
  }
  return { writes, ticks };
}

test('a rate gives as many writes a second, in at most 100 lumps', () => {
  for (const rate of [1, 3, 7, 50, 100, 999, 1_000, 12_345]) {
    const { writes, ticks } = oneSecond(rate);
    // The lump of the last instant belongs to the next second.
    const slack = rate > 100 ? rate / 100 : 1;
    assert.ok(Math.abs(writes - rate) <= slack, `${rate}: ${writes}`);
    assert.ok(ticks <= 101, `${rate}: ${ticks} ticks`);
  }
});
