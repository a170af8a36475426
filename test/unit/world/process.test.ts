/** A process of the world: its one CPU, its ticks, its children, its end. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { replay } from '../../../src/world/replay.ts';
import { client, dial, newWorld, Outside, pass, START, seen, server, tell } from './harness.ts';
import type { ToyServer, ToyTicker } from './toys.ts';

function oneNode(budget = 256) {
  const costs = {
    forkMicrosPerGb: 0,
    saveBytesPerSecond: 64 * 1024 * 1000,
    loadBytesPerSecond: 1e9,
  };
  const world = newWorld({ params: { budget, costs } });
  const outside = new Outside();
  world.outside = outside;
  world.inject(server('a', 7000, { files: [{ path: 'boot', bytes: Buffer.from('up') }] }));
  pass(world, 0);
  dial(world, 1, 'a', 7000);
  return { world, outside };
}

function kinds(world: { lastEvents(limit: number): { kind: string }[] }, limit: number): string[] {
  return world.lastEvents(limit).map((event) => event.kind);
}

test('commands above the budget become events of their own', () => {
  const { world, outside } = oneNode(2);
  world.inject({
    kind: 'data',
    conn: 1,
    bytes: Buffer.from('ECHO 1\nECHO 2\nECHO 3\nECHO 4\nECHO 5\n'),
  });
  assert.ok(world.step());
  assert.ok(world.step());
  assert.equal(outside.text.get(1), '1\n');
  pass(world, 0);
  assert.equal(outside.text.get(1), '1\n2\n3\n4\n5\n');
  assert.equal(kinds(world, 20).filter((kind) => kind === 'run').length, 2);
});

test('what a busy process is sent waits, in order', () => {
  const { world, outside } = oneNode();
  dial(world, 2, 'a', 7000);
  tell(world, 1, 'BUSY 5000\nECHO slept', 0);
  tell(world, 2, 'ECHO second', 0);
  tell(world, 1, 'ECHO third', 0);
  pass(world, 4_999);
  assert.equal(outside.text.size, 0);
  assert.equal(world.node('a')!.waiting, 3);
  pass(world, 1);
  assert.equal(outside.text.get(1), 'slept\nthird\n');
  assert.equal(outside.text.get(2), 'second\n');
});

test('what a process says before it is busy leaves when it is done', () => {
  const { world, outside } = oneNode();
  tell(world, 1, 'ECHO early\nBUSY 5000', 0);
  pass(world, 4_999);
  assert.equal(outside.text.size, 0);
  pass(world, 1);
  assert.equal(outside.text.get(1), 'early\n');
});

test('busyOn: the completion comes first, then what waited', () => {
  const { world, outside } = oneNode();
  dial(world, 2, 'a', 7000);
  tell(world, 1, 'SAFE aof x', 0);
  tell(world, 2, 'ECHO after', 0);
  pass(world, 999);
  assert.equal(outside.text.size, 0);
  world.inject({ kind: 'freeze', node: 'a' });
  pass(world, 5_000);
  assert.equal(outside.text.size, 0);
  world.inject({ kind: 'thaw', node: 'a' });
  pass(world, 0);
  assert.equal(outside.text.get(1), 'safe\n');
  assert.equal(outside.text.get(2), 'after\n');
  assert.deepEqual(seen(world, 'a').slice(-2), ['file ok', 'file ok']);
});

test('ticks follow the node’s own clock; a frozen or busy process gets none', () => {
  const world = newWorld();
  world.inject({ kind: 'addNode', name: 't', machine: 'ticker', directives: [['every', '1000']] });
  const ticks = () => (world.machine('t') as ToyTicker).ticks.map((at) => at - START);
  pass(world, 2_500);
  assert.deepEqual(ticks(), [1_000, 2_000]);
  world.inject({ kind: 'freeze', node: 't' });
  world.peek();
  pass(world, 3_000);
  world.inject({ kind: 'thaw', node: 't' });
  pass(world, 0);
  assert.deepEqual(ticks(), [1_000, 2_000, 5_500]);
  world.inject({ kind: 'clockJump', node: 't', micros: 10_000 });
  pass(world, 1_000);
  assert.deepEqual(ticks().slice(3), [15_500, 16_500]);
  world.inject({ kind: 'clockJump', node: 't', micros: -10_000 });
  pass(world, 5_000);
  assert.equal(ticks().length, 5);
  pass(world, 6_000);
  assert.deepEqual(ticks().slice(5), [17_500]);
  assert.equal(replay(world.recording()!).traceHash, world.traceHash);
});

test('a machine that leaves its deadline in the past does not stop the clock', () => {
  const world = newWorld();
  world.inject({ kind: 'addNode', name: 't', machine: 'ticker', directives: [['every', '0']] });
  assert.equal(world.runUntil(START + 10), 12);
  assert.equal(world.now, START + 10);
});

test('a child works in slices, outlives the parent’s freeze, and its end is told', () => {
  const { world } = oneNode();
  tell(world, 1, 'FORK 3', 0);
  assert.equal(world.node('a')!.children[0]!.title, 'toy-child');
  world.inject({ kind: 'freeze', node: 'a' });
  pass(world, 10_000);
  assert.equal(world.files('a').find((file) => file.path === 'child.out')!.size, 3 * 64 * 1024);
  assert.equal(world.node('a')!.children.length, 0);
  assert.ok(!seen(world, 'a').includes('child 0'));
  world.inject({ kind: 'thaw', node: 'a' });
  pass(world, 0);
  assert.ok(seen(world, 'a').includes('child 0'));
  assert.equal(world.logSince('a', 1)[0]!.role, 'C');
  assert.notEqual(world.logSince('a', 1)[0]!.pid, world.node('a')!.pid);
});

test('children can be killed by the parent or from outside, and die with it', () => {
  const { world } = oneNode();
  tell(world, 1, 'FORK 100', 2_500);
  const size = () => world.files('a').find((file) => file.path === 'child.out')?.size;
  assert.equal(size(), 2 * 64 * 1024);
  tell(world, 1, `KILL ${world.node('a')!.children[0]!.pid}`);
  assert.equal(seen(world, 'a').at(-1), 'child SIGUSR1');
  tell(world, 1, 'FORK 100', 2_500);
  world.inject({ kind: 'killChild', node: 'a', child: world.node('a')!.children[0]!.pid });
  pass(world, 10_000);
  assert.equal(seen(world, 'a').at(-1), 'child SIGKILL');
  tell(world, 1, 'FORK 100', 2_500);
  world.inject({ kind: 'crash', node: 'a' });
  const before = size();
  pass(world, 100_000);
  assert.equal(size(), before);
});

test('an exception freezes the world at its event and nothing else escapes', () => {
  const { world } = oneNode();
  world.inject(server('b', 7001));
  pass(world, 0);
  tell(world, 1, 'ECHO fine\nTHROW');
  const failure = world.failure!;
  assert.equal(failure.node, 'a');
  assert.equal(failure.error, 'InvariantError: told to throw');
  assert.match(world.event(failure.seq)!.text, /ECHO fine/);
  assert.equal(world.step(), false);
  assert.equal(world.nextEventAt(), Number.POSITIVE_INFINITY);
  world.inject({ kind: 'crash', node: 'b' });
  assert.equal(world.node('b')!.state, 'running');
  assert.deepEqual(replay(world.recording()!).failure?.error, failure.error);
});

test('shutdown, restart of a living and of a dead node, a life’s own seed', () => {
  const { world, outside } = oneNode();
  const seed = () => (world.machine('a') as ToyServer).facts!.seed.join();
  const first = seed();
  const pid = world.node('a')!.pid;
  world.inject({ kind: 'restart', node: 'a' });
  pass(world, 0);
  assert.equal(world.node('a')!.state, 'running');
  assert.equal(world.node('a')!.life, 2);
  assert.notEqual(seed(), first);
  assert.notEqual(world.node('a')!.pid, pid);
  assert.equal(outside.calls.filter((call) => call.startsWith('listen')).length, 2);
  world.inject({ kind: 'shutdown', node: 'a', signal: 'SIGINT' });
  pass(world, 0);
  assert.equal(world.node('a')!.state, 'exited');
  assert.equal(world.node('a')!.exitCode, 0);
  world.inject({ kind: 'restart', node: 'a' });
  pass(world, 0);
  assert.equal(world.node('a')!.life, 3);
  assert.deepEqual([...(world.machine('a') as ToyServer).files], [['boot', 'up']]);
});

test('a frozen process takes its signal once it goes on', () => {
  const { world } = oneNode();
  world.inject({ kind: 'freeze', node: 'a' });
  world.inject({ kind: 'signal', node: 'a', name: 'SIGTERM' });
  pass(world, 1_000);
  assert.equal(world.node('a')!.state, 'frozen');
  world.inject({ kind: 'thaw', node: 'a' });
  pass(world, 0);
  assert.equal(world.node('a')!.state, 'exited');
});

test('an instruction is an event of its machine, and a frozen process follows it once it goes on', () => {
  const world = newWorld();
  const directives = [['every', '1000000']];
  world.inject({ kind: 'addNode', name: 't', machine: 'ticker', directives });
  pass(world, 0);
  const ticker = world.machine('t') as ToyTicker;
  const instruction = { kind: 'tick', micros: 50 };
  world.inject({ kind: 'instruct', node: 't', instruction });
  const { text: operation } = world.event(world.eventCount)!;
  assert.equal(operation, 'instruct t tick 50');
  pass(world, 50);
  assert.deepEqual(ticker.ticks, [world.now]);
  const [event] = world.lastEvents(2);
  assert.deepEqual([event!.kind, event!.node, event!.text], ['instruction', 't', 'tick 50']);

  world.inject({ kind: 'freeze', node: 't' });
  world.inject({ kind: 'instruct', node: 't', instruction });
  pass(world, 100);
  assert.equal(ticker.ticks.length, 1);
  world.inject({ kind: 'thaw', node: 't' });
  pass(world, 50);
  assert.equal(ticker.ticks.length, 2);
});

test('a machine that follows no instructions refuses them; a dead process misses them', () => {
  const { world } = oneNode();
  const instruction = { kind: 'tick' };
  assert.throws(() => world.inject({ kind: 'instruct', node: 'a', instruction }), {
    name: 'InputError',
    message: 'a follows no instructions',
  });
  world.inject(client('c', 7000));
  world.inject({ kind: 'crash', node: 'c' });
  const { eventCount } = world;
  world.inject({ kind: 'instruct', node: 'c', instruction: { kind: 'say', word: 'x' } });
  pass(world, 0);
  assert.equal(world.eventCount, eventCount + 1);
});

test('a removed node is gone, and its name and port are free', () => {
  const { world, outside } = oneNode();
  world.inject({ kind: 'removeNode', node: 'a' });
  pass(world, 0);
  assert.equal(world.nodes().length, 0);
  assert.equal(outside.calls.at(-1), 'close 1');
  world.inject(server('a', 7000));
  pass(world, 0);
  dial(world, 2, 'a', 7000);
  tell(world, 2, 'ECHO new', 0);
  assert.equal(outside.text.get(2), 'new\n');
});

test('a node that takes the name of a removed one draws other random choices', () => {
  const world = newWorld();
  /** What is left of 10,000 unsynced bytes after a power loss. */
  const tornTail = (conn: number): number => {
    world.inject(server('a', 7000));
    pass(world, 0);
    dial(world, conn, 'a', 7000);
    tell(world, conn, `APPEND f ${'x'.repeat(10_000)}`);
    world.inject({ kind: 'powerLoss', node: 'a' });
    const [file] = world.files('a');
    world.inject({ kind: 'removeNode', node: 'a' });
    return file!.size;
  };
  assert.notEqual(tornTail(1), tornTail(2));
});
