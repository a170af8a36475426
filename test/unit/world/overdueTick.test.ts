/** Looking ahead never changes when a tick comes. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { replay } from '../../../src/world/replay.ts';
import { client, newWorld, pass, server } from './harness.ts';

test('a tick that was due while the process was frozen comes when it would have, whoever looked ahead', () => {
  for (let round = 0; round < 60; round += 1) {
    const world = newWorld({ params: { latencyMicros: 700 } });
    world.inject(server('a', 7000));
    world.inject(client('c', 7000));
    pass(world, 20_000 + round * 137);
    world.inject({ kind: 'freeze', node: 'c' });
    pass(world, 4_000);
    const { eventCount, now } = world;
    const copy = world.copy();
    // The one sees that the tick is stale before the thaw, the other, as a replay, may not look.
    world.runUntil(now + 3_000);
    copy.goTo({ events: world.eventCount, time: now + 3_000 });
    assert.ok(world.eventCount >= eventCount);
    for (const each of [world, copy]) {
      each.inject({ kind: 'thaw', node: 'c' });
      pass(each, 5_000);
    }
    assert.equal(copy.traceHash, world.traceHash, `round ${round}`);
    assert.equal(replay(world.recording()!).traceHash, world.traceHash, `replay, round ${round}`);
  }
});
