/** Which ports a sandbox asks for, and how a second one keeps clear of the first. */

import assert from 'node:assert/strict';
import * as net from 'node:net';
import { test } from 'node:test';
import { listPorts, portPlan, portsOf } from '../../../src/extension/portPlan.ts';
import { freePort, isPortFree, takenPorts } from '../../../src/gateway/freePorts.ts';

const shape = { port: 6400, sentinelPort: 26_400, replicas: 2, sentinels: 3 };

test('the first block is the one of the settings, away from 6379, 5000 and 7000', () => {
  const plan = portPlan(shape, 0)!;
  assert.deepEqual(portsOf(plan, shape), [6400, 6401, 6402, 26_400, 26_401, 26_402, 6490, 6491]);
});

test('blocks do not overlap, however many nodes they have', () => {
  for (const size of [0, 2, 9, 10, 31]) {
    const wide = { ...shape, replicas: size, sentinels: size };
    const [first, second] = [0, 1].map((block) => portsOf(portPlan(wide, block)!, wide));
    assert.deepEqual(
      first!.filter((port) => second!.includes(port)),
      [],
      `${size}`,
    );
  }
});

test('a block that does not fit is none', () => {
  assert.equal(portPlan({ ...shape, sentinelPort: 65_534 }, 0), undefined);
  assert.equal(portPlan({ ...shape, sentinelPort: 6401 }, 0), undefined);
});

test('ports in words', () => {
  assert.equal(listPorts([6400]), '6400');
  assert.equal(listPorts([6400, 6401, 26_400]), '6400, 6401 and 26400');
});

test('taken ports are found, and passed over', async () => {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  assert.equal(await isPortFree(port), false);
  assert.deepEqual(await takenPorts([port]), [port]);
  assert.equal(await freePort(port, 1, () => false), undefined);
  const next = await freePort(port, 50, (candidate) => candidate === port + 1);
  assert.ok(next !== undefined && next > port + 1);
  await new Promise((resolve) => server.close(resolve));
  assert.equal(await isPortFree(port), true);
});
