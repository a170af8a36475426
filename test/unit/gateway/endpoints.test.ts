/** The nodes' real sockets: closing, power loss, connects under way, listeners in trouble. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import * as net from 'node:net';
import { type TestContext, test } from 'node:test';
import { Endpoints } from '../../../src/gateway/endpoints.ts';
import { freePort } from '../../../src/gateway/freePorts.ts';
import { LiveLoop } from '../../../src/gateway/liveLoop.ts';
import { PlainReads, SharedReads, type SocketReads } from '../../../src/gateway/socketReads.ts';
import { Sandbox } from '../../../src/sandbox/sandbox.ts';
import type { Operation, Outcome } from '../../../src/view/messages.ts';
import { ask, until } from './startedWorker.ts';

const HOST = '127.0.0.1';
const MEGABYTE = 1024 * 1024;
const FIRST_PORT = 20_000 + (process.pid % 20_000);

interface Open {
  readonly sandbox: Sandbox;
  readonly endpoints: Endpoints;
  readonly loop: LiveLoop;
  readonly port: number;
}

/** A master alone, live. */
async function open(t: TestContext, reads: SocketReads = new SharedReads()): Promise<Open> {
  const port = (await freePort(FIRST_PORT, 5_000, () => false))!;
  const sandbox = new Sandbox({
    topology: { replicas: 0, sentinels: 0, port, sentinelPort: 0 },
    seed: 1,
    startAt: 1_790_000_000_000_000,
    record: false,
    params: { outsideReachable: true },
  });
  sandbox.boot();
  const loop = new LiveLoop(sandbox, () => endpoints.writeOut());
  const endpoints: Endpoints = new Endpoints(sandbox, loop, reads);
  t.after(() => {
    loop.close();
    endpoints.shutdown();
  });
  await endpoints.open();
  sandbox.driver = loop;
  loop.start();
  return { sandbox, endpoints, loop, port };
}

function perform({ sandbox, loop }: Open, operation: Operation): void {
  loop.beforeInput();
  sandbox.perform(operation, (outcome: Outcome) => assert.ok(outcome.ok, JSON.stringify(outcome)));
}

interface Client {
  readonly socket: net.Socket;
  text: string;
  /** `open`, `closed` or the error's code. */
  state: string;
}

async function client(port: number): Promise<Client> {
  const socket = net.connect(port, HOST);
  const found: Client = { socket, text: '', state: 'open' };
  socket.on('data', (chunk: Buffer) => {
    found.text += chunk.latin1Slice();
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    found.state = error.code ?? '';
  });
  socket.on('close', (hadError) => {
    if (!hadError) found.state = 'closed';
  });
  await once(socket, 'connect');
  return found;
}

test('a power loss is silence for those who are connected and those who connect', async (t) => {
  const opened = await open(t);
  const { port, sandbox } = opened;
  const [talker, listener] = [await client(port), await client(port)];
  for (const { socket } of [talker, listener]) socket.write('PING\r\n');
  await until(() => [talker, listener].every(({ text }) => text === '+PONG\r\n'));
  perform(opened, { op: 'powerloss', node: 'm' });
  const late = await client(port);
  for (const { socket } of [talker, late]) socket.write('PING\r\n');
  const second = sandbox.world.now + 1_000_000;
  await until(() => sandbox.world.now > second);
  assert.deepEqual(
    [talker, listener, late].map(({ state, text }) => [state, text]),
    [
      ['open', '+PONG\r\n'],
      ['open', '+PONG\r\n'],
      ['open', ''],
    ],
  );
  const { peers } = opened.endpoints as unknown as { readonly peers: ReadonlyMap<number, unknown> };
  assert.equal(peers.size, 3);
  const quitter = await client(port);
  await until(() => peers.size === 4);
  quitter.socket.destroy();
  await until(() => peers.size === 3);
  perform(opened, { op: 'restart', node: 'm' });
  await until(() => talker.state === 'ECONNRESET' && late.state === 'ECONNRESET');
  assert.equal(listener.state, 'open', 'nobody has told it yet');
  listener.socket.write('PING\r\n');
  await until(() => listener.state === 'ECONNRESET');
  assert.equal(await ask(port, 'PING'), '+PONG');
});

test('a process that is killed ends its connections, as one that ends in order', async (t) => {
  const opened = await open(t);
  const first = await client(opened.port);
  first.socket.write('PING\r\n');
  await until(() => first.text === '+PONG\r\n');
  perform(opened, { op: 'crash', node: 'm' });
  await until(() => first.state === 'closed');
  await assert.rejects(client(opened.port), /ECONNREFUSED/);
  perform(opened, { op: 'restart', node: 'm' });
  await until(async () => (await ask(opened.port, 'PING').catch(String)) === '+PONG');
  const second = await client(opened.port);
  second.socket.write('SHUTDOWN NOSAVE\r\n');
  await until(() => second.state === 'closed');
});

test('sockets that still have something to say do not outlive the sandbox', async (t) => {
  const { port, endpoints, sandbox } = await open(t);
  const reader = await client(port);
  const value = 'x'.repeat(MEGABYTE);
  reader.socket.write(`*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$${MEGABYTE}\r\n${value}\r\n`);
  await until(() => reader.text === '+OK\r\n');
  reader.socket.pause();
  reader.socket.write(`${'GET k\r\n'.repeat(60)}QUIT\r\n`);
  const { lingering, peers } = endpoints as unknown as {
    readonly lingering: ReadonlySet<net.Socket>;
    readonly peers: ReadonlyMap<number, { readonly socket: net.Socket }>;
  };
  // The process ends over bytes that nobody takes: the kernel's buffers are full.
  const [peer] = peers.values();
  const seen: number[] = [];
  await until(() => {
    seen.push(peer!.socket.writableLength);
    const last = seen.slice(-10);
    return last.length === 10 && last.every((bytes) => bytes > 0 && bytes === last[0]);
  });
  sandbox.perform({ op: 'command', node: 'm', line: 'SHUTDOWN NOSAVE' }, () => {});
  await until(() => lingering.size === 1);
  endpoints.shutdown();
  await until(() => lingering.size === 0);
  reader.socket.resume();
  await until(() => reader.state !== 'open');
  assert.ok(reader.text.length < 60 * MEGABYTE);
});

test('large replies to many clients do not nest the turns of the loop', async (t) => {
  const { port, loop } = await open(t);
  const turns = loop as unknown as { advance(): boolean };
  const advance = turns.advance.bind(loop);
  let depth = 0;
  let deepest = 0;
  turns.advance = () => {
    depth += 1;
    deepest = Math.max(deepest, depth);
    const isDone = advance();
    depth -= 1;
    return isDone;
  };
  const value = 'x'.repeat(8_192);
  await ask(port, `SET k ${value}`);
  const gets = 200;
  const readers = await Promise.all(Array.from({ length: 20 }, () => client(port)));
  for (const { socket } of readers) socket.write('GET k\r\n'.repeat(gets));
  const whole = gets * `$8192\r\n${value}\r\n`.length;
  await until(() => readers.every(({ text }) => text.length === whole));
  for (const { socket } of readers) socket.destroy();
  assert.equal(deepest, 1);
});

test('a connect that the node gives up meanwhile leaves no socket', async (t) => {
  const { sandbox, port } = await open(t);
  const accepted: net.Socket[] = [];
  const closed: net.Socket[] = [];
  const stranger = net.createServer((socket) => {
    accepted.push(socket);
    socket.on('error', () => {});
    socket.on('close', () => closed.push(socket));
    socket.resume();
  });
  const strangerPort = (await freePort(port + 1, 5_000, () => false))!;
  await once(stranger.listen(strangerPort, HOST), 'listening');
  t.after(() => {
    for (const socket of accepted) socket.destroy();
    stranger.close();
  });
  // In one turn of Node's event loop, so the connection is not there before it is not wanted.
  for (const line of [`REPLICAOF ${HOST} ${strangerPort}`, 'REPLICAOF NO ONE']) {
    sandbox.perform({ op: 'command', node: 'm', line }, () => {});
    sandbox.advance(sandbox.world.now + 10_000);
  }
  // A later one is seen: by then the first one was seen, too, if there was to be anything of it.
  const probe = net.connect(strangerPort, HOST);
  await until(() => accepted.some(({ remotePort }) => remotePort === probe.localPort));
  await until(() => closed.length === accepted.length - 1);
  probe.destroy();
});

test('a connect that is refused is told, and leaves nothing', async (t) => {
  const opened = await open(t);
  const { port, sandbox, endpoints } = opened;
  const nobody = (await freePort(port + 1, 5_000, () => false))!;
  perform(opened, { op: 'command', node: 'm', line: `REPLICAOF ${HOST} ${nobody}` });
  const refused = (): boolean =>
    sandbox.world.logSince('m', 0).some(({ line }) => line.includes('Connection refused'));
  await until(refused);
  perform(opened, { op: 'command', node: 'm', line: 'REPLICAOF NO ONE' });
  const { peers } = endpoints as unknown as { readonly peers: ReadonlyMap<number, unknown> };
  await until(() => peers.size === 0);
});

test('a listener that could not accept goes on', async (t) => {
  const { port, sandbox, endpoints } = await open(t);
  const { listeners } = endpoints as unknown as { readonly listeners: Map<number, net.Server> };
  const trouble = Object.assign(new Error('accept EMFILE'), { code: 'EMFILE' });
  for (let i = 0; i < 2; i += 1) listeners.get(port)!.emit('error', trouble);
  assert.ok(
    sandbox.takeFeed().some(({ text }) => text === `port ${port} of m: Too many open files`),
  );
  assert.equal(await ask(port, 'PING'), '+PONG');
});

for (const reads of [new SharedReads(), new PlainReads()]) {
  const way = reads.constructor.name;

  test(`${way}: what two clients send in pieces is not mixed up`, async (t) => {
    const { port } = await open(t, reads);
    const clients = [await client(port), await client(port)];
    const keys = ['a', 'b'];
    const length = 200_000;
    for (let at = 0; at < 3; at += 1) {
      for (const [index, { socket, text }] of clients.entries()) {
        const value = keys[index]!.repeat(length);
        const request = `*3\r\n$3\r\nSET\r\n$1\r\n${keys[index]}\r\n$${length}\r\n${value}\r\n`;
        // A request ends in the middle of a chunk, and the world takes it up after the next one came.
        socket.write(request.slice(0, 70_001 + at));
        await until(() => socket.writableLength === 0);
        socket.write(request.slice(70_001 + at));
        assert.ok(!text.includes('-'), text);
      }
      await until(() => clients.every(({ text }) => text === '+OK\r\n'.repeat(at + 1)));
    }
    for (const found of clients) found.text = '';
    for (const [index, { socket }] of clients.entries()) socket.write(`GET ${keys[index]}\r\n`);
    for (const [index, found] of clients.entries()) {
      const reply = `$${length}\r\n${keys[index]!.repeat(length)}\r\n`;
      await until(() => found.text.length === reply.length);
      assert.equal(found.text, reply);
    }
  });

  test(`${way}: connections are counted, and maxclients refuses`, async (t) => {
    const { port } = await open(t, reads);
    const first = await client(port);
    first.socket.write('CONFIG SET maxclients 2\r\n');
    await until(() => first.text === '+OK\r\n');
    const second = await client(port);
    second.socket.write('PING\r\n');
    await until(() => second.text === '+PONG\r\n');
    const third = await client(port);
    await until(() => third.state !== 'open');
    assert.equal(third.text, '-ERR max number of clients reached\r\n');
    second.socket.resetAndDestroy();
    await until(async () => (await ask(port, 'PING').catch(String)) === '+PONG');
    await until(async () => (await ask(port, 'CLIENT LIST')).split('id=').length === 3);
  });

  test(`${way}: a client that ends its side gets what it asked for`, async (t) => {
    const { port } = await open(t, reads);
    const socket = net.connect({ port, host: HOST, allowHalfOpen: true });
    socket.end('PING\r\nECHO bye\r\n');
    const text = (await socket.setEncoding('latin1').toArray()).join('');
    assert.equal(text, '+PONG\r\n$3\r\nbye\r\n');
  });

  test(`${way}: a frozen node takes no more than its window, and all of it afterwards`, async (t) => {
    const opened = await open(t, reads);
    const writer = await client(opened.port);
    perform(opened, { op: 'freeze', node: 'm' });
    const length = 32 * MEGABYTE;
    writer.socket.write(`*2\r\n$4\r\nECHO\r\n$${length}\r\n`);
    writer.socket.write(Buffer.alloc(length, 'x'));
    writer.socket.write('\r\n');
    const { peers } = opened.endpoints as unknown as {
      readonly peers: ReadonlyMap<number, { readonly socket: net.Socket; unreadBytes: number }>;
    };
    await until(() => [...peers.values()].some(({ socket }) => socket.isPaused()));
    const [peer] = peers.values();
    assert.ok(peer!.unreadBytes < 2 * MEGABYTE, `${peer!.unreadBytes} bytes`);
    assert.ok(writer.socket.writableLength > length / 2);
    perform(opened, { op: 'thaw', node: 'm' });
    await until(() => writer.text.length === length + `$${length}\r\n\r\n`.length);
  });
}
