/**
 * Applications as they are: ioredis and node-redis in Sentinel mode write in a loop while the
 * master is crashed. Nothing in them knows of the sandbox.
 */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Redis } from 'ioredis';
import { createSentinel } from 'redis';
import { requirePeer } from '../support/required.ts';
import { infoField, redisCli, run, type SandboxProcess, startSandbox, waitFor } from './peers.ts';

const LIMIT_MS = 40_000;
const HOST = '127.0.0.1';

/** Writes one value after the other until told to stop; errors are part of a failover. */
class Writer {
  written = 0;
  private isStopped = false;
  private readonly done: Promise<void>;

  constructor(write: (value: number) => Promise<unknown>) {
    this.done = this.loop(write);
  }

  private async loop(write: (value: number) => Promise<unknown>): Promise<void> {
    for (let value = 1; !this.isStopped; value += 1) {
      try {
        await write(value);
        this.written = value;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await this.done;
  }
}

/** Crashes the master under a writer; ends when writes have resumed and the old master follows. */
async function crashUnder(sandbox: SandboxProcess, writer: Writer): Promise<void> {
  const { nodes, control } = sandbox.endpoints;
  await waitFor(() => writer.written > 50, LIMIT_MS, 'the app writes');
  assert.equal(await redisCli(control.port, 'SANDBOX', 'CRASH', 'm'), 'OK');
  const promoted = await waitFor(
    async () => {
      for (const node of nodes.slice(1)) {
        if ((await infoField(node.port, 'replication', 'role')) === 'master') return node;
      }
      return undefined;
    },
    LIMIT_MS,
    'a replica is promoted',
  );
  const before = writer.written;
  await waitFor(() => writer.written > before + 50, LIMIT_MS, 'writes resume');
  assert.equal(await redisCli(control.port, 'SANDBOX', 'RESTART', 'm'), 'OK');
  await waitFor(
    async () => {
      const old = nodes[0]!.port;
      return (
        (await infoField(old, 'replication', 'role')) === 'slave' &&
        (await infoField(old, 'replication', 'master_port')) === String(promoted.port) &&
        (await infoField(old, 'replication', 'master_link_status')) === 'up'
      );
    },
    LIMIT_MS,
    'the old master comes back as a replica',
  );
  await writer.stop();
  const stored = await redisCli(promoted.port, 'GET', 'counter');
  assert.ok(Number(stored) >= writer.written, `${stored} of ${writer.written}`);
}

describe('an app in Sentinel mode goes on at the new master by itself', {
  concurrency: true,
}, () => {
  test('ioredis', async (t) => {
    if (!requirePeer(t, 'redis-cli')) return;
    const sandbox = await startSandbox(t);
    const { sentinels, masterName } = sandbox.endpoints;
    const client = new Redis({
      sentinels: sentinels.map(({ host, port }) => ({ host, port })),
      name: masterName,
    });
    client.on('error', () => {}); // What a failover looks like to an app.
    t.after(() => client.disconnect());
    await crashUnder(sandbox, new Writer((value) => client.set('counter', value)));
  });

  test('node-redis', async (t) => {
    if (!requirePeer(t, 'redis-cli')) return;
    const sandbox = await startSandbox(t);
    const { sentinels, masterName } = sandbox.endpoints;
    const client = createSentinel({
      name: masterName,
      sentinelRootNodes: sentinels.map(({ host, port }) => ({ host, port })),
    });
    client.on('error', () => {});
    await client.connect();
    t.after(() => client.destroy());
    await crashUnder(sandbox, new Writer((value) => client.set('counter', String(value))));
  });
});

test('redis-cli and redis-benchmark run against an endpoint', async (t) => {
  if (!requirePeer(t, 'redis-cli') || !requirePeer(t, 'redis-benchmark')) return;
  const sandbox = await startSandbox(t, ['--replicas', '1', '--sentinels', '0']);
  const [master, replica] = sandbox.endpoints.nodes;
  assert.equal(await redisCli(master!.port, 'SET', 'greeting', 'hello'), 'OK');
  assert.equal(await redisCli(master!.port, 'WAIT', '1', '5000'), '1');
  assert.equal(await redisCli(replica!.port, 'GET', 'greeting'), 'hello');
  assert.match(await redisCli(replica!.port, 'SET', 'greeting', 'x'), /^READONLY /);
  const load = ['-q', '-n', '20000', '-P', '16', '-t', 'set,get,incr,lpush,hset,zadd'];
  const output = await run('redis-benchmark', ['-h', HOST, '-p', String(master!.port), ...load]);
  for (const name of ['SET', 'GET', 'INCR', 'LPUSH', 'HSET', 'ZADD']) {
    assert.match(output, new RegExp(`${name}: [\\d.]+ requests per second`));
  }
  const digests = await Promise.all(
    [master!, replica!].map(async ({ port }) => {
      await waitFor(
        async () =>
          (await infoField(master!.port, 'replication', 'master_repl_offset')) ===
          (await infoField(replica!.port, 'replication', 'master_repl_offset')),
        LIMIT_MS,
        'the replica has caught up',
      );
      return redisCli(port, 'DEBUG', 'DIGEST');
    }),
  );
  assert.equal(digests[0], digests[1]);
});

test('more than a send window goes through an endpoint in both directions', async (t) => {
  const sandbox = await startSandbox(t, ['--replicas', '0', '--sentinels', '0']);
  const [master] = sandbox.endpoints.nodes;
  const client = new Redis({ host: HOST, port: master!.port });
  t.after(() => client.disconnect());
  const value = Buffer.alloc(5 * 1024 * 1024, 'abcdefghij');
  assert.equal(await client.set('big', value), 'OK');
  const copies = await Promise.all([1, 2, 3].map(() => client.getBuffer('big')));
  for (const copy of copies) assert.ok(copy?.equals(value));
});
