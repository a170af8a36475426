/** What the snapshot says a replica will ask for, and whether it then asks for that. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import type { Operation } from '../../../src/view/messages.ts';
import type { NodeSnapshot, ResyncSnapshot } from '../../../src/view/snapshot.ts';
import { bootedSandbox } from '../../support/sandboxes.ts';

function run(sandbox: Sandbox, operation: Operation): void {
  let isAnswered = false;
  sandbox.perform(operation, (outcome) => {
    isAnswered = true;
    assert.ok(outcome.ok, JSON.stringify(outcome));
  });
  for (let i = 0; i < 500 && !isAnswered; i += 1) wait(sandbox, 10);
  assert.ok(isAnswered);
}

function wait(sandbox: Sandbox, ms: number): void {
  sandbox.advance(sandbox.world.now + ms * 1000);
}

function write(sandbox: Sandbox, count: number, length = 10): void {
  for (let i = 0; i < count; i += 1) {
    const line = `SET key${i} ${'x'.repeat(length)}`;
    run(sandbox, { op: 'command', node: 'm', line });
  }
  wait(sandbox, 50);
}

function nodeOf(sandbox: Sandbox, name: string): NodeSnapshot {
  return sandbox.snapshot().nodes.find((node) => node.name === name)!;
}

function resyncOf(sandbox: Sandbox, name: string): ResyncSnapshot {
  return nodeOf(sandbox, name).resync!;
}

/** The first request for a synchronization since event `seq`. */
function psyncSince(sandbox: Sandbox, seq: number): string {
  const events = sandbox.world.lastEvents(sandbox.world.eventCount - seq);
  return events.find((event) => event.text.startsWith('PSYNC'))?.text ?? 'no PSYNC';
}

test('a master has nothing to ask for; a linked replica asks from its offset on', () => {
  const sandbox = bootedSandbox();
  assert.equal(nodeOf(sandbox, 'm').resync, null);
  write(sandbox, 3);
  const { replid, offset } = nodeOf(sandbox, 'r1');
  assert.deepEqual(resyncOf(sandbox, 'r1'), {
    from: 'memory',
    replid,
    offset: offset + 1,
    answer: 'partial',
    reason: null,
    bytes: nodeOf(sandbox, 'm').offset - offset,
  });
});

test('after kill -9 a replica asks from its dump, and gets what the snapshot said', () => {
  const sandbox = bootedSandbox();
  write(sandbox, 3);
  run(sandbox, { op: 'bgsave', node: 'r1' });
  wait(sandbox, 200);
  const saved = nodeOf(sandbox, 'r1').offset;
  write(sandbox, 3);
  assert.ok(nodeOf(sandbox, 'r1').offset > saved);
  run(sandbox, { op: 'crash', node: 'r1' });
  const said = resyncOf(sandbox, 'r1');
  assert.deepEqual([said.from, said.offset, said.answer], ['dump', saved + 1, 'partial']);
  assert.equal(said.bytes, nodeOf(sandbox, 'm').offset - saved);
  const seq = sandbox.world.eventCount;
  run(sandbox, { op: 'restart', node: 'r1' });
  wait(sandbox, 3_000);
  assert.equal(psyncSince(sandbox, seq), `PSYNC ${said.replid} ${said.offset}`);
  assert.equal(nodeOf(sandbox, 'r1').master!.status, 'up');
});

test('a dump that the backlog has left behind leads to a full resynchronization', () => {
  const sandbox = bootedSandbox();
  run(sandbox, { op: 'backlog', node: 'm', bytes: 16_384 });
  run(sandbox, { op: 'bgsave', node: 'r1' });
  wait(sandbox, 200);
  write(sandbox, 20, 5_000);
  run(sandbox, { op: 'crash', node: 'r1' });
  const { answer, reason, bytes } = resyncOf(sandbox, 'r1');
  assert.deepEqual([answer, reason, bytes], ['full', 'backlog', 0]);
});

for (const isSaved of [true, false]) {
  test(`${isSaved ? 'a dump without a place in a history' : 'no dump'} leads to PSYNC ? -1`, () => {
    const topology = { replicas: 1, sentinels: 0, port: 6400, sentinelPort: 26400 };
    const sandbox = bootedSandbox({ topology });
    run(sandbox, { op: 'addServer', port: 6410 });
    wait(sandbox, 500);
    const stranger = sandbox.snapshot().nodes.at(-1)!.name;
    // A server that has never had a replica or a master saves no place in a history.
    if (isSaved) run(sandbox, { op: 'bgsave', node: stranger });
    wait(sandbox, 200);
    // It never reaches its master, so that no payload replaces its dump.
    run(sandbox, { op: 'cut', a: stranger, b: 'r1', oneway: false });
    run(sandbox, { op: 'replicaof', node: stranger, to: { node: 'r1' } });
    run(sandbox, { op: 'crash', node: stranger });
    const said = resyncOf(sandbox, stranger);
    assert.deepEqual(
      [said.from, said.replid, said.offset, said.answer, said.reason],
      ['dump', null, -1, 'full', 'no-cached-master'],
    );
  });
}

test('a master without a process answers nothing', () => {
  const sandbox = bootedSandbox();
  run(sandbox, { op: 'crash', node: 'm' });
  const { answer, reason, offset } = resyncOf(sandbox, 'r1');
  assert.deepEqual([answer, reason], [null, null]);
  assert.equal(offset, nodeOf(sandbox, 'r1').offset + 1);
});
