/** A sandbox that starts again after a reload of its window gets its added nodes and backlogs back. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changesIn, makeAgain, NO_CHANGES } from '../../../src/extension/topologyChanges.ts';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import { Service } from '../../../src/sandbox/service.ts';
import type { Operation, Outcome } from '../../../src/view/messages.ts';
import { bootedSandbox } from '../../support/sandboxes.ts';

const shape = { replicas: 2, sentinels: 3 };

class Stage {
  readonly sandbox: Sandbox = bootedSandbox();
  private readonly service = new Service(this.sandbox);

  /** Performs an operation; the world runs until it is answered. */
  request = (operation: Operation): Promise<Outcome> => {
    let answer: Outcome | undefined;
    this.service.perform(operation, (outcome) => {
      answer = outcome;
    });
    for (let i = 0; answer === undefined && i < 100; i += 1) this.run(0.01);
    assert.ok(answer !== undefined, operation.op);
    return Promise.resolve(answer);
  };

  run(seconds: number): void {
    this.sandbox.advance(this.sandbox.world.now + seconds * 1_000_000);
  }

  changes(before = NO_CHANGES) {
    return changesIn(this.sandbox.snapshot(), shape, before);
  }

  ports(): Record<string, number> {
    const { nodes, sentinels } = this.sandbox.snapshot();
    return Object.fromEntries([...nodes, ...sentinels].map(({ name, port }) => [name, port]));
  }
}

test('a sandbox as it began has no changes', () => {
  assert.deepEqual(new Stage().changes(), NO_CHANGES);
});

test('added and removed nodes and changed backlogs are made again', async () => {
  const before = new Stage();
  for (const operation of [
    { op: 'addReplica', of: 'm', port: 6410 },
    { op: 'addReplica', of: 'm', port: 6411 },
    { op: 'addReplica', of: 'r4', port: 6412 },
    { op: 'addServer', port: 6420 },
    { op: 'addReplica', of: 'n1', port: 6421 },
    { op: 'addSentinel', port: 26_420 },
    { op: 'remove', node: 'r2' },
    { op: 'remove', node: 'r3' },
    { op: 'backlog', node: 'r4', bytes: 32_768 },
  ] as const) {
    assert.equal((await before.request(operation)).ok, true, JSON.stringify(operation));
  }
  before.run(2);
  const changes = before.changes();
  assert.deepEqual(changes, {
    added: [
      { name: 'r4', operation: { op: 'addReplica', of: 'm', port: 6411 } },
      { name: 'r5', operation: { op: 'addReplica', of: 'r4', port: 6412 } },
      { name: 'n1', operation: { op: 'addServer', port: 6420 } },
      { name: 'r6', operation: { op: 'addReplica', of: 'n1', port: 6421 } },
      { name: 's4', operation: { op: 'addSentinel', port: 26_420 } },
    ],
    removed: ['r2'],
    backlogs: { r4: 32_768 },
    lost: [],
  });
  const after = new Stage();
  assert.deepEqual(await makeAgain(JSON.parse(JSON.stringify(changes)), after.request), []);
  after.run(2);
  assert.deepEqual(after.ports(), {
    m: 6400,
    r1: 6401,
    r3: 6411,
    r4: 6412,
    n1: 6420,
    r5: 6421,
    s1: 26_400,
    s2: 26_401,
    s3: 26_402,
    s4: 26_420,
  });
  await after.request({ op: 'restart', node: 'r3' });
  after.run(2);
  const { nodes } = after.sandbox.snapshot();
  const of = (name: string) => nodes.find((node) => node.name === name)!;
  assert.equal(of('r3').backlog.size, 32_768);
  assert.deepEqual([of('r4').master?.node, of('r5').master?.node], ['r3', 'n1']);
});

test('a dead node keeps its backlog size, and what cannot be made again is named', async () => {
  const stage = new Stage();
  await stage.request({ op: 'backlog', node: 'm', bytes: 16_384 });
  const known = stage.changes();
  await stage.request({ op: 'crash', node: 'm' });
  await stage.request({ op: 'cut', a: 'r1', b: 'outside', oneway: false });
  await stage.request({ op: 'latency', a: 'r1', b: 'r2', ms: 20, jitterMs: 0 });
  await stage.request({ op: 'load', rate: 10, bytes: 64 });
  stage.run(0.1);
  const changes = stage.changes(known);
  assert.deepEqual(changes.backlogs, { m: 16_384 });
  assert.deepEqual(changes.lost, ['cut links', 'the latency of links', 'the load']);
  const missing = await makeAgain(
    {
      ...changes,
      added: [
        { name: 'n1', operation: { op: 'addServer', port: 6401 } },
        { name: 'r3', operation: { op: 'addReplica', of: 'x', port: 6402 } },
      ],
      lost: [],
    },
    new Stage().request,
  );
  assert.deepEqual(missing, [
    'port 6401 of n1',
    "r3 (no node named 'x'; there are: m r1 r2 s1 s2 s3 n1)",
  ]);
});
