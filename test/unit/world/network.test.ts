/** The virtual network: latency, cuts, holds, resets, windows. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SEND_WINDOW_BYTES } from '../../../src/engine/machine/machine.ts';
import type { World } from '../../../src/world/world.ts';
import { dial, newWorld, Outside, pass, seen, server, tell } from './harness.ts';

/** Nodes a and b; a has connected to b, with itself told what to do over outside connection 1. */
function twoNodes(latencyMicros = 200): { world: World; outside: Outside; toB: number } {
  const world = newWorld({ params: { latencyMicros } });
  const outside = new Outside();
  world.outside = outside;
  world.inject(server('a', 7000));
  world.inject(server('b', 7001));
  pass(world, 0);
  dial(world, 1, 'a', 7000);
  tell(world, 1, 'CONNECT 127.0.0.1 7001');
  const view = world.connections().find((each) => each.server.node === 'b')!;
  return { world, outside, toB: view.client.conn };
}

test('a connect takes a round trip, bytes one latency', () => {
  const world = newWorld({ params: { latencyMicros: 300 } });
  world.inject(server('a', 7000));
  world.inject(server('b', 7001));
  pass(world, 0);
  dial(world, 1, 'a', 7000);
  const asked = world.now;
  world.inject({ kind: 'data', conn: 1, bytes: Buffer.from('CONNECT 127.0.0.1 7001\n') });
  while (!seen(world, 'b').includes('accepted 127.0.0.1:7001')) assert.ok(world.step());
  assert.equal(world.now, asked + 300);
  while (!seen(world, 'a').some((line) => line.endsWith('127.0.0.1:7001'))) assert.ok(world.step());
  assert.equal(world.now, asked + 600);
  tell(world, 1, 'TELL hello', 299);
  assert.ok(!seen(world, 'b').includes('hello'));
  pass(world, 1);
  assert.ok(seen(world, 'b').includes('hello'));
});

test('a connect to the own node works, one to a port nobody listens on is refused', () => {
  const { world } = twoNodes();
  tell(world, 1, 'CONNECT localhost 7000');
  assert.ok(seen(world, 'a').some((line) => /connected \d+ 127.0.0.1:7000/.test(line)));
  tell(world, 1, 'CONNECT 127.0.0.1 7999');
  assert.ok(seen(world, 'a').some((line) => line.endsWith('Connection refused')));
});

test('a cut keeps bytes and their end back; healing delivers them in order', () => {
  const { world } = twoNodes();
  world.inject({ kind: 'cut', a: 'a', b: 'b' });
  tell(world, 1, 'TELL one');
  tell(world, 1, 'TELL two');
  world.inject({ kind: 'crash', node: 'a' });
  pass(world, 1_000_000);
  assert.deepEqual(seen(world, 'b'), ['accepted 127.0.0.1:7001']);
  assert.equal(
    world.links().find((link) => link.from === 'a' && link.to === 'b')!.bytesInFlight,
    8,
  );
  world.inject({ kind: 'heal' });
  pass(world, 1_000);
  assert.deepEqual(seen(world, 'b').slice(1), ['one', 'two', 'closed eof']);
});

test('a cut of one direction leaves the other open', () => {
  const { world } = twoNodes();
  dial(world, 2, 'b', 7001);
  world.inject({ kind: 'cut', a: 'a', b: 'b', oneway: true });
  tell(world, 1, 'TELL forth');
  tell(world, 2, 'TELL back');
  assert.ok(!seen(world, 'b').includes('forth'));
  assert.ok(seen(world, 'a').includes('back'));
});

test('connects hang in a cut and get through after it; one given up leaves nothing', () => {
  const { world } = twoNodes();
  world.inject({ kind: 'cut', a: 'b', b: 'a', oneway: true });
  tell(world, 1, 'CONNECT 127.0.0.1 7001');
  assert.equal(seen(world, 'b').length, 2); // b's kernel has it; the answer is cut off.
  assert.equal(seen(world, 'a').filter((line) => line.startsWith('connected')).length, 1);
  world.inject({ kind: 'heal', a: 'a' });
  pass(world, 1_000);
  assert.equal(seen(world, 'a').filter((line) => line.startsWith('connected')).length, 2);
});

test('a hold keeps bytes in flight but lets connects pass', () => {
  const { world } = twoNodes();
  world.inject({ kind: 'hold', a: 'a', b: 'b' });
  tell(world, 1, 'TELL held');
  tell(world, 1, 'CONNECT 127.0.0.1 7001');
  assert.deepEqual(seen(world, 'b'), ['accepted 127.0.0.1:7001', 'accepted 127.0.0.1:7001']);
  world.inject({ kind: 'heal', a: 'a', b: 'b' });
  pass(world, 0);
  assert.ok(seen(world, 'b').includes('held'));
});

test('a reset is seen by both ends, also in a cut', () => {
  const { world } = twoNodes();
  world.inject({ kind: 'cut', a: 'a', b: 'b' });
  tell(world, 1, 'TELL lost');
  world.inject({ kind: 'reset', a: 'a', b: 'b' });
  pass(world, 0);
  assert.equal(seen(world, 'a').at(-1), 'closed reset');
  assert.equal(seen(world, 'b').at(-1), 'closed reset');
  world.inject({ kind: 'heal' });
  pass(world, 10_000);
  assert.ok(!seen(world, 'b').includes('lost'));
});

test('an orderly close delivers what was sent before it', () => {
  const { world } = twoNodes();
  tell(world, 1, 'TELL last', 0);
  world.inject({ kind: 'shutdown', node: 'a' });
  pass(world, 1_000);
  assert.deepEqual(seen(world, 'b').slice(1), ['last', 'closed eof']);
  assert.equal(world.node('a')!.state, 'exited');
  assert.equal(world.connections().length, 0);
});

test('latency and bandwidth can be set; jitter never reorders a connection', () => {
  const { world } = twoNodes();
  world.inject({ kind: 'latency', a: 'a', b: 'b', micros: 5_000, jitterMicros: 4_000 });
  for (let i = 0; i < 50; i += 1) tell(world, 1, `TELL ${i}`, 10);
  pass(world, 20_000);
  assert.deepEqual(
    seen(world, 'b').slice(1),
    Array.from({ length: 50 }, (_, i) => String(i)),
  );
  world.inject({ kind: 'latency', a: 'a', b: 'b', micros: 0 });
  world.inject({ kind: 'bandwidth', a: 'a', b: 'b', bytesPerSecond: 1_000 });
  tell(world, 1, `TELL ${'x'.repeat(933)}`, 999_999); // 934 bytes and 66 of headers.
  assert.equal(seen(world, 'b').length, 51);
  pass(world, 1);
  assert.equal(seen(world, 'b').length, 52);
});

test('a frozen reader: its kernel accepts, bytes wait, the window fills and opens again', () => {
  const { world } = twoNodes();
  world.inject({ kind: 'freeze', node: 'b' });
  dial(world, 2, 'b', 7001);
  tell(world, 1, 'CONNECT 127.0.0.1 7001');
  assert.equal(seen(world, 'a').filter((line) => line.startsWith('connected')).length, 2);
  dial(world, 3, 'a', 7000);
  // a answers a flood over connection 3, whose reader takes nothing.
  tell(world, 3, `FLOOD ${2 * SEND_WINDOW_BYTES}`);
  const outside = world.outside as Outside;
  assert.equal(outside.bytes.get(3), SEND_WINDOW_BYTES);
  world.inject({ kind: 'drained', conn: 3, bytes: 1_000 });
  pass(world, 1_000);
  assert.equal(outside.bytes.get(3), SEND_WINDOW_BYTES); // Too little to be reported.
  world.inject({ kind: 'drained', conn: 3, bytes: 99_000 });
  pass(world, 1_000);
  assert.equal(outside.bytes.get(3), SEND_WINDOW_BYTES + 100_000);
  assert.equal(world.node('b')!.waiting, 2);
  world.inject({ kind: 'thaw', node: 'b' });
  pass(world, 0);
  assert.equal(seen(world, 'b').length, 3);
  assert.equal(world.node('b')!.waiting, 0);
});

test('between nodes, small traffic causes no reports and large traffic never stalls', () => {
  const { world, toB, outside } = twoNodes();
  outside.send = (conn, bytes) => world.inject({ kind: 'drained', conn, bytes: bytes.length });
  tell(world, 1, 'TELL small');
  assert.ok(!world.lastEvents(100).some((event) => event.kind === 'drained'));
  for (let i = 0; i < 40; i += 1) tell(world, 1, `TELL ${'y'.repeat(20_000)}`);
  const view = world.connections().find((each) => each.client.conn === toB)!;
  assert.ok(view.client.bytesSent > 3 * SEND_WINDOW_BYTES);
  assert.ok(view.client.bytesUnreported < SEND_WINDOW_BYTES / 4);
  assert.equal(world.failure, undefined);
});

test('sending more than the window holds is a broken invariant', () => {
  const { world } = twoNodes();
  world.inject({ kind: 'freeze', node: 'b' });
  for (let i = 0; i < 20; i += 1) tell(world, 1, `TELL ${'z'.repeat(20_000)}`);
  assert.match(world.failure!.error, /send window/);
});

test('a connection to a node that lost its power is half-open until something is sent', () => {
  const { world } = twoNodes();
  world.inject({ kind: 'powerLoss', node: 'b' });
  pass(world, 100_000);
  assert.ok(!seen(world, 'a').includes('closed reset'));
  tell(world, 1, 'TELL anybody');
  tell(world, 1, 'CONNECT 127.0.0.1 7001');
  assert.ok(!seen(world, 'a').includes('closed reset'));
  world.inject({ kind: 'restart', node: 'b' });
  pass(world, 10_000);
  assert.ok(seen(world, 'a').includes('closed reset'));
  assert.equal(seen(world, 'a').filter((line) => /connected \d+ 127/.test(line)).length, 2);
  assert.deepEqual(seen(world, 'b'), ['accepted 127.0.0.1:7001']);
});

test('a crash ends connections after a latency, and refuses new ones until the restart', () => {
  const { world } = twoNodes();
  world.inject({ kind: 'crash', node: 'b' });
  pass(world, 199);
  assert.ok(!seen(world, 'a').includes('closed eof'));
  pass(world, 1);
  assert.ok(seen(world, 'a').includes('closed eof'));
  tell(world, 1, 'CONNECT 127.0.0.1 7001');
  assert.match(seen(world, 'a').at(-1)!, /Connection refused/);
  world.inject({ kind: 'restart', node: 'b' });
  pass(world, 0);
  tell(world, 1, 'CONNECT 127.0.0.1 7001');
  assert.match(seen(world, 'a').at(-1)!, /127.0.0.1:7001/);
});

test('a removed node takes its links along: what was on them arrives, the next one begins anew', () => {
  const { world } = twoNodes();
  world.inject({ kind: 'latency', a: 'a', b: 'b', micros: 5_000, jitterMicros: 9_000 });
  world.inject({ kind: 'cut', a: 'a', b: 'b' });
  tell(world, 1, 'TELL one');
  world.inject({ kind: 'removeNode', node: 'a' });
  pass(world, 50_000);
  assert.deepEqual(seen(world, 'b').slice(1), ['one', 'closed eof']);
  assert.ok(world.links().every(({ from, to }) => from !== 'a' && to !== 'a'));

  world.inject(server('a', 7000));
  pass(world, 0);
  dial(world, 2, 'a', 7000);
  tell(world, 2, 'CONNECT 127.0.0.1 7001', 400);
  assert.ok(seen(world, 'a').some((line) => /connected \d+ 127.0.0.1:7001/.test(line)));
  const link = world.links().find(({ from, to }) => from === 'a' && to === 'b')!;
  assert.deepEqual([link.cut, link.latencyMicros, link.jitterMicros], [false, 200, 0]);
});
