/** A world on other ports lives on as one that was started there. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random, seedFromNumber } from '../../../src/engine/machine/random.ts';
import { missingForAgreement } from '../../../src/sandbox/agreement.ts';
import { Reading } from '../../../src/sandbox/reading.ts';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import { takeSnapshot } from '../../../src/sandbox/snapshot.ts';
import type { Operation } from '../../../src/view/messages.ts';
import type { Snapshot } from '../../../src/view/snapshot.ts';
import { type PortMap, readdressed } from '../../../src/world/readdress.ts';
import { World } from '../../../src/world/world.ts';
import { bootedSandbox } from '../../support/sandboxes.ts';

const PORTS: PortMap = new Map([
  [6400, 6500],
  [6401, 6501],
  [6402, 6502],
  [26400, 26500],
  [26401, 26501],
  [26402, 26502],
]);

const OPERATIONS: readonly Operation[] = [
  { op: 'load', rate: 200, bytes: 20 },
  { op: 'crash', node: 'm' },
  { op: 'restart', node: 'm' },
  { op: 'failover', name: 'mymaster' },
  { op: 'replicaof', node: 'r2', to: { node: 'r1' } },
  { op: 'freeze', node: 's1' },
  { op: 'thaw', node: 's1' },
  { op: 'restart', node: 's2' },
];

function disturbed(seed: number): Sandbox {
  const random = new Random(seedFromNumber(seed));
  const sandbox = bootedSandbox({ seed });
  for (let i = 0; i < 5; i += 1) {
    sandbox.perform(OPERATIONS[random.below(OPERATIONS.length)]!, () => {});
    sandbox.advance(sandbox.world.now + random.below(4_000_000));
  }
  return sandbox;
}

function snapshotOf(world: World): Snapshot {
  const driver = { mode: 'live', speed: 1 } as const;
  const history = { shown: null, first: 0, firstAt: 0, last: 0, lastAt: 0 };
  const frame = { seed: 0, masterName: 'mymaster', revision: 0, driver, history, present: world };
  return takeSnapshot(new Reading(world), frame);
}

function movedFrom(sandbox: Sandbox): World {
  const state = readdressed(sandbox.world.state, PORTS);
  return new World({ state, recording: undefined });
}

test('after a move nobody knows an old port, and the nodes agree as they would have', () => {
  for (let seed = 1; seed <= 6; seed += 1) {
    const sandbox = disturbed(seed);
    const world = movedFrom(sandbox);
    const ends = [sandbox.world, world];
    for (const end of ends) {
      end.inject({ kind: 'heal' });
      for (const node of ['m', 'r1', 'r2', 's1', 's2', 's3']) {
        if (end.node(node)!.state === 'frozen') end.inject({ kind: 'thaw', node });
        if (end.node(node)!.state === 'crashed') end.inject({ kind: 'restart', node });
      }
      end.runUntil(end.now + 60_000_000);
      assert.equal(end.failure, undefined);
    }
    const [stayed, moved] = ends.map(snapshotOf);
    assert.deepEqual(missingForAgreement(moved!), missingForAgreement(stayed!), `seed ${seed}`);
    assert.doesNotMatch(JSON.stringify(moved), /\b2?640[012]\b/, `seed ${seed}`);
    assert.deepEqual(
      moved!.nodes.map(({ name, role, master }) => [name, role, master?.node]),
      stayed!.nodes.map(({ name, role, master }) => [name, role, master?.node]),
      `seed ${seed}`,
    );
    for (const { name } of moved!.nodes) {
      const file = world.readFile(name, 'redis.conf')!.latin1Slice();
      assert.doesNotMatch(file, /\b640[012]\b/);
    }
    for (const { name } of moved!.sentinels) {
      const file = world.readFile(name, 'sentinel.conf')!.latin1Slice();
      assert.doesNotMatch(file, /\b2?640[012]\b/);
    }
  }
});

test('moving disturbs nothing in the world that stays', () => {
  const sandbox = disturbed(3);
  const again = disturbed(3);
  movedFrom(sandbox).runUntil(sandbox.world.now + 10_000_000);
  sandbox.advance(sandbox.world.now + 5_000_000);
  again.advance(again.world.now + 5_000_000);
  assert.equal(sandbox.world.traceHash, again.world.traceHash);
});

test('a port of another length is refused', () => {
  const sandbox = bootedSandbox();
  assert.throws(
    () => readdressed(sandbox.world.state, new Map([[6400, 16400]])),
    /differ in length/,
  );
});
