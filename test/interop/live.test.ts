/** A live sandbox in this process: its recording, its flow control, what crashes look like outside. */

import assert from 'node:assert/strict';
import * as net from 'node:net';
import { type TestContext, test } from 'node:test';
import { DEFAULT_HISTORY } from '../../src/gateway/hostMessages.ts';
import { SandboxHost } from '../../src/gateway/sandboxHost.ts';
import { chooseSocketReads } from '../../src/gateway/socketReads.ts';
import type { Operation, Outcome } from '../../src/view/messages.ts';
import { replay } from '../../src/world/replay.ts';
import { freePorts, waitFor } from './peers.ts';

const LIMIT_MS = 20_000;
const HOST = '127.0.0.1';

async function openHost(t: TestContext, replicas: number, sentinels: number) {
  const port = await freePorts(20);
  const host = new SandboxHost(
    {
      topology: { replicas, sentinels, port, sentinelPort: port + 10 },
      seed: 5,
      nonce: 'test',
      controlPort: port + 18,
      dashboardPort: port + 19,
      history: DEFAULT_HISTORY,
      memoryMb: 2_048,
    },
    await chooseSocketReads(),
    () => {},
  );
  t.after(() => host.close());
  await host.open();
  return { host, port };
}

function perform(host: SandboxHost, operation: Operation): Promise<Outcome> {
  return new Promise((resolve) => host.perform(operation, resolve));
}

interface Client {
  readonly socket: net.Socket;
  received: number;
  /** `end` after an orderly close, the error's code after a reset. */
  ended: string;
}

async function connect(t: TestContext, port: number): Promise<Client> {
  const socket = net.connect(port, HOST);
  const client: Client = { socket, received: 0, ended: '' };
  t.after(() => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    client.received += chunk.length;
  });
  socket.on('end', () => {
    client.ended ||= 'end';
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    client.ended = error.code ?? 'error';
  });
  await new Promise((resolve) => socket.once('connect', resolve));
  return client;
}

test('a recorded live run with real TCP clients replays to the same trace', async (t) => {
  const { host, port } = await openHost(t, 1, 1);
  const clients = await Promise.all([port, port + 1, port].map((at) => connect(t, at)));
  for (let i = 0; i < 200; i += 1) {
    for (const { socket } of clients) socket.write(`SET key:${i} value\r\nGET key:${i}\r\n`);
    if (i % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await perform(host, { op: 'load', rate: 100, bytes: 32 });
  await waitFor(() => clients.every((client) => client.received > 2_000), LIMIT_MS);
  await perform(host, { op: 'crash', node: 'm' });
  await waitFor(() => host.sandbox.snapshot().nodes[1]?.role === 'master', LIMIT_MS, 'failover');
  await perform(host, { op: 'restart', node: 'm' });
  await waitFor(() => (host.sandbox.reading.load?.book.acked ?? 0) > 20, LIMIT_MS);
  await perform(host, { op: 'pause' });
  const { world } = host.sandbox;
  const recording = world.recording();
  assert.ok(recording !== undefined);
  const again = replay(recording);
  assert.equal(again.eventCount, world.eventCount);
  assert.equal(again.traceHash, world.traceHash);
  assert.equal(again.digest(), world.digest());
});

test('a paused world stops reading from its clients, and goes on where it was', async (t) => {
  const { host, port } = await openHost(t, 0, 0);
  const { socket } = await connect(t, port);
  await perform(host, { op: 'pause' });
  const command = Buffer.from(`SET key ${'x'.repeat(100)}\r\n`);
  const flood = Buffer.concat(Array.from({ length: 200_000 }, () => command));
  socket.write(flood);
  // What neither the node nor the kernels take stays with the client.
  let before = -1;
  await waitFor(async () => {
    const pending = socket.writableLength;
    const isStill = pending === before && pending > 0;
    before = pending;
    await new Promise((resolve) => setTimeout(resolve, 50));
    return isStill;
  }, LIMIT_MS);
  await perform(host, { op: 'resume' });
  await waitFor(
    () => socket.bytesWritten === flood.length && socket.writableLength === 0,
    LIMIT_MS,
  );
});

test('a client that does not read holds up nobody, and is dropped by its limit', async (t) => {
  const { host, port } = await openHost(t, 0, 0);
  const slow = await connect(t, port);
  const fast = await connect(t, port);
  slow.socket.write('CONFIG SET client-output-buffer-limit "normal 4mb 0 0"\r\n');
  slow.socket.write(`SET big ${'x'.repeat(60_000)}\r\n`);
  await waitFor(() => slow.received >= 10, LIMIT_MS);
  slow.socket.pause();
  for (let i = 0; i < 1_000; i += 1) slow.socket.write('GET big\r\n');
  const { sandbox } = host;
  await waitFor(() => sandbox.snapshot().nodes[0]?.connections === 1, LIMIT_MS, 'dropped');
  fast.socket.write('PING\r\n');
  await waitFor(() => fast.received === 7, LIMIT_MS);
});

test('a crash ends connections, refuses new ones, and a restart listens again', async (t) => {
  const { host, port } = await openHost(t, 0, 0);
  const client = await connect(t, port);
  client.socket.write('PING\r\n');
  await waitFor(() => client.received > 0, LIMIT_MS);
  const polite = await connect(t, port);
  polite.socket.write('QUIT\r\n');
  await waitFor(() => polite.ended === 'end', LIMIT_MS);
  await perform(host, { op: 'crash', node: 'm' });
  await waitFor(() => client.ended === 'end', LIMIT_MS, 'the end');
  const refused = net.connect(port, HOST);
  const [error] = (await new Promise((resolve) =>
    refused.once('error', (...given) => resolve(given)),
  )) as NodeJS.ErrnoException[];
  assert.equal(error?.code, 'ECONNREFUSED');
  await perform(host, { op: 'restart', node: 'm' });
  const again = await waitFor(() => connectOnce(port), LIMIT_MS, 'listening again');
  again.destroy();
});

function connectOnce(port: number): Promise<net.Socket | undefined> {
  return new Promise((resolve) => {
    const socket = net.connect(port, HOST);
    socket.once('connect', () => resolve(socket));
    socket.once('error', () => resolve(undefined));
  });
}

test('a node reaches loopback addresses outside the sandbox, and no others', async (t) => {
  const { host, port } = await openHost(t, 1, 0);
  const stranger = net.createServer((socket) => socket.destroy());
  t.after(() => stranger.close());
  await new Promise<void>((resolve) => stranger.listen(0, HOST, () => resolve()));
  const { port: strangerPort } = stranger.address() as net.AddressInfo;
  let visits = 0;
  stranger.on('connection', () => {
    visits += 1;
  });
  const texts: string[] = [];
  host.service.subscribe((message) => {
    if (message.kind === 'feed') texts.push(...message.entries.map((entry) => entry.text));
  });
  const to = (address: string, at: number): Operation => ({
    op: 'replicaof',
    node: 'r1',
    to: { host: address, port: at },
  });
  assert.equal((await perform(host, to(HOST, strangerPort))).ok, true);
  await waitFor(() => visits > 0, LIMIT_MS, 'the stranger is visited');
  assert.equal((await perform(host, to('192.0.2.1', 6379))).ok, true);
  await waitFor(
    () => texts.some((text) => /r1 may not connect to 192\.0\.2\.1:6379/.test(text)),
    LIMIT_MS,
    'the refusal is in the feed',
  );
  assert.ok(port > 0);
});
