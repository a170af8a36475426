/** The thread of a sandbox and its end: in order, by memory, by force. Others go on. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import * as net from 'node:net';
import { after, test } from 'node:test';
import type { Worker } from 'node:worker_threads';
import { freePort } from '../../../src/gateway/freePorts.ts';
import { SandboxWorker } from '../../../src/gateway/sandboxWorker.ts';

const HOST = '127.0.0.1';
const MEGABYTE = 1024 * 1024;
const FIRST_PORT = 20_000 + (process.pid % 20_000);

const running: SandboxWorker[] = [];
after(() => Promise.all(running.map((worker) => worker.close())));

interface Started {
  readonly worker: SandboxWorker;
  readonly port: number;
  readonly warnings: string[];
  readonly death: Promise<string>;
}

/** A master alone. */
async function start(memoryMb: number): Promise<Started> {
  const ports: number[] = [];
  for (const first of [FIRST_PORT, FIRST_PORT + 1, FIRST_PORT + 2]) {
    ports.push((await freePort(first, 5_000, (port) => ports.includes(port)))!);
  }
  const [port, controlPort, dashboardPort] = ports as [number, number, number];
  const warnings: string[] = [];
  let die: (reason: string) => void = () => {};
  const death = new Promise<string>((resolve) => {
    die = resolve;
  });
  const topology = { replicas: 0, sentinels: 0, port, sentinelPort: 0 };
  const worker = await SandboxWorker.start(
    { topology, seed: 1, nonce: 'n', controlPort, dashboardPort, memoryMb },
    { onWarning: (text) => warnings.push(text), onDeath: die },
  );
  running.push(worker);
  return { worker, port, warnings, death };
}

async function ping(port: number): Promise<string> {
  const socket = net.connect(port, HOST);
  socket.write('PING\r\n');
  const [reply] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return reply.toString();
}

test('a client that writes without end is refused, and the user is told', async () => {
  const { port, worker, warnings } = await start(200);
  const socket = net.connect(port, HOST);
  let replies = '';
  socket.on('data', (chunk: Buffer) => {
    replies = (replies + chunk.toString()).slice(-200);
  });
  const value = 'x'.repeat(MEGABYTE);
  for (let i = 0; i < 1_000 && !replies.includes('OOM'); i += 1) {
    const key = String(i).padStart(4);
    const request = `*3\r\n$3\r\nSET\r\n$4\r\n${key}\r\n$${value.length}\r\n${value}\r\n`;
    await new Promise((resolve) => socket.write(request, resolve));
  }
  socket.destroy();
  assert.match(replies, /-OOM command not allowed when used memory > 'maxmemory'\./);
  assert.match(warnings[0]!, /most of the 200 MB .* CONFIG SET maxmemory 0/);
  assert.equal(await ping(port), '+PONG\r\n');
  await worker.close();
});

test('memory that no refusal can save ends the sandbox in order; another one goes on', async () => {
  const other = await start(200);
  const { port, worker, death } = await start(100);
  // Bulk strings that never become whole: they lie in query buffers, which no maxmemory limits.
  const sockets = Array.from({ length: 8 }, () => net.connect(port, HOST));
  const part = Buffer.alloc(MEGABYTE, 'x');
  for (const socket of sockets) {
    socket.on('error', () => {});
    socket.write('*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$500000000\r\n');
    const feed = (): void => {
      if (!socket.destroyed) socket.write(part, () => feed());
    };
    feed();
  }
  assert.match(await death, /^out of memory: it had used up the 100 MB/);
  for (const socket of sockets) socket.destroy();
  const outcome = await worker.request({ op: 'state' });
  assert.deepEqual(outcome, { ok: false, error: 'ERR the sandbox has ended' });
  assert.equal(await ping(other.port), '+PONG\r\n');
  await other.worker.close();
});

test('a thread that is killed is reported once, and what waited is answered', async () => {
  const { worker, death } = await start(200);
  const thread = (worker as unknown as { readonly worker: Worker }).worker;
  const answer = worker.request({ op: 'state' });
  await thread.terminate();
  assert.equal(await death, 'exit code 1');
  assert.ok([true, false].includes((await answer).ok));
  await worker.close();
});
