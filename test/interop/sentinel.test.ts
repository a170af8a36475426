/**
 * A real redis-sentinel in one quorum with three of ours: all four know the same master, replicas
 * and Sentinels, and the same new master after a crash.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requirePeer } from '../support/required.ts';
import { redisCli, startSandbox, startSentinel, waitFor } from './peers.ts';

const AGREE_MS = 40_000;
const MASTER = 'mymaster';

/** Name and value in turn, as redis-cli prints a flat reply. */
function fields(text: string): Map<string, string> {
  const lines = text.split('\n');
  const pairs = new Map<string, string>();
  for (let at = 0; at + 1 < lines.length; at += 2) pairs.set(lines[at]!, lines[at + 1]!);
  return pairs;
}

/** Ports a Sentinel lists for replicas or other Sentinels, sorted. */
async function ports(sentinel: number, what: 'REPLICAS' | 'SENTINELS'): Promise<string[]> {
  const text = await redisCli(sentinel, 'SENTINEL', what, MASTER);
  const lines = text.split('\n');
  return lines.filter((_, at) => lines[at - 1] === 'port').sort();
}

async function masterPort(sentinel: number): Promise<string> {
  return (await redisCli(sentinel, 'SENTINEL', 'GET-MASTER-ADDR-BY-NAME', MASTER)).split('\n')[1]!;
}

test('a real redis-sentinel joins three of ours', async (t) => {
  if (!requirePeer(t, 'redis-sentinel') || !requirePeer(t, 'redis-cli')) return;
  const sandbox = await startSandbox(t);
  const { nodes, sentinels, control } = sandbox.endpoints;
  const master = nodes.find((node) => node.role === 'master')!;
  const real = await startSentinel(t, [
    `sentinel monitor ${MASTER} 127.0.0.1 ${master.port} 2`,
    `sentinel down-after-milliseconds ${MASTER} 2000`,
    `sentinel failover-timeout ${MASTER} 10000`,
  ]);
  const all = [...sentinels.map(({ port }) => port), real.port];
  const replicas = nodes
    .filter((node) => node !== master)
    .map(({ port }) => String(port))
    .sort();

  for (const port of all) {
    const others = all
      .filter((other) => other !== port)
      .map(String)
      .sort();
    await waitFor(
      async () => {
        assert.deepEqual(await ports(port, 'SENTINELS'), others);
        assert.deepEqual(await ports(port, 'REPLICAS'), replicas);
        assert.equal(await masterPort(port), String(master.port));
        const flags = fields(await redisCli(port, 'SENTINEL', 'MASTER', MASTER)).get('flags');
        assert.equal(flags, 'master');
        return true;
      },
      AGREE_MS,
      `agreement at ${port}`,
    );
  }

  await redisCli(control.port, 'SANDBOX', 'CRASH', master.name);
  const promoted = await waitFor(
    async () => {
      const now = new Set(await Promise.all(all.map(masterPort)));
      assert.equal(now.size, 1, `masters named: ${[...now]}`);
      const [port] = now;
      return port === String(master.port) ? undefined : port;
    },
    AGREE_MS,
    'one new master at all four',
  );
  assert.ok(replicas.includes(promoted));
  assert.match(await redisCli(Number(promoted), 'ROLE'), /^master/);

  // The old master comes back: every Sentinel, the real one too, lists it as a replica.
  await redisCli(control.port, 'SANDBOX', 'RESTART', master.name);
  const expected = nodes
    .map(({ port }) => String(port))
    .filter((port) => port !== promoted)
    .sort();
  for (const port of all) {
    await waitFor(
      async () => {
        assert.deepEqual(await ports(port, 'REPLICAS'), expected);
        return true;
      },
      AGREE_MS,
      `replicas at ${port}`,
    );
  }
  await waitFor(
    async () => (await redisCli(master.port, 'ROLE')).startsWith('slave'),
    AGREE_MS,
    'the old master is a replica',
  );
});
