/** The ports of `up`: taken ones are passed over, any number of sandboxes start at once, apps find theirs. */

import assert from 'node:assert/strict';
import * as net from 'node:net';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { connectionVariables } from '../../src/gateway/connectionVariables.ts';
import type { EndpointList } from '../../src/gateway/hostMessages.ts';
import { freePorts, startCli, startNode, startUp } from './peers.ts';

const APP = fileURLToPath(new URL('../../media/playground/app.mjs', import.meta.url));

test('ports that are taken are passed over, and named', async (t) => {
  const first = await freePorts(30);
  const holder = net.createServer().listen(first + 1, '127.0.0.1');
  t.after(() => holder.close());
  const sandbox = await startUp(t, ['--port', String(first), '--control-port', String(first + 25)]);
  assert.deepEqual(portsOf(sandbox.endpoints), [
    ...Array.from({ length: 6 }, (_, index) => first + 10 + index),
    first + 25,
    first + 16,
  ]);
  const moved = `Port ${first + 1} is taken by another program: the servers, the Sentinels and the dashboard use ${first + 10}–${first + 16}.`;
  assert.ok(sandbox.output().includes(moved), sandbox.output());
  assert.equal(await sandbox.stop(), 0);
});

test('sandboxes on any free ports start at the same time', async (t) => {
  const start = () => startUp(t, ['--port', '0']);
  const sandboxes = await Promise.all([start(), start(), start()]);
  const ports = sandboxes.flatMap(({ endpoints }) => portsOf(endpoints));
  assert.equal(new Set(ports).size, 24);
  for (const { endpoints, output } of sandboxes) {
    assert.deepEqual(output().trimEnd().split('\n').length, 1);
    const own = portsOf(endpoints);
    assert.deepEqual(
      own,
      own.map((_, index) => own[0]! + index),
    );
  }
  assert.deepEqual(await Promise.all(sandboxes.map(({ stop }) => stop())), [0, 0, 0]);
});

test('sandboxes that ask for the same ports at the same time each get their own', async (t) => {
  const first = await freePorts(30);
  const start = () => startUp(t, ['--port', String(first), '--replicas', '0', '--sentinels', '1']);
  const sandboxes = await Promise.all([start(), start()]);
  const masters = sandboxes.map(({ port }) => port);
  assert.equal(new Set(masters).size, 2);
  const moved = /^Ports? .* taken by another program: the servers, .* use /m;
  assert.ok(sandboxes.some(({ output }) => moved.test(output())));
});

test('up --env prints what a shell can read', async (t) => {
  const args = ['up', '--env', '--port', '0', '--replicas', '0', '--sentinels', '2'];
  const sandbox = await startCli(t, args, 'REDIS_MASTER_NAME');
  const lines = sandbox.output().trimEnd().split('\n');
  const port = Number(/^export REDIS_URL=redis:\/\/127\.0\.0\.1:(\d+)$/.exec(lines[0]!)?.[1]);
  assert.deepEqual(lines.slice(1), [
    `export REDIS_SENTINELS=127.0.0.1:${port + 1},127.0.0.1:${port + 2}`,
    'export REDIS_MASTER_NAME=mymaster',
  ]);
  assert.equal(await sandbox.stop(), 0);
});

test("the playground's app reaches the sandbox that its environment names", async (t) => {
  const sandboxes = await Promise.all([startUp(t, ['--port', '0']), startUp(t, ['--port', '0'])]);
  for (const { endpoints, port } of sandboxes) {
    const variables = Object.fromEntries(connectionVariables(endpoints));
    const app = await startNode(t, [APP], 'order 1 is paid', variables);
    assert.match(
      app.output(),
      new RegExp(`connected to the master at 127\\.0\\.0\\.1:${port}$`, 'm'),
    );
  }
});

/** Every port, in the order of the servers, the Sentinels, the control endpoint, the dashboard. */
function portsOf({ nodes, sentinels, control, dashboard }: EndpointList): number[] {
  const own = [...nodes, ...sentinels, control].map(({ port }) => port);
  return [...own, Number(new URL(dashboard.url).port)];
}
