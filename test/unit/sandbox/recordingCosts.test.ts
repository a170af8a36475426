/** What a recording costs: large data that are overwritten everywhere are not kept once for each checkpoint. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Request } from '../../../src/engine/resp/request.ts';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import { replay } from '../../../src/world/replay.ts';
import { loneMaster } from '../../support/sandboxes.ts';

const MEGABYTE = 1024 * 1024;
const KEYS = 150_000;
/** Every page is touched by the first few megabytes of writes to keys that are as far apart. */
const JUMP = 1_013;
const VALUE = 'v'.repeat(600);

function open(): Sandbox {
  const sandbox = loneMaster({ record: true, params: { digestEvery: 0 } });
  sandbox.receive({ kind: 'accept', conn: 1, node: 'm', port: 6400, peer: '127.0.0.1:50001' });
  return sandbox;
}

/** Writes every key, or the first `count`, once. */
function writeAll(sandbox: Sandbox, stride: number, count = KEYS): void {
  for (let first = 0; first < count; first += 100) {
    const requests = Array.from({ length: 100 }, (_, i) => {
      return Request.of(['SET', `key:${((first + i) * stride) % KEYS}`, VALUE]).bytes;
    });
    sandbox.receive({ kind: 'data', conn: 1, bytes: Buffer.concat(requests) });
    sandbox.advance(sandbox.world.now + 200);
    sandbox.receive({ kind: 'drained', conn: 1, bytes: 500 });
  }
}

test('checkpoints of large data that changes everywhere are dropped, and taken again in time', () => {
  const sandbox = open();
  const { world } = sandbox;
  writeAll(sandbox, 1);
  const machine = world.machine('m')!;
  assert.ok(world.recording() !== undefined);
  const before = machine.copiedBytes!();
  for (let round = 0; round < 4; round += 1) writeAll(sandbox, JUMP);
  // The data are about 100 MB. Without a limit each checkpoint, one for 16 MB of input, would copy them.
  const copied = machine.copiedBytes!() - before;
  assert.ok(copied < 400 * MEGABYTE, `${Math.round(copied / MEGABYTE)} MB were copied`);
  assert.ok(world.recording() === undefined);

  sandbox.advance(world.now + 6_000_000);
  sandbox.receive({ kind: 'data', conn: 1, bytes: Request.of(['GET', 'key:1']).bytes });
  sandbox.advance(world.now + 1_000_000);
  const recording = world.recording();
  assert.ok(recording !== undefined);
  assert.equal(replay(recording).traceHash, world.traceHash);
});

test('a recording from the beginning needs no bases, and gives them up', () => {
  const sandbox = open();
  const { world } = sandbox;
  writeAll(sandbox, 1, 30_000);
  for (let round = 0; round < 2; round += 1) writeAll(sandbox, JUMP, 10_000);
  assert.equal(world.recording()!.segments[0]!.base, undefined);
  for (let round = 0; round < 40; round += 1) writeAll(sandbox, JUMP, 500);
  const recording = world.recording();
  assert.equal(recording?.segments[0]?.base, undefined);
  assert.equal(replay(recording!).traceHash, world.traceHash);
});

test('a recording that was suspended begins anew, and replays from there', () => {
  const sandbox = open();
  const { world } = sandbox;
  sandbox.receive({ kind: 'data', conn: 1, bytes: Request.of(['SET', 'k', 'v']).bytes });
  sandbox.advance(world.now + 10_000);
  world.suspendRecording();
  assert.ok(world.recording() === undefined);
  sandbox.receive({ kind: 'data', conn: 1, bytes: Request.of(['GET', 'k']).bytes });
  assert.equal(world.recordedBytes, 0);
  world.resumeRecording();
  sandbox.receive({ kind: 'data', conn: 1, bytes: Request.of(['APPEND', 'k', 'w']).bytes });
  sandbox.advance(world.now + 10_000);
  assert.equal(replay(world.recording()!).traceHash, world.traceHash);
});

test('inputs are recorded while a process has yet to start', () => {
  const sandbox = open();
  sandbox.inject({ kind: 'addNode', name: 'n1', machine: 'server', ports: [6500] });
  for (let i = 0; i < 100; i += 1) {
    sandbox.receive({ kind: 'data', conn: 1, bytes: Request.of(['PING']).bytes });
  }
  sandbox.advance(sandbox.world.now + 10_000);
  assert.equal(sandbox.world.failure, undefined);
});
