/** The end of a socket: at once when all is said, after the last bytes when not. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import * as net from 'node:net';
import { type TestContext, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { endInOrder } from '../../../src/gateway/endInOrder.ts';

const HOST = '127.0.0.1';
const WAIT_MS_MAX = 20_000;

/** A client in a thread of its own: says when the end has come, whatever this thread is doing. */
const CLIENT = `
const { workerData } = require('node:worker_threads');
const socket = require('node:net').connect(workerData.port, '127.0.0.1');
socket.resume().on('end', () => {
  Atomics.store(workerData.seen, 0, 1);
  Atomics.notify(workerData.seen, 0);
});
`;

async function accepted(t: TestContext): Promise<{ socket: net.Socket; seen: Int32Array }> {
  const server = net.createServer({ allowHalfOpen: true });
  await once(server.listen(0, HOST), 'listening');
  const { port } = server.address() as net.AddressInfo;
  const seen = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(CLIENT, { eval: true, workerData: { port, seen } });
  const [socket] = (await once(server, 'connection')) as [net.Socket];
  t.after(async () => {
    socket.destroy();
    server.close();
    await worker.terminate();
  });
  return { socket, seen };
}

test('the FIN leaves before the caller goes on: other work of its turn does not hold it up', async (t) => {
  const { socket, seen } = await accepted(t);
  socket.write('+OK\r\n');
  assert.equal(endInOrder(socket), false);
  // This thread does nothing else until the client has seen the end.
  assert.notEqual(Atomics.wait(seen, 0, 0, WAIT_MS_MAX), 'timed-out');
});

test('what the kernel has not taken goes out first', async () => {
  const server = net.createServer({ allowHalfOpen: true });
  await once(server.listen(0, HOST), 'listening');
  const client = net.connect((server.address() as net.AddressInfo).port, HOST);
  const [socket] = (await once(server, 'connection')) as [net.Socket];
  const bytes = 32 * 1024 * 1024;
  socket.write(Buffer.alloc(bytes));
  assert.equal(endInOrder(socket), true);
  let received = 0;
  for await (const chunk of client) received += (chunk as Buffer).length;
  assert.equal(received, bytes);
  server.close();
});
