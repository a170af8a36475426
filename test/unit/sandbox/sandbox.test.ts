/** A whole sandbox in virtual time: boot, operations, a failover under load, determinism. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toLatin1 } from '../../../src/engine/resp/bytes.ts';
import { keyOf, SLOTS, sequenceIn } from '../../../src/sandbox/load/writeBook.ts';
import { serverOf } from '../../../src/sandbox/nodeReading.ts';
import { BootError, Sandbox } from '../../../src/sandbox/sandbox.ts';
import type { Operation, Outcome } from '../../../src/view/messages.ts';

const START = 1_790_000_000_000_000;
const SECOND = 1_000_000;

function create(fields: { replicas?: number; sentinels?: number; seed?: number } = {}): Sandbox {
  return new Sandbox({
    topology: {
      replicas: fields.replicas ?? 2,
      sentinels: fields.sentinels ?? 3,
      port: 6400,
      sentinelPort: 26400,
    },
    seed: fields.seed ?? 7,
    startAt: START,
    record: false,
  });
}

function booted(fields: Parameters<typeof create>[0] = {}): Sandbox {
  const sandbox = create(fields);
  sandbox.boot();
  return sandbox;
}

function run(sandbox: Sandbox, seconds: number): void {
  sandbox.advance(sandbox.world.now + seconds * SECOND);
}

/** Runs until the condition holds; fails after `seconds` of world time. */
function runUntil(sandbox: Sandbox, seconds: number, condition: () => boolean): void {
  const limit = sandbox.world.now + seconds * SECOND;
  while (!condition()) {
    assert.ok(sandbox.world.now < limit, `not within ${seconds} s: ${condition}`);
    assert.equal(sandbox.world.failure, undefined);
    sandbox.advance(sandbox.world.now + 10_000);
  }
}

/** Performs an operation and runs until it has been answered. */
function perform(sandbox: Sandbox, operation: Operation): Outcome {
  let outcome: Outcome | undefined;
  sandbox.perform(operation, (given) => {
    outcome = given;
  });
  runUntil(sandbox, 11, () => outcome !== undefined);
  return outcome!;
}

function succeed(sandbox: Sandbox, operation: Operation): string {
  const outcome = perform(sandbox, operation);
  assert.ok(outcome.ok, JSON.stringify(outcome));
  return outcome.text;
}

function errorOf(sandbox: Sandbox, operation: Operation): string {
  const outcome = perform(sandbox, operation);
  assert.ok(!outcome.ok);
  return outcome.error;
}

function node(sandbox: Sandbox, name: string) {
  return sandbox.snapshot().nodes.find((candidate) => candidate.name === name)!;
}

test('a topology agrees by its own protocols, in virtual time', () => {
  const sandbox = booted();
  const { nodes, sentinels } = sandbox.snapshot();
  assert.deepEqual(
    nodes.map(({ name, role }) => [name, role]),
    [
      ['m', 'master'],
      ['r1', 'replica'],
      ['r2', 'replica'],
    ],
  );
  assert.deepEqual(
    nodes[0]!.replicas.map((replica) => replica.state),
    ['online', 'online'],
  );
  assert.equal(sentinels.length, 3);
  for (const sentinel of sentinels) {
    assert.equal(sentinel.master!.node, 'm');
    assert.deepEqual(sentinel.replicas.map((replica) => replica.node).sort(), ['r1', 'r2']);
    assert.equal(sentinel.sentinels.length, 2);
  }
});

test('topologies without replicas or without Sentinels are ready, too', () => {
  assert.equal(booted({ replicas: 0, sentinels: 0 }).snapshot().nodes.length, 1);
  assert.equal(booted({ replicas: 1, sentinels: 0 }).snapshot().nodes[0]!.replicas.length, 1);
  assert.equal(booted({ replicas: 0, sentinels: 1 }).snapshot().sentinels.length, 1);
});

test('a topology that cannot agree says what is missing', () => {
  const sandbox = create({ replicas: 1, sentinels: 2 });
  sandbox.inject({ kind: 'cut', a: 'm', b: 'r1' });
  sandbox.inject({ kind: 'cut', a: 's1', b: 'm' });
  assert.throws(
    () => sandbox.boot(10 * SECOND),
    (error: unknown) =>
      error instanceof BootError &&
      /within 10 s/.test(error.message) &&
      /the link of r1 to its master is down/.test(error.message) &&
      /s1 has not discovered s2/.test(error.message),
  );
});

test('a master that thaws before LOAD has heard of the new one: its last writes are counted', () => {
  const sandbox = booted();
  succeed(sandbox, { op: 'load', rate: 500, bytes: 32 });
  run(sandbox, 1);
  // LOAD hears late of everything that Sentinels say.
  for (const a of ['s1', 's2', 's3']) {
    succeed(sandbox, { op: 'latency', a, b: 'load', ms: 200, jitterMs: 0 });
  }
  succeed(sandbox, { op: 'freeze', node: 'm' });
  runUntil(sandbox, 15, () => sandbox.snapshot().failovers.length === 1);
  runUntil(sandbox, 5, () => sandbox.reading.load!.phase === 'checking role');
  const { checks } = sandbox.reading.load!;
  succeed(sandbox, { op: 'thaw', node: 'm' });
  // It takes itself for the master still, and LOAD takes its word for it.
  runUntil(sandbox, 5, () => sandbox.reading.load!.checks > checks);
  assert.equal(sandbox.snapshot().load!.master, 'm');
  runUntil(sandbox, 15, () => (sandbox.snapshot().failovers[0]?.writesGone ?? null) !== null);
  const { failovers, load } = sandbox.snapshot();
  assert.ok(load!.lost > 0);
  assert.equal(failovers[0]!.writesGone, load!.lost, failovers[0]!.sentence);
});

test('the master crashes under load: exactly the acknowledged writes that are missing are lost', () => {
  const sandbox = booted();
  succeed(sandbox, { op: 'load', rate: 1_000, bytes: 32 });
  run(sandbox, 3);
  assert.ok(sandbox.reading.load!.book.acked > 2_000);
  // What the master takes from now on reaches no replica.
  for (const b of ['r1', 'r2']) succeed(sandbox, { op: 'cut', a: 'm', b, oneway: true });
  run(sandbox, 0.1);
  succeed(sandbox, { op: 'crash', node: 'm' });
  runUntil(sandbox, 15, () => (sandbox.snapshot().failovers[0]?.writesGone ?? null) !== null);

  const { failovers, load } = sandbox.snapshot();
  const [failover] = failovers;
  const promoted = serverOf(sandbox.world, failover!.promoted)!;
  assert.equal(failover!.oldMaster, 'm');
  assert.ok(failover!.bytesGone > 0);
  assert.ok(failover!.writesGone! > 10 && failover!.writesGone! < 200, failover!.sentence);
  assert.equal(load!.lost, failover!.writesGone);
  assert.match(
    failover!.sentence,
    /^old master m at offset \d+, promoted r[12] at \d+: \d+ bytes, \d+ acknowledged writes gone$/,
  );
  // The writes are consecutive, and the first that is gone follows the last that is there.
  const [first] = load!.lostSequences;
  const last = load!.lostSequences.at(-1)!;
  assert.equal(last - first! + 1, Math.min(100, load!.lost));
  let newest = 0;
  for (let slot = 0; slot < SLOTS; slot += 1) {
    const value = promoted.keyspace.databases[0]!.get(keyOf(slot));
    if (typeof value !== 'string') continue;
    const sequence = sequenceIn(toLatin1(value))!;
    if (sequence < first!) newest = Math.max(newest, sequence);
    assert.ok(!load!.lostSequences.includes(sequence), `${sequence} is there`);
  }
  assert.ok(newest === last - load!.lost || load!.unknown > 0);
  const feed = sandbox.takeFeed().map((entry) => entry.text);
  assert.ok(feed.includes(failover!.sentence));

  succeed(sandbox, { op: 'heal' });
  succeed(sandbox, { op: 'restart', node: 'm' });
  runUntil(sandbox, 30, () => node(sandbox, 'm').master?.status === 'up');
  const summary = succeed(sandbox, { op: 'loadStop' });
  assert.match(summary, /^sent \d+, acknowledged \d+, unknown \d+, lost \d+$/);
  assert.equal(sandbox.snapshot().load!.running, false);
  assert.equal(sandbox.snapshot().load!.lost, load!.lost, 'no write is lost twice');
});

test('a load without Sentinels stays with its master, and survives its restart', () => {
  const sandbox = booted({ replicas: 0, sentinels: 0 });
  succeed(sandbox, { op: 'load', rate: 50, bytes: 16 });
  run(sandbox, 2);
  succeed(sandbox, { op: 'crash', node: 'm' });
  run(sandbox, 1);
  assert.equal(sandbox.snapshot().load!.phase, 'waiting');
  succeed(sandbox, { op: 'restart', node: 'm' });
  run(sandbox, 2);
  const load = sandbox.snapshot().load!;
  assert.equal(load.phase, 'writing');
  // Nothing had been saved: all that was acknowledged before is gone, and found to be.
  assert.ok(load.lost >= 100 && load.lost <= 102, String(load.lost));
  assert.ok(load.unwritableMs >= 1_000, String(load.unwritableMs));
});

test('operations that make no sense say what to do', () => {
  const sandbox = booted({ replicas: 1, sentinels: 1 });
  assert.equal(
    errorOf(sandbox, { op: 'crash', node: 'x' }),
    "ERR no node named 'x'; there are: m r1 s1",
  );
  assert.match(
    errorOf(sandbox, { op: 'bgsave', node: 's1' }),
    /s1 is a Sentinel; the servers are: m r1/,
  );
  assert.match(errorOf(sandbox, { op: 'resync', node: 'm' }), /m is a master/);
  assert.match(errorOf(sandbox, { op: 'thaw', node: 'm' }), /m is not frozen but running/);
  assert.match(errorOf(sandbox, { op: 'cut', a: 'm', b: 'm', oneway: false }), /no link to itself/);
  assert.match(
    errorOf(sandbox, { op: 'replicaof', node: 'm', to: { node: 'm' } }),
    /its own replica/,
  );
  assert.match(errorOf(sandbox, { op: 'loadStop' }), /no load is running/);
  assert.match(errorOf(sandbox, { op: 'failover', name: 'nobody' }), /No such master/);
  succeed(sandbox, { op: 'crash', node: 'r1' });
  assert.match(errorOf(sandbox, { op: 'crash', node: 'r1' }), /r1 is crashed already; RESTART/);
  assert.match(errorOf(sandbox, { op: 'bgsave', node: 'r1' }), /r1 is crashed: RESTART it first/);
  succeed(sandbox, { op: 'freeze', node: 'm' });
  assert.match(errorOf(sandbox, { op: 'bgsave', node: 'm' }), /m has not replied within 5 s/);
});

test('commands go to a node over the wire', () => {
  const sandbox = booted({ replicas: 2, sentinels: 0 });
  assert.equal(succeed(sandbox, { op: 'bgsave', node: 'm' }), 'Background saving started');
  const before = node(sandbox, 'r1').replid;
  assert.equal(succeed(sandbox, { op: 'replicaof', node: 'r2', to: { node: 'r1' } }), 'OK');
  runUntil(sandbox, 10, () => node(sandbox, 'r1').replicas[0]?.state === 'online');
  assert.equal(succeed(sandbox, { op: 'resync', node: 'r1' }), 'OK');
  runUntil(sandbox, 10, () => node(sandbox, 'r1').master?.status === 'up');
  assert.equal(node(sandbox, 'r1').replid, before);
  assert.equal(succeed(sandbox, { op: 'replicaof', node: 'r1', to: null }), 'OK');
  assert.equal(node(sandbox, 'r1').role, 'master');
});

for (const [how, fault] of [
  ['freezes', { op: 'freeze', node: 's1' }],
  ['is cut off', { op: 'cut', a: 's1', b: 'load', oneway: false }],
] as const) {
  test(`the load hears of a failover although the Sentinel it listens to ${how}`, () => {
    const sandbox = booted();
    succeed(sandbox, { op: 'load', rate: 100, bytes: 32 });
    run(sandbox, 1);
    succeed(sandbox, fault);
    // The load still reaches its old master, which knows nothing: only a Sentinel can tell.
    for (const b of ['r1', 'r2', 's1', 's2', 's3']) {
      succeed(sandbox, { op: 'cut', a: 'm', b, oneway: false });
    }
    run(sandbox, 60);
    assert.equal(sandbox.snapshot().failovers.length, 1);
    assert.match(sandbox.snapshot().load!.master!, /^r[12]$/);
  });
}

test('a paused world takes commands and says so; a step tells what happened', () => {
  const sandbox = booted({ replicas: 0, sentinels: 0 });
  sandbox.perform({ op: 'pause' }, () => {});
  const outcomes: Outcome[] = [];
  sandbox.perform({ op: 'bgsave', node: 'm' }, (outcome) => outcomes.push(outcome));
  const [queued] = outcomes;
  assert.ok(queued?.ok && queued.text.startsWith('QUEUED the world is paused'));
  sandbox.perform({ op: 'step', count: 2 }, (outcome) => outcomes.push(outcome));
  const stepped = outcomes[1];
  assert.ok(stepped?.ok);
  assert.equal(stepped.lines?.length, 2);
  assert.match(stepped.lines.join('\n'), /m ← operator/);
});

test('what is under way when the world is paused is answered at once, its outcome told later', () => {
  for (const pausing of [{ op: 'pause' }, { op: 'step', count: 1 }] as const) {
    const sandbox = booted({ replicas: 1, sentinels: 1 });
    succeed(sandbox, { op: 'load', rate: 100, bytes: 16 });
    run(sandbox, 1);
    const outcomes: Outcome[] = [];
    const ask = (operation: Operation): void =>
      sandbox.perform(operation, (outcome) => outcomes.push(outcome));
    ask({ op: 'command', node: 'm', line: 'INCR counter' });
    ask({ op: 'loadStop' });
    ask({ op: 'freeze', node: 'r1' });
    ask({ op: 'bgsave', node: 'r1' });
    assert.equal(outcomes.length, 1, 'only the freeze needs no time');
    ask(pausing);
    ask({ op: 'pause' });
    const queued = outcomes.filter(({ ok, ...rest }) => ok && /^QUEUED/.test(Object(rest).text));
    assert.deepEqual([outcomes.length, queued.length], [6, 3]);
    sandbox.perform({ op: 'resume' }, () => {});
    run(sandbox, 1);
    assert.equal(outcomes.length, 6, 'nobody is answered twice');
    const told = sandbox.takeFeed().filter(({ source }) => source === 'sandbox');
    assert.ok(told.some(({ text }) => text === 'm replies: (integer) 1'));
    assert.ok(!told.some(({ text }) => text.includes('QUEUED')));
    assert.equal(sandbox.snapshot().load!.running, false);
  }
});

test('when the world fails, whoever waits is told', () => {
  const sandbox = booted({ replicas: 1, sentinels: 0 });
  const outcomes: Outcome[] = [];
  const ask = (operation: Operation): void =>
    sandbox.perform(operation, (outcome) => outcomes.push(outcome));
  ask({ op: 'freeze', node: 'r1' });
  ask({ op: 'bgsave', node: 'r1' });
  const machine = sandbox.world.machine('m')!;
  machine.tick = () => {
    throw new Error('as if an invariant was broken');
  };
  run(sandbox, 1);
  const error =
    /^ERR the world stands still: Error: as if an invariant was broken \(event \d+, node m\)$/;
  assert.match(outcomes[1]?.ok === false ? outcomes[1].error : '', error);
  // What the nodes have said is there to be read.
  ask({ op: 'log', node: 'm', count: 1 });
  ask({ op: 'pause' });
  assert.ok(outcomes[2]?.ok && outcomes[2].log?.length === 1);
  assert.match(outcomes[3]?.ok === false ? outcomes[3].error : '', error);
});

test('a process that has been spawned but has not run yet is shown in its last role', () => {
  const sandbox = booted({ replicas: 1, sentinels: 1 });
  sandbox.perform({ op: 'pause' }, () => {});
  for (const name of ['m', 'r1', 's1']) {
    sandbox.perform({ op: 'crash', node: name }, () => {});
    sandbox.perform({ op: 'restart', node: name }, () => {});
  }
  const { nodes, sentinels } = sandbox.snapshot();
  assert.deepEqual(
    nodes.map(({ role, process, life }) => [role, process, life]),
    [
      ['master', 'running', 2],
      ['replica', 'running', 2],
    ],
  );
  assert.equal(sentinels[0]!.master, null);
});

test('the same seed gives the same run, and a copy goes on as the original', () => {
  const hashes = [1, 2].map(() => {
    const sandbox = booted({ seed: 11 });
    succeed(sandbox, { op: 'load', rate: 200, bytes: 16 });
    run(sandbox, 1);
    succeed(sandbox, { op: 'crash', node: 'm' });
    run(sandbox, 1);
    const copy = sandbox.world.copy();
    const until = sandbox.world.now + 8 * SECOND;
    sandbox.world.runUntil(until);
    copy.runUntil(until);
    assert.equal(copy.traceHash, sandbox.world.traceHash);
    assert.equal(copy.digest(), sandbox.world.digest());
    return sandbox.world.traceHash;
  });
  assert.equal(hashes[0], hashes[1]);
});

test('a snapshot is plain JSON', () => {
  const sandbox = booted();
  succeed(sandbox, { op: 'load', rate: 10, bytes: 16 });
  const snapshot = sandbox.snapshot();
  assert.deepEqual(JSON.parse(JSON.stringify(snapshot)), snapshot);
});

test('every Sentinel has learned of the others from hello, and of replicas from INFO', () => {
  const sandbox = booted();
  const { world } = sandbox;
  const specs = sandbox.reading.nodes;
  const events = world.lastEvents(world.eventCount);
  assert.equal(events[0]?.seq, 1, 'the trace still has all of the boot');
  const operations = events.filter((event) => event.kind === 'operation');
  assert.ok(operations.every((event) => event.text.startsWith('addNode')));
  assert.equal(operations.length, specs.length, 'nothing was done but starting the nodes');
  const sentinels = specs.filter((spec) => spec.machine === 'sentinel');
  for (const { name } of sentinels) {
    const heard = events
      .filter((event) => event.node === name && event.kind === 'data')
      .map((event) => ({ from: event.peer, text: world.eventBytes(event.seq).latin1Slice() }));
    assert.ok(heard.some(({ from, text }) => from === 'm' && text.includes('# Server\r\n')));
    for (const other of sentinels.filter((spec) => spec.name !== name)) {
      const hello = new RegExp(
        `__sentinel__:hello\\r\\n\\$\\d+\\r\\n127\\.0\\.0\\.1,${other.port},`,
      );
      assert.ok(
        heard.some(({ text }) => hello.test(text)),
        `${name} has heard from ${other.name}`,
      );
    }
  }
});
