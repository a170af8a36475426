/** Both ways to read sockets, over real connections: what comes in, in which order, and how it ends. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import * as net from 'node:net';
import { type TestContext, test } from 'node:test';
import {
  chooseSocketReads,
  PlainReads,
  SharedReads,
  type SocketReads,
} from '../../../src/gateway/socketReads.ts';
import { until } from './startedWorker.ts';

const HOST = '127.0.0.1';
const MEGABYTE = 1024 * 1024;

/** The server's side of a connection, and what it saw. */
interface Served {
  readonly socket: net.Socket;
  readonly chunks: Buffer[];
  /** `end`, `error CODE`, `close`. */
  readonly events: string[];
}

interface Pair {
  readonly client: net.Socket;
  readonly served: Served;
  readonly server: net.Server;
}

function watched(make: (chunks: Buffer[]) => net.Socket): Served {
  const chunks: Buffer[] = [];
  const socket = make(chunks);
  const events: string[] = [];
  socket.on('end', () => events.push('end'));
  socket.on('error', (error: NodeJS.ErrnoException) => events.push(`error ${error.code}`));
  socket.on('close', () => events.push('close'));
  return { socket, chunks, events };
}

function text({ chunks }: Served): string {
  return Buffer.concat(chunks).latin1Slice();
}

async function listening(t: TestContext): Promise<net.Server> {
  const server = net.createServer({ noDelay: true, pauseOnConnect: true, allowHalfOpen: true });
  server.listen(0, HOST);
  await once(server, 'listening');
  t.after(() => server.close());
  return server;
}

async function connected(t: TestContext, reads: SocketReads): Promise<Pair> {
  const server = await listening(t);
  const client = net.connect({ port: (server.address() as net.AddressInfo).port, host: HOST });
  client.on('error', () => {});
  const isConnected = once(client, 'connect');
  const [accepted] = (await once(server, 'connection')) as [net.Socket];
  await isConnected;
  const served = watched((chunks) =>
    reads.accept(accepted, (chunk) => chunks.push(Buffer.from(chunk))),
  );
  served.socket.resume();
  t.after(() => {
    client.destroy();
    served.socket.destroy();
  });
  return { client, served, server };
}

test('this Node reads into the shared buffer, unless it is told not to', async () => {
  assert.ok((await chooseSocketReads()) instanceof SharedReads);
  process.env['REPLICATION_SANDBOX_PLAIN_READS'] = '1';
  try {
    assert.ok((await chooseSocketReads()) instanceof PlainReads);
  } finally {
    delete process.env['REPLICATION_SANDBOX_PLAIN_READS'];
  }
});

test('every chunk of every socket lies in the one shared buffer', async (t) => {
  const reads = new SharedReads();
  const server = await listening(t);
  const { port } = server.address() as net.AddressInfo;
  const memory = new Set<ArrayBufferLike>();
  let heard = '';
  const hear = (chunk: Buffer): void => {
    memory.add(chunk.buffer);
    heard += chunk.latin1Slice();
  };
  server.on('connection', (accepted: net.Socket) => {
    const socket = reads.accept(accepted, hear).on('error', () => {});
    socket.resume();
    socket.write('a');
    t.after(() => socket.destroy());
  });
  const clients = [0, 1].map(() => reads.connect({ port, host: HOST }, hear));
  t.after(() => clients.forEach((client) => void client.destroy()));
  for (const client of clients) client.write('b');
  await until(() => [...heard].sort().join('') === 'aabb');
  assert.equal(memory.size, 1);
});

test('a handle without a buffer of its own is read the public way', async (t) => {
  const server = await listening(t);
  const client = net.connect({ port: (server.address() as net.AddressInfo).port, host: HOST });
  const [accepted] = (await once(server, 'connection')) as [net.Socket & { _handle: object }];
  Object.defineProperty(accepted._handle, 'useUserBuffer', { value: undefined });
  let heard = '';
  const socket = new SharedReads().accept(accepted, (chunk) => {
    heard += chunk.latin1Slice();
  });
  t.after(() => socket.destroy());
  assert.equal(socket, accepted);
  socket.resume();
  client.end('PING');
  await until(() => heard === 'PING');
});

for (const reads of [new SharedReads(), new PlainReads()]) {
  const way = reads.constructor.name;

  test(`${way}: bytes come in whole and in order, and answers go out`, async (t) => {
    const { client, served } = await connected(t, reads);
    const bytes = Buffer.from(
      Array.from({ length: 3 * MEGABYTE }, (_, index) => (index * 31 + (index >> 8)) & 0xff),
    );
    client.write(bytes);
    await until(() => served.chunks.reduce((sum, chunk) => sum + chunk.length, 0) >= bytes.length);
    assert.ok(Buffer.concat(served.chunks).equals(bytes));
    served.socket.write('+OK\r\n');
    const [answer] = (await once(client, 'data')) as [Buffer];
    assert.equal(answer.latin1Slice(), '+OK\r\n');
  });

  test(`${way}: who ends its side is still answered`, async (t) => {
    const { client, served } = await connected(t, reads);
    client.end('PING');
    await until(() => served.events.includes('end'));
    assert.equal(text(served), 'PING');
    assert.deepEqual(served.events, ['end']);
    served.socket.end('PONG');
    assert.equal((await client.setEncoding('latin1').toArray()).join(''), 'PONG');
    await until(() => served.events.includes('close'));
    assert.deepEqual(served.events, ['end', 'close']);
  });

  test(`${way}: a reset is an error, then a close`, async (t) => {
    const { client, served } = await connected(t, reads);
    client.write('PING');
    await until(() => text(served) === 'PING');
    client.resetAndDestroy();
    await until(() => served.events.includes('close'));
    assert.deepEqual(served.events, ['error ECONNRESET', 'close']);
  });

  test(`${way}: this side can end, and reset`, async (t) => {
    const [ended, reset] = [await connected(t, reads), await connected(t, reads)];
    const failed = once(reset.client, 'error');
    reset.served.socket.resetAndDestroy();
    assert.match(String(await failed), /ECONNRESET/);
    ended.served.socket.destroySoon();
    assert.deepEqual(await ended.client.toArray(), []);
  });

  test(`${way}: a paused socket takes nothing, so its peer cannot send on`, async (t) => {
    const { client, served } = await connected(t, reads);
    client.write('first');
    await until(() => text(served) === 'first');
    served.socket.pause();
    const length = 64 * MEGABYTE;
    client.write(Buffer.alloc(length, 'x'));
    // A second connection shows that the loop has gone round, with all that it had to read.
    const other = await connected(t, reads);
    other.client.write('PING');
    await until(() => text(other.served) === 'PING');
    assert.equal(text(served), 'first');
    assert.ok(client.writableLength > length / 2, `${client.writableLength} bytes wait`);
    served.socket.resume();
    await until(() => served.chunks.reduce((sum, chunk) => sum + chunk.length, 0) === length + 5);
  });

  test(`${way}: a socket paused at its own chunk gets no further one`, async (t) => {
    const server = await listening(t);
    const client = net.connect({ port: (server.address() as net.AddressInfo).port, host: HOST });
    const [accepted] = (await once(server, 'connection')) as [net.Socket];
    let count = 0;
    const socket = reads.accept(accepted, () => {
      count += 1;
      socket.pause();
    });
    t.after(() => {
      client.destroy();
      socket.destroy();
    });
    socket.resume();
    client.write(Buffer.alloc(8 * MEGABYTE));
    await until(() => count === 1);
    const other = await connected(t, reads);
    other.client.write('PING');
    await until(() => text(other.served) === 'PING');
    assert.equal(count, 1);
    socket.resume();
    await until(() => count === 2);
  });

  test(`${way}: addresses are those of the connection`, async (t) => {
    const { client, served } = await connected(t, reads);
    assert.equal(served.socket.remotePort, client.localPort);
    assert.equal(served.socket.localPort, client.remotePort);
  });
}
