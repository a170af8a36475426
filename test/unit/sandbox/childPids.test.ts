/** A BGSAVE's child is logged with the process ID that the world knows it by, and no other node's. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seedFromNumber } from '../../../src/engine/machine/random.ts';
import '../../../src/sandbox/machines.ts';
import { World } from '../../../src/world/world.ts';

test("a child's process ID is its own", () => {
  const world = new World({
    seed: seedFromNumber(1),
    startAt: 1_767_225_600_000_000,
    record: false,
    traceEvents: 1_024,
  });
  for (const [name, port, more] of [
    ['m', 7000, ''],
    ['r', 7001, 'replicaof 127.0.0.1 7000\n'],
  ] as const) {
    const bytes = Buffer.from(`port ${port}\n${more}`);
    const files = [{ path: 'redis.conf', bytes }];
    const configFile = 'redis.conf';
    world.inject({ kind: 'addNode', name, machine: 'server', ports: [port], configFile, files });
  }
  world.runUntil(world.now + 5_000_000);
  const lines = world.logSince('m', 0);
  const logged = lines.map(({ line }) => /saving started by pid (\d+)/.exec(line)?.[1]);
  const pid = Number(logged.find((one) => one !== undefined));
  const saved = lines.find(({ line }) => line === 'DB saved on disk');
  assert.equal(saved?.pid, pid, 'the line that the child itself has logged');
  for (const name of ['m', 'r']) assert.notEqual(world.node(name)!.pid, pid);
});
