/**
 * Replication between our `server` mode and real redis-servers, both ways: full and partial
 * resynchronizations, chains, promotions. Data are the same when DEBUG DIGEST is.
 */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { requirePeer } from '../support/required.ts';
import {
  infoField,
  type Peer,
  redisCli,
  run,
  startOurServer,
  startRedis,
  waitFor,
} from './peers.ts';

const LIMIT_MS = 20_000;

type Start = (t: TestContext, args?: readonly string[]) => Promise<Peer>;

const ours: Start = (t, args = []) =>
  startOurServer(t, ['--enable-debug-command', 'local', ...args]);
/** By way of the file; Redis's default is `redisDiskless`. */
const redis: Start = (t, args = []) => startRedis(t, ['--repl-diskless-sync', 'no', ...args]);
const redisDiskless: Start = (t, args = []) =>
  startRedis(t, ['--repl-diskless-sync', 'yes', '--repl-diskless-sync-delay', '0', ...args]);

function replicaOf(master: Peer): string[] {
  return ['--replicaof', '127.0.0.1', String(master.port)];
}

function field(peer: Peer, name: string, section = 'replication'): Promise<string> {
  return infoField(peer.port, section, name);
}

async function linkUp(peer: Peer): Promise<void> {
  await waitFor(
    async () => (await field(peer, 'master_link_status')) === 'up',
    LIMIT_MS,
    `link up\n${peer.output().slice(-2000)}`,
  );
}

/** All types, several databases, by several clients at once. */
async function write(master: Peer, requests = 3000): Promise<void> {
  const port = ['-p', String(master.port)];
  const common = [...port, '-n', String(requests), '-r', '500', '-c', '5', '-P', '4', '-q'];
  await Promise.all([
    run('redis-benchmark', [...common, '-t', 'set,incr,lpush,rpop,sadd,hset,spop,zadd,mset']),
    run('redis-benchmark', [...common, '--dbnum', '5', '-d', '2000', '-t', 'set,rpush,hset']),
  ]);
  await redisCli(master.port, 'SET', 'expires', 'soon', 'EX', '1000');
}

/** The replica has what the master has, at the same offset of the same history. */
async function assertSame(master: Peer, replica: Peer): Promise<void> {
  await waitFor(
    async () => {
      const offsets = [field(master, 'master_repl_offset'), field(replica, 'master_repl_offset')];
      const [theirs, its] = await Promise.all(offsets);
      return theirs === its;
    },
    LIMIT_MS,
    'equal offsets',
  );
  assert.equal(await field(replica, 'master_replid'), await field(master, 'master_replid'));
  assert.equal(
    await redisCli(replica.port, 'DEBUG', 'DIGEST'),
    await redisCli(master.port, 'DEBUG', 'DIGEST'),
  );
}

const PAIRS: readonly (readonly [string, Start, Start])[] = [
  ['a real redis-server follows ours', ours, redis],
  ['ours follows a real redis-server, by file', redis, ours],
  ['ours follows a real redis-server, diskless', redisDiskless, ours],
];

for (const [name, startMaster, startReplica] of PAIRS) {
  test(name, async (t) => {
    if (!requirePeer(t, 'redis-server') || !requirePeer(t, 'redis-cli')) return;
    const master = await startMaster(t, ['--repl-backlog-size', '100mb']);
    await write(master);
    const replica = await startReplica(t, replicaOf(master));
    await linkUp(replica);
    await write(master);
    await assertSame(master, replica);
    assert.equal(await field(master, 'sync_full', 'stats'), '1');

    // The link is reset under load, more than once.
    const writing = write(master, 10_000);
    for (let resets = 1; resets <= 3; resets += 1) {
      const accepted = Number(await field(master, 'sync_partial_ok', 'stats'));
      await redisCli(master.port, 'CLIENT', 'KILL', 'TYPE', 'replica');
      await waitFor(
        async () => Number(await field(master, 'sync_partial_ok', 'stats')) > accepted,
        LIMIT_MS,
        'a partial resynchronization',
      );
    }
    await writing;
    await assertSame(master, replica);
    assert.equal(await field(master, 'sync_full', 'stats'), '1');
  });
}

test('a replica that missed more than the backlog holds gets everything anew', async (t) => {
  if (!requirePeer(t, 'redis-server') || !requirePeer(t, 'redis-cli')) return;
  const master = await ours(t, ['--repl-backlog-size', '16384']);
  const replica = await redis(t, replicaOf(master));
  await linkUp(replica);
  await write(master, 500);
  await assertSame(master, replica);
  process.kill(replica.pid, 'SIGSTOP');
  await redisCli(master.port, 'CLIENT', 'KILL', 'TYPE', 'replica');
  await write(master, 2000);
  process.kill(replica.pid, 'SIGCONT');
  await waitFor(() => /Unable to partial resync with replica/.test(master.output()), LIMIT_MS);
  await linkUp(replica);
  await assertSame(master, replica);
  assert.equal(await field(master, 'sync_partial_err', 'stats'), '1');
  assert.match(
    master.output(),
    /Unable to partial resync with replica 127\.0\.0\.1:\d+ for lack of backlog \(Replica request was: \d+\)\./,
  );
});

const CHAINS: readonly (readonly [string, readonly [Start, Start, Start]])[] = [
  ['real, ours, real', [redis, ours, redis]],
  ['ours, real, ours', [ours, redisDiskless, ours]],
];

for (const [name, [startTop, startMiddle, startBottom]] of CHAINS) {
  test(`a chain and a promotion in its middle: ${name}`, async (t) => {
    if (!requirePeer(t, 'redis-server') || !requirePeer(t, 'redis-cli')) return;
    const top = await startTop(t);
    await write(top, 500);
    const middle = await startMiddle(t, [...replicaOf(top), '--repl-backlog-size', '100mb']);
    await linkUp(middle);
    const bottom = await startBottom(t, replicaOf(middle));
    await linkUp(bottom);
    await write(top, 500);
    await assertSame(top, middle);
    await assertSame(top, bottom);

    await redisCli(middle.port, 'REPLICAOF', 'NO', 'ONE');
    await write(middle, 200);
    await redisCli(top.port, 'REPLICAOF', '127.0.0.1', String(middle.port));
    await linkUp(top);
    await linkUp(bottom);
    await assertSame(middle, top);
    await assertSame(middle, bottom);
    // Both went on from where they were: one full resynchronization each, that of the beginning.
    assert.equal(await field(middle, 'sync_full', 'stats'), '1');
    assert.equal(await field(middle, 'sync_partial_ok', 'stats'), '2');
    assert.equal(await field(top, 'master_replid2'), await field(middle, 'master_replid2'));
  });
}

test('a real replica acknowledges to WAIT', async (t) => {
  if (!requirePeer(t, 'redis-server') || !requirePeer(t, 'redis-cli')) return;
  const master = await ours(t);
  const replica = await redis(t, replicaOf(master));
  await linkUp(replica);
  const cli = (script: string) =>
    run('sh', ['-c', `printf '${script}' | redis-cli -p ${master.port}`]);
  assert.equal(await cli('SET k v\\nWAIT 1 10000\\n'), 'OK\n1\n');
  process.kill(replica.pid, 'SIGSTOP');
  assert.equal(await cli('SET k w\\nWAIT 1 200\\n'), 'OK\n0\n');
  process.kill(replica.pid, 'SIGCONT');
});

test('redis-cli takes an RDB by SYNC that redis-check-rdb accepts', async (t) => {
  if (!requirePeer(t, 'redis-cli') || !requirePeer(t, 'redis-check-rdb')) return;
  const master = await ours(t);
  await write(master, 500);
  const file = join(master.directory, 'taken.rdb');
  await redisCli(master.port, '--rdb', file);
  assert.match(await run('redis-check-rdb', [file]), /RDB looks OK/);
});
