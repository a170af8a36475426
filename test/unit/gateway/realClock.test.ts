/** The clock of `server` mode: microseconds, monotonic, and in step with a clock that is set. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RealClock } from '../../../src/gateway/realClock.ts';

/** A clock over sources that the test moves; milliseconds. */
function started(timeOrigin: number, elapsed: number, wall: number) {
  const at = { elapsed, wall };
  const clock = new RealClock({
    timeOrigin,
    monotonic: () => at.elapsed,
    wall: () => Math.floor(at.wall),
  });
  return { clock, at };
}

test('it has microseconds, and is not behind by what Date cuts off', () => {
  const { clock, at } = started(1_790_000_000_000.25, 40.5, 1_790_000_000_040.75);
  assert.equal(clock.now(), 1_790_000_000_040_750);
  at.elapsed += 0.001;
  assert.equal(clock.now(), 1_790_000_000_040_751);
});

test('a clock that is slewed is not followed, one that is set is', () => {
  const { clock, at } = started(1_790_000_000_000, 100, 1_790_000_000_100);
  for (const wall of [1_790_000_000_090, 1_790_000_000_120]) {
    at.wall = wall;
    clock.correct();
    assert.equal(clock.now(), 1_790_000_000_100_000);
  }
  for (const wall of [1_790_003_600_000, 1_780_000_000_000]) {
    at.wall = wall;
    clock.correct();
    assert.equal(clock.now(), wall * 1000 + 500);
  }
});

test('a system clock that was set before it began is seen at once', () => {
  const { clock } = started(1_790_000_000_000, 100, 1_790_000_500_000);
  assert.equal(clock.now(), 1_790_000_500_000_500);
});

test('the real one agrees with Date, and never goes back', () => {
  const clock = new RealClock();
  let last = 0;
  for (let i = 0; i < 10_000; i += 1) {
    const before = Date.now() * 1000;
    const now = clock.now();
    assert.ok(now >= last);
    last = now;
    // Wide enough for a machine whose clock is being slewed.
    assert.ok(now > before - 50_000 && now < Date.now() * 1000 + 50_000);
  }
});
