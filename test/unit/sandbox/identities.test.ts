/**
 * Who is who: IDs that peers know each other by never come twice, neither of a node that takes
 * another's name nor of another sandbox; and apart from them a run is its seed's.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toLatin1 } from '../../../src/engine/resp/bytes.ts';
import { serverOf } from '../../../src/sandbox/nodeReading.ts';
import { Sandbox } from '../../../src/sandbox/sandbox.ts';
import { sentinelOf } from '../../../src/sandbox/sentinelReading.ts';
import type { Operation } from '../../../src/view/messages.ts';

function booted(nonce: string | undefined = undefined): Sandbox {
  const sandbox = new Sandbox({
    topology: { replicas: 2, sentinels: 3, port: 6400, sentinelPort: 26_400 },
    seed: 42,
    startAt: 1.7e15,
    record: false,
    ...(nonce === undefined ? {} : { nonce }),
  });
  sandbox.boot();
  return sandbox;
}

/** Performs operations, and lets half a second pass after each. */
function perform(sandbox: Sandbox, ...operations: Operation[]): void {
  for (const operation of operations) {
    sandbox.perform(operation, (outcome) => assert.ok(outcome.ok, JSON.stringify(outcome)));
    sandbox.advance(sandbox.world.now + 500_000);
  }
}

/** What peers know a server by. */
function identityOf(sandbox: Sandbox, name: string): string[] {
  const { runId, replication } = serverOf(sandbox.world, name)!;
  return [runId, replication.replid];
}

test('a server that takes the name of a removed one is somebody else', () => {
  const sandbox = booted();
  perform(sandbox, { op: 'addServer' });
  const before = identityOf(sandbox, 'n1');
  perform(sandbox, { op: 'remove', node: 'n1' }, { op: 'addServer' });
  const after = identityOf(sandbox, 'n1');
  assert.equal(new Set([...before, ...after]).size, 4);
});

test('so is a Sentinel: its votes are not those of the one before it', () => {
  const sandbox = booted();
  const before = sentinelOf(sandbox.world, 's3')!.myId;
  perform(sandbox, { op: 'remove', node: 's3' }, { op: 'addSentinel' });
  const after = sentinelOf(sandbox.world, 's3')!.myId;
  assert.notEqual(after, before);
});

test('a node that takes the name of a removed one does not take over its role', () => {
  const sandbox = booted();
  perform(sandbox, { op: 'addServer' }, { op: 'replicaof', node: 'n1', to: { node: 'm' } });
  assert.equal(sandbox.reading.losses.wasReplica('n1'), true);
  perform(sandbox, { op: 'remove', node: 'n1' });
  sandbox.perform({ op: 'addServer' }, () => {});
  assert.equal(sandbox.reading.losses.wasReplica('n1'), false);
});

interface Life {
  readonly promoted: string;
  readonly events: number;
  readonly now: number;
  readonly drawn: string[];
  readonly ids: string[];
}

/** Random choices of a failover and of commands, and all IDs there are at the end. */
function live(nonce: string): Life {
  const sandbox = booted(nonce);
  const members = Array.from({ length: 50 }, (_, index) => `m${index}`).join(' ');
  perform(
    sandbox,
    { op: 'command', node: 'm', line: `SADD s ${members}` },
    { op: 'command', node: 'm', line: 'SPOP s 40' },
    { op: 'crash', node: 'm' },
  );
  sandbox.advance(sandbox.world.now + 15_000_000);
  perform(sandbox, { op: 'restart', node: 'm' });
  sandbox.advance(sandbox.world.now + 5_000_000);
  const { nodes, sentinels } = sandbox.snapshot();
  const promoted = sentinels[0]!.master!.node!;
  const drawn: string[] = [];
  const [database] = serverOf(sandbox.world, promoted)!.keyspace.databases;
  const set = database!.get('s') as { forEach(visit: (member: string) => void): void };
  set.forEach((member) => {
    drawn.push(toLatin1(member));
  });
  const replids = new Set(nodes.flatMap(({ replid, replid2 }) => [replid, replid2]));
  const ids = [
    ...[...replids].filter((id) => !/^0+$/.test(id)),
    ...nodes.map(({ name }) => serverOf(sandbox.world, name)!.runId),
    ...['s1', 's2', 's3'].map((name) => sentinelOf(sandbox.world, name)!.myId),
    ...['s1', 's2', 's3'].map((name) => sentinelOf(sandbox.world, name)!.runId),
  ];
  return { promoted, events: sandbox.world.eventCount, now: sandbox.world.now, drawn, ids };
}

test('a nonce makes every ID another one, and changes nothing else of what a seed gives', () => {
  const { ids, ...rest } = live('a');
  const { ids: otherIds, ...otherRest } = live('b');
  assert.deepEqual(otherRest, rest);
  assert.equal(rest.drawn.length, 10);
  assert.equal(new Set([...ids, ...otherIds]).size, ids.length + otherIds.length);
  assert.deepEqual(live('a'), { ids, ...rest });
});
