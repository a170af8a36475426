/** Peers outside of the world: how they are accepted, answered, cut off and closed. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SEND_WINDOW_BYTES } from '../../../src/engine/machine/machine.ts';
import { InputError } from '../../../src/world/input.ts';
import { replay } from '../../../src/world/replay.ts';
import { dial, newWorld, Outside, pass, seen, server, tell } from './harness.ts';

function oneNode(outsideReachable = false) {
  const world = newWorld({ params: { outsideReachable } });
  const outside = new Outside();
  world.outside = outside;
  world.inject(server('a', 7000));
  pass(world, 0);
  return { world, outside };
}

test('an outside peer is accepted, answered and closed', () => {
  const { world, outside } = oneNode();
  assert.deepEqual(outside.calls, ['listen a 7000']);
  dial(world, 1, 'a', 7000);
  tell(world, 1, 'ECHO hello', 0);
  assert.equal(outside.text.get(1), 'hello\n');
  tell(world, 1, 'CLOSE', 0);
  assert.equal(outside.calls.at(-1), 'close 1');
  world.inject({ kind: 'data', conn: 1, bytes: Buffer.from('late\n') });
  assert.equal(world.step(), false);
});

test('what is asked before an eof is answered before the close', () => {
  const { world, outside } = oneNode();
  dial(world, 1, 'a', 7000);
  world.inject({ kind: 'data', conn: 1, bytes: Buffer.from('ECHO last\n') });
  world.inject({ kind: 'eof', conn: 1 });
  pass(world, 0);
  assert.equal(outside.text.get(1), 'last\n');
  assert.equal(outside.calls.at(-1), 'close 1');
  assert.equal(seen(world, 'a').at(-1), 'closed eof');
  assert.equal(world.connections().length, 0);
});

test('a reset from outside, a crash, a refusal', () => {
  const { world, outside } = oneNode();
  dial(world, 1, 'a', 7000);
  dial(world, 2, 'a', 7000);
  world.inject({ kind: 'reset', conn: 1 });
  pass(world, 0);
  assert.equal(seen(world, 'a').at(-1), 'closed reset');
  world.inject({ kind: 'crash', node: 'a' });
  pass(world, 0);
  assert.deepEqual(outside.calls.slice(1), ['closeListener a 7000', 'close 2']);
  dial(world, 3, 'a', 7000);
  assert.equal(outside.calls.at(-1), 'reset 3');
});

for (const kind of ['crash', 'removeNode'] as const) {
  test(`${kind}: what the process has not read or not accepted is reset, the rest ends`, () => {
    const { world, outside } = oneNode();
    for (const conn of [1, 2]) dial(world, conn, 'a', 7000);
    for (const conn of [1, 2]) tell(world, conn, 'ECHO read');
    world.inject({ kind: 'freeze', node: 'a' });
    tell(world, 2, 'ECHO unread');
    dial(world, 3, 'a', 7000);
    outside.calls.length = 0;
    world.inject({ kind, node: 'a' });
    pass(world, 0);
    assert.deepEqual(outside.calls, ['closeListener a 7000', 'close 1', 'reset 2', 'reset 3']);
  });
}

test('a process that ends while it is busy has not read what came meanwhile', () => {
  const { world, outside } = oneNode();
  for (const conn of [1, 2]) dial(world, conn, 'a', 7000);
  tell(world, 1, 'BUSY 50000', 0);
  tell(world, 2, 'ECHO unread', 0);
  outside.calls.length = 0;
  world.inject({ kind: 'crash', node: 'a' });
  pass(world, 0);
  assert.deepEqual(outside.calls, ['closeListener a 7000', 'close 1', 'reset 2']);
});

test('a power loss is silence, until the new kernel answers what it does not know', () => {
  const { world, outside } = oneNode();
  for (const conn of [1, 2, 3]) dial(world, conn, 'a', 7000);
  outside.calls.length = 0;
  world.inject({ kind: 'powerLoss', node: 'a' });
  tell(world, 1, 'ECHO anybody?', 60_000_000);
  world.inject({ kind: 'eof', conn: 2 });
  dial(world, 4, 'a', 7000); // A connect that hangs.
  pass(world, 60_000_000);
  assert.deepEqual(outside.calls, []);
  world.inject({ kind: 'restart', node: 'a' });
  pass(world, 10_000);
  const resets = ['reset 1', 'reset 2', 'reset 4']; // The last before the new process listens.
  assert.deepEqual(outside.calls, ['closeListener a 7000', 'listen a 7000', ...resets]);
  // Who has said nothing meanwhile does not know, until he does.
  tell(world, 3, 'ECHO x');
  assert.equal(outside.calls.at(-1), 'reset 3');
});

test('a dead process whose host loses its power does not refuse any more', () => {
  const { world, outside } = oneNode();
  world.inject({ kind: 'crash', node: 'a' });
  world.inject({ kind: 'powerLoss', node: 'a' });
  assert.deepEqual(outside.calls.slice(1), ['closeListener a 7000', 'listen a 7000']);
  dial(world, 1, 'a', 7000);
  pass(world, 60_000_000);
  world.inject({ kind: 'removeNode', node: 'a' });
  pass(world, 0);
  assert.deepEqual(outside.calls.slice(3), ['closeListener a 7000', 'reset 1']);
});

test('a cut between a node and outside holds bytes both ways', () => {
  const { world, outside } = oneNode();
  dial(world, 1, 'a', 7000);
  world.inject({ kind: 'cut', a: 'a', b: 'outside', oneway: true });
  tell(world, 1, 'ECHO x');
  assert.equal(outside.text.get(1), undefined);
  world.inject({ kind: 'cut', a: 'outside', b: 'a', oneway: true });
  tell(world, 1, 'seen');
  assert.ok(!seen(world, 'a').includes('seen'));
  world.inject({ kind: 'heal' });
  pass(world, 0);
  assert.equal(outside.text.get(1), 'x\n');
  assert.ok(seen(world, 'a').includes('seen'));
});

test('pseudo-nodes have links of their own', () => {
  const { world, outside } = oneNode();
  world.inject({
    kind: 'accept',
    conn: 1,
    node: 'a',
    port: 7000,
    peer: '127.0.0.1:50001',
    from: 'app',
  });
  dial(world, 2, 'a', 7000);
  world.inject({ kind: 'cut', a: 'a', b: 'app' });
  tell(world, 1, 'ECHO app');
  tell(world, 2, 'ECHO other');
  assert.deepEqual([...outside.text], [[2, 'other\n']]);
});

test('a connect to an address outside goes out, and what comes of it comes in', () => {
  const { world, outside } = oneNode(true);
  dial(world, 1, 'a', 7000);
  tell(world, 1, 'CONNECT 10.0.0.9 6379');
  const call = outside.calls.at(-1)!;
  assert.match(call, /^connect -\d+ 10\.0\.0\.9:6379 a$/);
  const conn = Number(call.split(' ')[1]);
  world.inject({ kind: 'connected', conn, laddr: '10.0.0.1:4444' });
  pass(world, 0);
  tell(world, 1, 'TELL hi');
  assert.equal(outside.text.get(conn), 'hi\n');
  tell(world, conn, 'from outside');
  assert.equal(seen(world, 'a').at(-1), 'from outside');
  tell(world, 1, 'CONNECT 10.0.0.9 6380');
  const second = Number(outside.calls.at(-1)!.split(' ')[1]);
  world.inject({ kind: 'refused', conn: second, error: 'No route to host' });
  pass(world, 0);
  assert.match(seen(world, 'a').at(-1)!, /No route to host/);
  assert.equal(replay(world.recording()!).traceHash, world.traceHash);
});

test('what a node takes from outside is reported, summed up', () => {
  const { world, outside } = oneNode();
  dial(world, 1, 'a', 7000);
  const part = SEND_WINDOW_BYTES / 16;
  for (let i = 0; i < 5; i += 1) tell(world, 1, 'x'.repeat(part - 1));
  assert.deepEqual(outside.calls.slice(1), [`consumed 1 ${4 * part}`]);
});

test('an input from inside a call of the way out waits for the end of the event', () => {
  const { world, outside } = oneNode();
  dial(world, 1, 'a', 7000);
  outside.send = (conn, bytes) => {
    world.inject({ kind: 'data', conn, bytes: Buffer.from(`echoed ${bytes.length}\n`) });
    world.inject({ kind: 'crash', node: 'nobody' }); // Senseless: dropped, not thrown into the event.
  };
  tell(world, 1, 'ECHO abc');
  assert.equal(seen(world, 'a').at(-1), 'echoed 4');
  assert.equal(replay(world.recording()!).traceHash, world.traceHash);
});

test('inputs that make no sense are refused and leave no trace', () => {
  const { world } = oneNode();
  const before = world.digest();
  assert.throws(() => world.inject({ kind: 'crash', node: 'zz' }), InputError);
  assert.throws(() => world.inject(server('a', 7009)), InputError);
  assert.throws(() => world.inject(server('c', 7000)), InputError);
  assert.throws(() => world.inject({ ...server('c', 7001), machine: 'zz' }), InputError);
  const peer = '127.0.0.1:1';
  assert.throws(
    () => world.inject({ kind: 'accept', conn: 1, node: 'zz', port: 1, peer }),
    InputError,
  );
  world.inject({ kind: 'data', conn: 77, bytes: Buffer.from('x') });
  assert.equal(world.digest(), before);
});
