/** Forks, recordings and files through the threads of real sandboxes. */

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { EndpointList, HostOptions } from '../../../src/gateway/hostMessages.ts';
import { SandboxWorker } from '../../../src/gateway/sandboxWorker.ts';
import type { Operation } from '../../../src/view/messages.ts';
import type { Snapshot } from '../../../src/view/snapshot.ts';
import { serialize } from '../../../src/world/recordingFile.ts';
import { client, newWorld } from '../world/harness.ts';
import { ask, closeAll, type Started, start } from './startedWorker.ts';

const folder = mkdtempSync(join(tmpdir(), 'forks-'));
const forks: SandboxWorker[] = [];

after(async () => {
  await Promise.all(forks.map((worker) => worker.close()));
  await closeAll();
  rmSync(folder, { recursive: true, force: true });
});

/** The listener of an embedding program. */
async function onFork(_name: string, options: HostOptions): Promise<EndpointList> {
  const worker = await SandboxWorker.start(options, { onWarning: () => {}, onDeath: () => {} });
  forks.push(worker);
  return worker.endpoints;
}

async function done(started: Started, operation: Operation): Promise<string> {
  const outcome = await started.worker.request(operation);
  assert.ok(outcome.ok, JSON.stringify(outcome));
  return outcome.text;
}

async function forkOf(started: Started, name?: string): Promise<EndpointList> {
  const operation = { op: 'fork', ...(name === undefined ? {} : { name }) } as const;
  const outcome = await started.worker.request(operation);
  assert.ok(outcome.ok && outcome.data !== undefined, JSON.stringify(outcome));
  return outcome.data as EndpointList;
}

async function stateOf({ worker }: Started): Promise<Snapshot> {
  const outcome = await worker.request({ op: 'state' });
  assert.ok(outcome.ok);
  return outcome.data as Snapshot;
}

/** To the event before the second write. */
async function goBack(started: Started): Promise<number> {
  await done(started, { op: 'backOn', pattern: 'm:execute SET k' });
  const text = await done(started, { op: 'back', count: 1 });
  return Number(text.replace('event ', ''));
}

test('a fork of a past event has its data, while the present goes on with its own', async () => {
  const started = await start(200, undefined, { onFork });
  assert.equal(await ask(started.port, 'SET k first'), '+OK');
  assert.equal(await ask(started.port, 'SET k second'), '+OK');
  const event = await goBack(started);
  const { nodes, control } = await forkOf(started);
  const fork = nodes[0]!.port;
  assert.notEqual(fork, started.port);
  assert.equal(await ask(fork, 'GET k'), '$5\r\nfirst');
  assert.equal(await ask(fork, 'SET k fork'), '+OK');

  assert.equal((await stateOf(started)).history.shown, event, 'the present still shows the past');
  await done(started, { op: 'live' });
  assert.equal(await ask(started.port, 'GET k'), '$6\r\nsecond');
  assert.equal(await ask(fork, 'GET k'), '$4\r\nfork');
  assert.match(await ask(control.port, 'SANDBOX EVENTS 0 1'), /^\*/);
});

test('a fork has the name that was given, or that of its event', async () => {
  const names: string[] = [];
  const started = await start(200, undefined, {
    onFork: async (name, options) => {
      names.push(name);
      return onFork(name, options);
    },
  });
  await done(started, { op: 'pause' });
  await forkOf(started, 'before the crash');
  await forkOf(started);
  const { last } = (await stateOf(started)).history;
  assert.deepEqual(names, ['before the crash', `fork of event ${last}`]);
});

test('ports that are taken are passed over', async () => {
  const started = await start(200, undefined, { onFork });
  const taken = net.createServer();
  await new Promise<void>((resolve) => taken.listen(started.port + 3, '127.0.0.1', resolve));
  const ports = new Set<number>();
  for (let count = 0; count < 3; count += 1) {
    const { nodes, control, dashboard } = await forkOf(started);
    for (const port of [nodes[0]!.port, control.port, Number(new URL(dashboard.url).port)]) {
      assert.ok(!ports.has(port) && port !== started.port + 3, `port ${port}`);
      ports.add(port);
    }
    assert.equal(await ask(nodes[0]!.port, 'PING'), '+PONG');
  }
  taken.close();
});

test('a fork that does not start is an error of FORK, and the sandbox goes on', async () => {
  const started = await start(200, undefined, {
    onFork: () => Promise.reject(new TypeError('a bug')),
  });
  assert.deepEqual(await started.worker.request({ op: 'fork' }), {
    ok: false,
    error: 'ERR the fork did not start: a bug',
  });
  assert.equal(await ask(started.port, 'PING'), '+PONG');
  const alone = await start(200);
  assert.deepEqual(await alone.worker.request({ op: 'fork' }), {
    ok: false,
    error: 'ERR this program starts no further sandboxes',
  });
});

test('a save that fails says why, and leaves the file that is there', async () => {
  const started = await start(200);
  const path = join(folder, 'kept.rsrec');
  assert.equal(
    await done(started, { op: 'saveRecording', path }),
    `saved ${path}, no password in it`,
  );
  const kept = readFileSync(path);
  assert.equal(await ask(started.port, 'SET k v'), '+OK');
  const failures: readonly (readonly [string, string])[] = [
    [join(folder, 'none', 'x.rsrec'), 'No such file or directory'],
    [join(path, 'x.rsrec'), 'Not a directory'],
    [folder, 'Is a directory'],
  ];
  for (const [wrong, why] of failures) {
    const outcome = await started.worker.request({ op: 'saveRecording', path: wrong });
    assert.deepEqual(outcome, { ok: false, error: `ERR ${wrong}: ${why}` });
  }
  assert.deepEqual(readFileSync(path), kept);
  assert.deepEqual(readdirSync(folder), ['kept.rsrec'], 'no draft is left');
  await done(started, { op: 'saveRecording', path });
  assert.notDeepEqual(readFileSync(path), kept);
});

test('a recording is opened without its nodes, shown at any event, and continued from it', async () => {
  const origin = await start(200);
  await ask(origin.port, 'SET k first');
  await ask(origin.port, 'SET k second');
  const path = join(folder, 'run.rsrec');
  await done(origin, { op: 'saveRecording', path });
  const event = await goBack(origin);
  await origin.worker.close();

  const options = { recording: readFileSync(path), isFinished: true };
  const opened = await start(200, undefined, { options, onFork });
  await assert.rejects(ask(origin.port, 'PING'), /ECONNREFUSED/);
  assert.deepEqual(await opened.worker.request({ op: 'crash', node: 'm' }), {
    ok: false,
    error: 'ERR a recording does not change: FORK continues from what is shown',
  });
  assert.equal(await done(opened, { op: 'goto', event }), `event ${event}`);
  const { nodes } = await forkOf(opened);
  assert.equal(await ask(nodes[0]!.port, 'GET k'), '$5\r\nfirst');
  const again = await start(200, undefined, { options });
  assert.equal((await stateOf(again)).history.shown, null);
});

test('a recording cut anywhere is refused with a reason, never by a crash', async () => {
  const whole = readFileSync(join(folder, 'run.rsrec'));
  for (const length of [0, 7, 12, 40, 200, Math.floor(whole.length / 2), whole.length - 1]) {
    const options = { recording: whole.subarray(0, length), isFinished: true };
    await assert.rejects(start(200, undefined, { options }), {
      name: 'StartError',
      message: /^the recording cannot be read: .* \(byte \d+, recording format 1\)$/,
    });
  }
});

test('a recording of machines that this program does not have is refused', async () => {
  const world = newWorld();
  world.inject(client('c', 7000));
  const recording = Buffer.concat(serialize(world.recording()!));
  await assert.rejects(start(200, undefined, { options: { recording, isFinished: true } }), {
    name: 'StartError',
    message: /^its replay fails: .*no machine registered as client$/,
  });
});
