/** `server` as a process among files and signals: as redis-server, which is asked the same. */

import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import * as net from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { requirePeer } from '../support/required.ts';
import {
  type Peer,
  redisCli,
  runCli,
  runRedis,
  startOurServer,
  startRedis,
  startSandbox,
  waitFor,
} from './peers.ts';

const LIMIT_MS = 30_000;
const LONG_NAME = 'a'.repeat(300);
/** Left by processes that were killed, of this and of other kinds. */
const ORPHANS = ['temp-123.rdb', 'temp-1700000000.123.rdb', 'temp-rewriteaof-1.aof'];

type Start = (t: TestContext, args: readonly string[]) => Promise<Peer>;

const BOTH: readonly (readonly [string, Start])[] = [
  ['redis-server', startRedis],
  ['ours', startOurServer],
];

function temporaries(peer: Peer): string[] {
  return readdirSync(peer.directory)
    .filter((name) => name.startsWith('temp-'))
    .sort();
}

for (const [name, start] of BOTH) {
  const hasPeers = (t: TestContext): boolean =>
    requirePeer(t, 'redis-server') && requirePeer(t, 'redis-cli');

  test(`${name} ignores SIGHUP`, async (t) => {
    if (!hasPeers(t)) return;
    const peer = await start(t, []);
    process.kill(peer.pid, 'SIGHUP');
    assert.equal(await redisCli(peer.port, 'PING'), 'PONG');
    assert.equal(await peer.stop('SIGTERM'), 0);
    assert.match(peer.output(), /User requested shutdown/);
  });

  test(`${name} takes the temp file of the save it kills along when it ends, and no other`, async (t) => {
    if (!hasPeers(t)) return;
    // Ours is fast: a million keys take it long enough. The real one can be told to be slow.
    const args = ['--enable-debug-command', 'yes', '--rdb-key-save-delay', '1000'];
    const peer = await start(t, args);
    for (const orphan of ORPHANS) writeFileSync(join(peer.directory, orphan), '');
    await redisCli(peer.port, 'DEBUG', 'POPULATE', '1000000');
    await redisCli(peer.port, 'BGSAVE');
    await waitFor(() => temporaries(peer).length > ORPHANS.length, LIMIT_MS, 'a temp file');
    const socket = net.connect(peer.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write('SHUTDOWN NOSAVE\r\n');
    await waitFor(() => peer.output().includes('bye bye'), LIMIT_MS, 'its end');
    await peer.stop();
    assert.deepEqual(temporaries(peer), ORPHANS);
    const again = await start(t, ['--dir', peer.directory]);
    assert.equal(await redisCli(again.port, 'PING'), 'PONG');
    assert.deepEqual(temporaries(peer), ORPHANS);
  });

  test(`${name} says that a dump's name is too long, and goes on`, async (t) => {
    if (!hasPeers(t)) return;
    const peer = await start(t, ['--enable-protected-configs', 'yes']);
    assert.equal(await redisCli(peer.port, 'CONFIG', 'SET', 'dbfilename', LONG_NAME), 'OK');
    assert.match(await redisCli(peer.port, 'SAVE'), /^ERR/);
    assert.match(peer.output(), /Error moving temp DB file .*: File name too long/);
    assert.equal(await redisCli(peer.port, 'PING'), 'PONG');
    assert.deepEqual(temporaries(peer), []);
  });
}

test('a dump that cannot be opened at start is named as the reason, without a stack', async (t) => {
  if (!requirePeer(t, 'redis-server')) return;
  const args = ['--port', '1', '--save', '', '--dbfilename', LONG_NAME];
  const reason = /# Fatal error loading the DB: File name too long\. Exiting\.\n$/;
  const real = await runRedis(t, ['--bind', '127.0.0.1', ...args]);
  const ours = await runCli(t, ['server', ...args]);
  for (const { code, output } of [real, ours]) {
    assert.equal(code, 1);
    assert.match(output, reason);
  }
  assert.doesNotMatch(ours.output, / at .*\.ts/);
});

test('a NUL in the name of a dump is an error, and not the end', async (t) => {
  if (!requirePeer(t, 'redis-cli')) return;
  const peer = await startOurServer(t, ['--enable-protected-configs', 'yes']);
  const socket = net.connect(peer.port, '127.0.0.1');
  t.after(() => socket.destroy());
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.latin1Slice();
  });
  socket.write('CONFIG SET dbfilename "a\\x00b"\r\nSAVE\r\nBGSAVE\r\nPING\r\n');
  await waitFor(() => text.endsWith('+PONG\r\n'), LIMIT_MS);
  await waitFor(() => /Background saving/.test(peer.output()), LIMIT_MS);
  assert.equal(await redisCli(peer.port, 'PING'), 'PONG');
  const config = join(peer.directory, 'nul.conf');
  writeFileSync(config, 'port 1\nsave ""\ndbfilename "a\\x00b"\n');
  const { code, output } = await runCli(t, ['server', config]);
  assert.equal(code, 1);
  assert.doesNotMatch(output, / at .*\.ts/);
});

test('--logs shows control characters, it does not send them to the terminal', async (t) => {
  if (!requirePeer(t, 'redis-cli')) return;
  const evil = net.createServer((socket) => {
    socket.on('error', () => {}).end('-\u001b]0;owned\u0007\r\n');
  });
  await new Promise<void>((resolve) => void evil.listen(0, '127.0.0.1', resolve));
  t.after(() => evil.close());
  const { port } = evil.address() as net.AddressInfo;
  const sandbox = await startSandbox(t, ['--replicas', '0', '--sentinels', '0', '--logs']);
  await redisCli(sandbox.port, 'REPLICAOF', '127.0.0.1', String(port));
  await waitFor(() => sandbox.output().includes('owned'), LIMIT_MS, 'the line');
  assert.ok(sandbox.output().includes('\\x1b]0;owned\\x07'));
  assert.ok(!sandbox.output().includes('\u001b'));
});
