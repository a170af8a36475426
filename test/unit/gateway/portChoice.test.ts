/** Which ports a sandbox asks for, where it goes when they are taken, and how it says so. */

import assert from 'node:assert/strict';
import * as net from 'node:net';
import { test } from 'node:test';
import { freePort, isPortFree, PORT_TAKEN, takenPorts } from '../../../src/gateway/freePorts.ts';
import {
  choosePorts,
  listPorts,
  movesText,
  type PortWish,
  startOnFreePorts,
} from '../../../src/gateway/portChoice.ts';
import {
  ANY_PORT,
  type PortPlan,
  portsOf,
  runsOf,
  usualRuns,
} from '../../../src/gateway/portPlan.ts';
import { StartError } from '../../../src/gateway/sandboxWorker.ts';

const shape = { replicas: 2, sentinels: 3 };
const usual: PortWish = { runs: usualRuns(6400, 26_400), shape };
const EVERYTHING = ['servers', 'sentinels', 'control', 'dashboard'] as const;
const together = (first: number): PortWish => ({ runs: [{ first, parts: EVERYTHING }], shape });

/** A host on which these ports are taken. */
const taking =
  (...taken: readonly number[]) =>
  async (port: number): Promise<string | undefined> =>
    taken.includes(port) ? PORT_TAKEN : undefined;

async function chosen(wish: PortWish, ...taken: readonly number[]): Promise<number[]> {
  return portsOf((await choosePorts(wish, {}, taking(...taken))).ports, shape);
}

test('the usual ports are away from 6379, 5000 and 7000', async () => {
  assert.deepEqual(await chosen(usual), [6400, 6401, 6402, 26_400, 26_401, 26_402, 6490, 6491]);
});

test('only the part whose port is taken moves', async () => {
  const { ports, moves } = await choosePorts(usual, {}, taking(6401, 6411, 6491));
  assert.deepEqual(ports, {
    port: 6420,
    sentinelPort: 26_400,
    controlPort: 6490,
    dashboardPort: 6501,
  });
  assert.equal(
    movesText(moves),
    'Ports 6401 and 6491 are taken by another program: the servers use 6420–6422, the dashboard uses 6501.',
  );
});

test('what lies together moves together', async () => {
  const ports = [7010, 7011, 7012, 7013, 7014, 7015, 7016, 7017];
  assert.deepEqual(await chosen(together(7000), 7006), ports);
  const { moves } = await choosePorts(together(7000), {}, taking(7000));
  assert.equal(
    movesText(moves, 'the sandbox of the window “a”'),
    'Port 7000 is taken by the sandbox of the window “a”: the servers, the Sentinels, the control endpoint and the dashboard use 7010–7017.',
  );
  assert.equal(movesText([]), '');
});

test('steps are wide enough for any number of nodes', async () => {
  for (const size of [0, 2, 9, 10, 31]) {
    const wish = { runs: usual.runs, shape: { replicas: size, sentinels: size } };
    const first = portsOf((await choosePorts(wish, {}, taking())).ports, wish.shape);
    const second = await choosePorts(wish, {}, taking(...first));
    const both = [...first, ...portsOf(second.ports, wish.shape)];
    assert.equal(new Set(both).size, both.length, `${size}`);
  }
});

test('a part that moves takes no port that another part has or asks for', async () => {
  const servers = Array.from({ length: 9 }, (_, block) => 6400 + 10 * block);
  const ports = await chosen(usual, ...servers);
  assert.deepEqual(ports.slice(0, 3), [6500, 6501, 6502]);
  assert.deepEqual(ports.slice(6), [6490, 6491]);
});

test('a plan is asked for again part by part', async () => {
  const { ports } = await choosePorts(together(7000), {}, taking());
  const again = await choosePorts({ runs: runsOf(ports), shape }, {}, taking(7003));
  assert.deepEqual(again.ports, { ...ports, sentinelPort: 7013 });
});

test('without a wish ports are consecutive, and below those of outgoing connections', async () => {
  for (let i = 0; i < 50; i += 1) {
    const ports = await chosen(together(ANY_PORT));
    const [first] = ports as [number];
    assert.deepEqual(
      ports,
      ports.map((_, index) => first + index),
    );
    assert.ok(first >= 10_000 && ports.at(-1)! < 32_768, String(first));
  }
  const { moves } = await choosePorts(together(ANY_PORT), {}, taking());
  assert.deepEqual(moves, []);
});

test('without room the error names the ports', async () => {
  const nothing = async (): Promise<string> => PORT_TAKEN;
  await assert.rejects(choosePorts(usual, {}, nothing), {
    name: 'NoPortsError',
    message:
      'the ports of the servers from 6400 on are taken (6400–6402 among them), and so are the blocks after them',
  });
  await assert.rejects(choosePorts(together(ANY_PORT), {}, nothing), {
    message: 'no 8 consecutive ports are free',
  });
});

test('a port that must not be used is an error, not a reason to move', async () => {
  const refused = async (port: number): Promise<string | undefined> =>
    port === 80 ? 'Permission denied' : undefined;
  await assert.rejects(choosePorts(together(80), {}, refused), {
    name: 'NoPortsError',
    message: 'port 80: Permission denied',
  });
});

test('a port that was lost between choice and start is chosen no more', async () => {
  const wish = together(ANY_PORT);
  const { ports } = await choosePorts(wish);
  const fixed: PortWish = { runs: [{ first: ports.port, parts: EVERYTHING }], shape };
  const asked: PortPlan[] = [];
  const { started, moves } = await startOnFreePorts(fixed, async (plan) => {
    asked.push(plan);
    if (asked.length === 1) throw new StartError('port: Address already in use', plan.sentinelPort);
    return 'started';
  });
  assert.equal(started, 'started');
  assert.equal(asked[0]!.port, ports.port);
  assert.ok(asked[1]!.port >= ports.port + 10);
  assert.deepEqual(moves[0]!.taken, [ports.sentinelPort]);
  const other = new StartError('it has no state');
  await assert.rejects(
    startOnFreePorts(wish, () => Promise.reject(other)),
    other,
  );
});

test('ports in words', () => {
  assert.equal(listPorts([6400]), '6400');
  assert.equal(listPorts([6401, 6400]), '6400 and 6401');
  assert.equal(listPorts([6400, 6401, 26_400]), '6400, 6401 and 26400');
  assert.equal(listPorts([26_400, 6400, 6401, 6402]), '6400–6402 and 26400');
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
