/** Stepping with applications that answer at once: everybody gets their turn, and time passes. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import type { Outcome } from '../../../src/view/messages.ts';
import { replay } from '../../../src/world/replay.ts';
import { bootedSandbox } from '../../support/sandboxes.ts';

const SET = Buffer.from('*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n');
const OK_BYTES = '+OK\r\n'.length;

/** Two applications that send their next write as soon as one is answered. */
class Apps {
  readonly replies = [0, 0];
  private readonly sandbox: Sandbox;

  constructor(sandbox: Sandbox) {
    this.sandbox = sandbox;
    sandbox.openTo({
      send: (conn, bytes) => {
        this.replies[conn - 1]! += bytes.length / OK_BYTES;
        // As from a socket: after the event.
        this.answered.push(conn);
      },
      close: () => assert.fail('a connection has ended'),
      connect: () => assert.fail('nobody connects to the outside'),
      listen: () => {},
      closeListener: () => {},
    });
    for (const conn of [1, 2]) {
      assert.equal(sandbox.newConn(), conn);
      const peer = `127.0.0.1:${50_000 + conn}`;
      sandbox.receive({ kind: 'accept', conn, node: 'm', port: 6400, peer });
      this.answered.push(conn);
    }
    this.go();
  }

  private answered: number[] = [];

  go(): void {
    for (const conn of this.answered.splice(0)) {
      this.sandbox.receive({ kind: 'data', conn, bytes: Buffer.from(SET) });
    }
  }
}

function perform(sandbox: Sandbox, operation: Parameters<Sandbox['perform']>[0]): string {
  let answer: Outcome | undefined;
  sandbox.perform(operation, (outcome) => {
    answer = outcome;
  });
  assert.ok(answer?.ok, JSON.stringify(answer));
  return answer.text;
}

function booted(): { sandbox: Sandbox; apps: Apps } {
  const sandbox = bootedSandbox({ record: true });
  const apps = new Apps(sandbox);
  sandbox.advance(sandbox.world.now + 10_000);
  perform(sandbox, { op: 'pause' });
  return { sandbox, apps };
}

test('40 visible steps pass through both applications and both replicas, and time goes on', () => {
  const { sandbox, apps } = booted();
  const { world } = sandbox;
  const startedAt = world.now;
  const before = [...apps.replies];
  const places = new Map<string, number>();
  for (let step = 0; step < 40; step += 1) {
    apps.go();
    perform(sandbox, { op: 'stepVisible' });
    const { node, peer } = world.event(world.eventCount)!;
    const what = `${peer}>${node}`;
    places.set(what, (places.get(what) ?? 0) + 1);
  }
  for (const what of ['outside>m', 'm>outside', 'm>r1', 'm>r2']) {
    assert.ok((places.get(what) ?? 0) >= 6, `${what}: ${JSON.stringify([...places])}`);
  }
  apps.replies.forEach((count, app) => {
    assert.ok(count - before[app]! >= 3, `app ${app + 1} got ${count - before[app]!} replies`);
  });
  assert.ok(world.now - startedAt >= 100_000, `${world.now - startedAt} µs have passed`);
});

test('single steps reach every process within two hundred events', () => {
  const { sandbox, apps } = booted();
  const { world } = sandbox;
  const nodes = new Set<string>();
  for (let step = 0; step < 200; step += 1) {
    apps.go();
    perform(sandbox, { op: 'step', count: 1 });
    nodes.add(world.event(world.eventCount)!.node);
  }
  assert.deepEqual([...nodes].sort(), ['m', 'outside', 'r1', 'r2', 's1', 's2', 's3']);
});

test('what arrived while time stood still is replayed with its delay', () => {
  const { sandbox, apps } = booted();
  for (let step = 0; step < 60; step += 1) {
    apps.go();
    perform(sandbox, { op: 'step', count: 3 });
  }
  const replayed = replay(sandbox.world.recording()!);
  assert.equal(replayed.traceHash, sandbox.world.traceHash);
});
