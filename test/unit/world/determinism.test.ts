/** Equal inputs give equal runs: live, recorded, replayed, copied, restored. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random, seedFromNumber } from '../../../src/engine/machine/random.ts';
import { registrationOf } from '../../../src/engine/machine/state.ts';
import { Checkpoints } from '../../../src/world/checkpoints.ts';
import { parse, serialize } from '../../../src/world/recordingFile.ts';
import { replay } from '../../../src/world/replay.ts';
import type { World } from '../../../src/world/world.ts';
import { client, newWorld, Outside, server } from './harness.ts';

const FAULTS = 60;

/** A busy world: three servers, four clients, outside connections, and random faults. */
function busyWorld(seed: number, looks = false, record = true): World {
  const params = {
    jitterMicros: 50,
    digestEvery: 100,
    disk: { fsyncMicros: 900, opMicrosMax: 40 },
  };
  const world = newWorld({ seed: seedFromNumber(seed), params, record });
  for (const index of [0, 1, 2]) world.inject(server(`n${index}`, 7000 + index));
  for (const index of [0, 1, 2, 3]) world.inject(client(`c${index}`, 7000 + (index % 3)));
  const random = new Random(seedFromNumber(seed + 1));
  for (let i = 1; i <= FAULTS; i += 1) {
    disturb(world, random, i);
    if (looks) look(world);
    world.runUntil(world.now + random.below(20_000));
  }
  return world;
}

function disturb(world: World, random: Random, index: number): void {
  const node = `n${random.below(3)}`;
  const other = `c${random.below(4)}`;
  const conn = index;
  switch (random.below(14)) {
    case 0:
      world.inject({ kind: 'crash', node });
      break;
    case 1:
      world.inject({ kind: 'powerLoss', node });
      break;
    case 2:
      world.inject({ kind: 'freeze', node });
      break;
    case 3:
      world.inject({ kind: 'thaw', node });
      break;
    case 4:
    case 5:
      world.inject({ kind: 'restart', node });
      break;
    case 6:
      world.inject({ kind: 'cut', a: node, b: other, oneway: random.chance(0.5) });
      break;
    case 7:
      world.inject({ kind: 'heal' });
      break;
    case 8:
      world.inject({ kind: 'hold', a: node, b: other });
      break;
    case 9:
      world.inject({ kind: 'reset', a: node, b: other });
      break;
    case 10:
      world.inject({ kind: 'clockJump', node: other, micros: random.below(2_000) - 1_000 });
      break;
    case 11: {
      const instruction = { kind: 'say', word: random.hex(4), list: [{ index }] };
      world.inject({ kind: 'instruct', node: other, instruction });
      break;
    }
    default: {
      const port = 7000 + Number(node[1]);
      world.inject({ kind: 'accept', conn, node, port, peer: `127.0.0.1:${50_000 + conn}` });
      const lines = random.chance(0.3) ? 'FORK 2\nBUSY 3000\n' : 'ECHO a\nAPPEND f abc\nFSYNC f\n';
      world.inject({ kind: 'data', conn, bytes: Buffer.from(lines) });
    }
  }
}

function look(world: World): void {
  world.peek();
  world.upcoming(10);
  world.nodes();
  world.links();
  world.connections();
  world.lastEvents(20);
  world.digest();
}

test('equal seeds and inputs give equal runs, whatever one looks at', () => {
  const first = busyWorld(1);
  assert.ok(first.eventCount > 1_000, `only ${first.eventCount} events`);
  assert.equal(first.failure, undefined);
  const second = busyWorld(1, true);
  assert.equal(second.traceHash, first.traceHash);
  assert.equal(second.digest(), first.digest());
  assert.notEqual(busyWorld(2).traceHash, first.traceHash);
});

test('whether anybody is outside or records makes no difference', () => {
  const plain = busyWorld(3);
  const world = busyWorld(3, false, false);
  assert.equal(world.traceHash, plain.traceHash);
  const copy = plain.copy();
  copy.outside = new Outside();
  copy.runUntil(copy.now + 50_000);
  plain.runUntil(plain.now + 50_000);
  assert.equal(copy.traceHash, plain.traceHash);
});

test('a recording, also through a file, gives the same run', () => {
  for (const seed of [4, 5, 6, 7]) {
    const world = busyWorld(seed);
    const recording = world.recording()!;
    const again = replay(parse(Buffer.concat(serialize(recording))));
    assert.equal(again.traceHash, world.traceHash);
    assert.equal(again.digest(), world.digest());
    assert.equal(again.now, world.now);
  }
});

test('a copy and its original, stepped by turns, stay alike and independent', () => {
  const world = busyWorld(8);
  const copies = [world.copy(), world.copy()];
  const all = [world, ...copies];
  for (let i = 0; i < 300; i += 1) {
    for (const each of all) each.step();
    if (i === 150) for (const each of all) each.inject({ kind: 'crash', node: 'n0' });
  }
  assert.equal(copies[0]!.traceHash, world.traceHash);
  assert.equal(copies[1]!.traceHash, world.traceHash);
  assert.equal(copies[1]!.digest(), world.digest());
  const before = world.digest();
  for (let i = 0; i < 100; i += 1) copies[0]!.step();
  assert.equal(world.digest(), before);
});

test('going back to an event, and another way from there', () => {
  const world = busyWorld(9);
  const hashes = new Map<number, string>();
  const again = replay(world.recording()!, 0);
  assert.equal(again.eventCount, 0);
  for (const events of [1, 5, 200, 777, 1_200]) {
    const there = replay(world.recording()!, events, { record: true });
    assert.equal(there.eventCount, events);
    hashes.set(events, there.traceHash);
    there.inject({ kind: 'crash', node: 'n0' });
    there.runUntil(there.now + 5_000);
    assert.equal(replay(there.recording()!).traceHash, there.traceHash);
  }
  const checkpoints = new Checkpoints(100, 4);
  const live = replay(world.recording()!, 7, { record: true });
  for (let i = 0; i < 1_500; i += 1) {
    live.step();
    checkpoints.keep(live);
  }
  assert.ok(checkpoints.count >= 2 && checkpoints.count <= 4);
  const target = live.eventCount - 10;
  const back = checkpoints.seek(live, target);
  assert.equal(back.eventCount, target);
  for (let i = 0; i < 10; i += 1) back.step();
  assert.equal(back.traceHash, live.traceHash);
  assert.equal(back.digest(), live.digest());
});

test('checkpoints and replay from the beginning agree everywhere', () => {
  const world = busyWorld(10);
  const recording = world.recording()!;
  const checkpoints = new Checkpoints(50);
  const live = replay(recording, 0, { record: true });
  const source = replay(recording, undefined, { record: true });
  for (let events = 0; events <= source.eventCount; events += 97) {
    const there = replay(recording, events);
    assert.equal(checkpoints.seek(source, events).traceHash, there.traceHash);
    checkpoints.keep(there);
  }
  assert.equal(live.eventCount, 0);
});

/** Every object reachable, with registered-shared ones apart. */
function reach(root: object): { own: Set<object>; shared: Set<object> } {
  const own = new Set<object>();
  const shared = new Set<object>();
  const todo: unknown[] = [root];
  while (todo.length > 0) {
    const value = todo.pop();
    assert.ok(
      typeof value !== 'function' && typeof value !== 'symbol',
      `a ${typeof value} in state`,
    );
    if (typeof value !== 'object' || value === null || own.has(value)) continue;
    const prototype = Object.getPrototypeOf(value);
    const isPlain = prototype === Object.prototype || Array.isArray(value);
    const isBuiltIn = value instanceof Map || value instanceof Set || ArrayBuffer.isView(value);
    const registration = registrationOf(value);
    assert.ok(
      isPlain || isBuiltIn || registration !== undefined,
      `unregistered ${prototype.constructor.name}`,
    );
    if (registration?.shared) {
      shared.add(value);
      continue;
    }
    own.add(value);
    if (value instanceof Map) for (const [key, item] of value) todo.push(key, item);
    else if (value instanceof Set) todo.push(...value);
    else if (!ArrayBuffer.isView(value)) todo.push(...Object.values(value));
  }
  return { own, shared };
}

test('state is plain data, and copies share only what is registered as shared', () => {
  const world = busyWorld(11);
  const copy = world.copy();
  const original = reach(world.state);
  for (const value of reach(copy.state).own) {
    assert.ok(!original.own.has(value), `shared: ${value.constructor.name}`);
  }
  assert.ok(original.own.size > 100);
});
