/** A process that starts again after it died with bytes under way to it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dial, newWorld, Outside, pass, seen, server, tell } from './harness.ts';

test('what was under way to a process that died does not keep the next one from starting', () => {
  const world = newWorld({ params: { latencyMicros: 5_000, outsideLatencyMicros: 5_000 } });
  const outside = new Outside();
  world.outside = outside;
  world.inject(server('a', 7000));
  dial(world, 1, 'a', 7000);
  pass(world, 20_000);
  world.inject({ kind: 'data', conn: 1, bytes: Buffer.from('late\n') });
  world.inject({ kind: 'crash', node: 'a' });
  pass(world, 50_000);
  assert.equal(world.node('a')!.waiting, 0);
  world.inject({ kind: 'restart', node: 'a' });
  pass(world, 20_000);
  assert.deepEqual(world.node('a')!.listening, [7000]);
  dial(world, 2, 'a', 7000);
  pass(world, 20_000);
  tell(world, 2, 'hello', 20_000);
  assert.deepEqual(seen(world, 'a').slice(-1), ['hello']);
});
