/** The control endpoint, spoken to by redis-cli and by plain sockets in RESP2 and RESP3. */

import assert from 'node:assert/strict';
import * as net from 'node:net';
import { test } from 'node:test';
import { type Reply, ReplyReader } from '../../src/engine/resp/replyReader.ts';
import type { Snapshot } from '../../src/view/snapshot.ts';
import { requirePeer } from '../support/required.ts';
import { redisCli, type SandboxProcess, startSandbox, waitFor } from './peers.ts';

const LIMIT_MS = 30_000;

/** One request a line, over one connection. */
async function talk(port: number, lines: readonly string[]): Promise<Reply[]> {
  const socket = net.connect(port, '127.0.0.1');
  const reader = new ReplyReader();
  const replies: Reply[] = [];
  const done = new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('close', () => resolve());
    socket.on('data', (chunk: Buffer) => {
      reader.feed(chunk);
      for (let reply = reader.next(); reply !== undefined; reply = reader.next()) {
        replies.push(reply);
        if (replies.length === lines.length) socket.end();
      }
    });
  });
  socket.write(lines.map((line) => `${line}\r\n`).join(''));
  await done;
  return replies;
}

async function stateOf(sandbox: SandboxProcess): Promise<Snapshot> {
  const [reply] = await talk(sandbox.endpoints.control.port, ['SANDBOX STATE JSON']);
  assert.equal(reply?.type, 'bulk');
  return JSON.parse(String(reply.bytes)) as Snapshot;
}

test('clients of any kind connect: PING, HELLO, CLIENT, errors that say what to do', async (t) => {
  const sandbox = await startSandbox(t, ['--replicas', '1', '--sentinels', '0']);
  const { port } = sandbox.endpoints.control;
  const replies = await talk(port, [
    'PING',
    'CLIENT SETNAME tester',
    'CLIENT GETNAME',
    'CLIENT SETINFO LIB-NAME x',
    'SELECT 0',
    'GET key',
    'SANDBOX CRASH nobody',
    'SANDBOX CUT m',
    'SANDBOX HELP',
    'SANDBOX STATE',
    'HELLO 3',
    'SANDBOX STATE',
    'HELLO 9',
  ]);
  const [ping, setName, getName, setInfo, select, get, crash, cut, help, flat, hello, map, bad] =
    replies;
  assert.deepEqual(ping, { type: 'simple', text: 'PONG' });
  for (const ok of [setName, setInfo, select]) assert.deepEqual(ok, { type: 'simple', text: 'OK' });
  assert.deepEqual(getName, { type: 'bulk', bytes: 'tester' });
  assert.ok(get?.type === 'error' && /Try SANDBOX HELP/.test(get.text));
  assert.deepEqual(crash, {
    type: 'error',
    text: "ERR no node named 'nobody'; there are: m r1",
  });
  assert.ok(cut?.type === 'error' && cut.text === 'ERR usage: SANDBOX CUT a b [ONEWAY]');
  assert.ok(help?.type === 'array' && help.items.length > 30);
  assert.equal(flat?.type, 'array');
  assert.equal(hello?.type, 'map');
  assert.equal(map?.type, 'map');
  assert.ok(bad?.type === 'error' && bad.text.startsWith('NOPROTO'));
  // In RESP2 a map is its keys and values in turn.
  assert.ok(flat.type === 'array' && map.type === 'map');
  assert.equal(flat.items.length, map.items.length);
  assert.equal(await sandbox.stop(), 0);
});

test('pause, queue, step, resume; a frozen node is thawed; links are cut and healed', async (t) => {
  if (!requirePeer(t, 'redis-cli')) return;
  const sandbox = await startSandbox(t, ['--replicas', '1', '--sentinels', '0']);
  const { port } = sandbox.endpoints.control;
  const control = (...words: string[]): Promise<string> => redisCli(port, 'SANDBOX', ...words);
  assert.equal(await control('PAUSE'), 'OK');
  const before = await stateOf(sandbox);
  assert.equal(before.clock.mode, 'paused');
  assert.match(await control('BGSAVE', 'm'), /^QUEUED the world is paused/);
  assert.match(await control('STEP', '3'), /m ← operator/);
  const after = await stateOf(sandbox);
  assert.equal(after.clock.events, before.clock.events + 3);
  assert.equal(await control('RESUME'), 'OK');
  assert.equal(await control('FREEZE', 'r1'), 'OK');
  assert.match(await control('BGSAVE', 'r1'), /r1 has not replied within 5 s/);
  // What waits for its node when the world is paused is answered then, whichever of the two came first.
  const waiting = control('RUN', 'r1', 'PING');
  assert.equal(await control('PAUSE'), 'OK');
  assert.match(await waiting, /^QUEUED the world is paused/);
  assert.equal(await control('RESUME'), 'OK');
  assert.equal(await control('THAW', 'r1'), 'OK');
  assert.equal(await control('CUT', 'm', 'r1'), 'OK');
  assert.deepEqual(
    (await stateOf(sandbox)).links
      .filter((link) => link.cut)
      .map((link) => link.from)
      .sort(),
    ['m', 'r1'],
  );
  assert.equal(await control('HEAL'), 'OK');
  assert.equal(await control('RESYNC', 'r1'), 'OK');
  await waitFor(async () => (await stateOf(sandbox)).nodes[1]?.master?.status === 'up', LIMIT_MS);
});

test('the log of a node is what Redis would have written, asked for or on standard error', async (t) => {
  const sandbox = await startSandbox(t, ['--replicas', '1', '--sentinels', '0', '--logs']);
  const { port } = sandbox.endpoints.control;
  const [all, two, zero, nobody] = await talk(port, [
    'SANDBOX LOG r1 1000',
    'SANDBOX LOG r1 2',
    'SANDBOX LOG r1 0',
    'SANDBOX LOG x',
  ]);
  assert.ok(all?.type === 'array' && two?.type === 'array');
  const lines = all.items.map((item) => (item.type === 'bulk' ? String(item.bytes) : ''));
  const form = /^\d+:S \d\d \w{3} \d{4} \d\d:\d\d:\d\d\.\d{3} [*#.-] ./;
  for (const line of lines) assert.match(line, /^\d+:[CMS] /);
  assert.ok(lines.some((line) => form.test(line) && line.endsWith('Finished with success')));
  assert.deepEqual(two.items, all.items.slice(-2));
  const text = 'ERR LOG takes a number of lines from 1 to 1000000, not 0';
  assert.deepEqual(zero, { type: 'error', text });
  assert.ok(nobody?.type === 'error' && nobody.text.startsWith("ERR no node named 'x'"));
  await waitFor(() => sandbox.output().includes(`r1 | ${lines.at(-1)!}\n`), LIMIT_MS);
});

test('LOAD through a crash: the state says what the promoted replica lacked', async (t) => {
  if (!requirePeer(t, 'redis-cli')) return;
  const sandbox = await startSandbox(t);
  const { port } = sandbox.endpoints.control;
  const control = (...words: string[]): Promise<string> => redisCli(port, 'SANDBOX', ...words);
  assert.equal(await control('LOAD', '300', '32'), 'OK');
  await waitFor(async () => ((await stateOf(sandbox)).load?.acked ?? 0) > 100, LIMIT_MS);
  assert.equal(await control('CRASH', 'm'), 'OK');
  const failover = await waitFor(
    async () => (await stateOf(sandbox)).failovers.find((found) => found.writesGone !== null),
    LIMIT_MS,
    'the failover is accounted for',
  );
  assert.match(
    failover.sentence,
    /^old master m at offset \d+, promoted r[12] at \d+: \d+ bytes, \d+ acknowledged writes gone$/,
  );
  assert.match(
    await control('LOAD', 'STOP'),
    /^sent \d+, acknowledged \d+, unknown \d+, lost \d+$/,
  );
});
