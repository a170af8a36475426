/** `server` with both ways to read its sockets: the shared buffer, and the public way. */

import assert from 'node:assert/strict';
import * as net from 'node:net';
import { type TestContext, test } from 'node:test';
import { infoField, redisCli, startOurServer, waitFor } from './peers.ts';

const LIMIT_MS = 20_000;
const VALUE_BYTES = 300_000;

interface Client {
  readonly socket: net.Socket;
  text: string;
  ended: boolean;
}

function connect(t: TestContext, port: number): Client {
  const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const client: Client = { socket, text: '', ended: false };
  socket.on('data', (chunk: Buffer) => {
    client.text += chunk.latin1Slice();
  });
  socket.on('end', () => {
    client.ended = true;
  });
  socket.on('error', () => {});
  t.after(() => socket.destroy());
  return client;
}

for (const plain of ['0', '1']) {
  const variables = { REPLICATION_SANDBOX_PLAIN_READS: plain };
  const way = plain === '1' ? 'public' : 'shared';

  test(`${way} reads: requests in pieces of two clients keep their bytes`, async (t) => {
    const server = await startOurServer(t, [], variables);
    const clients = ['a', 'b'].map((key) => ({ key, client: connect(t, server.port) }));
    for (const { client, key } of clients) {
      client.socket.write(`*3\r\n$3\r\nSET\r\n$1\r\n${key}\r\n$${VALUE_BYTES}\r\n`);
      client.socket.write(key.repeat(VALUE_BYTES));
      client.socket.write(`\r\nSTRLEN ${key}\r\nGETRANGE ${key} -2 -1\r\n`);
    }
    for (const { client, key } of clients) {
      const replies = `+OK\r\n:${VALUE_BYTES}\r\n$2\r\n${key}${key}\r\n`;
      await waitFor(() => client.text === replies, LIMIT_MS);
    }
    for (const key of ['a', 'b']) {
      assert.equal(await redisCli(server.port, 'GET', key), key.repeat(VALUE_BYTES));
    }
  });

  test(`${way} reads: what comes while the process sleeps is read afterwards, unchanged`, async (t) => {
    const server = await startOurServer(t, ['--enable-debug-command', 'yes'], variables);
    const sleeper = connect(t, server.port);
    const others = ['x', 'y'].map((key) => ({ key, client: connect(t, server.port) }));
    for (const { client } of others) client.socket.write('PING\r\n');
    await waitFor(() => others.every(({ client }) => client.text === '+PONG\r\n'), LIMIT_MS);
    sleeper.socket.write('DEBUG SLEEP 0.3\r\nECHO done\r\n');
    // The first goes out only when the server has read the second: it wrote before it slept.
    for (const { key, client } of others) client.socket.write(`ECHO ${key.repeat(20)}\r\n`);
    await waitFor(() => sleeper.text === '+OK\r\n$4\r\ndone\r\n', LIMIT_MS);
    for (const { key, client } of others) {
      const reply = `+PONG\r\n$20\r\n${key.repeat(20)}\r\n`;
      await waitFor(() => client.text === reply, LIMIT_MS);
    }
  });

  test(`${way} reads: half-closed, reset and too many clients`, async (t) => {
    const server = await startOurServer(t, ['--maxclients', '3'], variables);
    const half = connect(t, server.port);
    half.socket.end('PING\r\n');
    await waitFor(() => half.ended, LIMIT_MS);
    assert.equal(half.text, '+PONG\r\n');
    const clients = [0, 1].map(() => connect(t, server.port));
    for (const { socket } of clients) socket.write('PING\r\n');
    await waitFor(() => clients.every(({ text }) => text === '+PONG\r\n'), LIMIT_MS);
    const last = connect(t, server.port);
    last.socket.write('PING\r\n');
    await waitFor(() => last.text === '+PONG\r\n', LIMIT_MS);
    const refused = connect(t, server.port);
    await waitFor(() => refused.ended, LIMIT_MS);
    assert.equal(refused.text, '-ERR max number of clients reached\r\n');
    for (const { socket } of [...clients, last]) socket.resetAndDestroy();
    const counted = (): Promise<string> => infoField(server.port, 'clients', 'connected_clients');
    await waitFor(async () => (await counted()) === '1', LIMIT_MS);
  });

  test(`${way} reads: a replica follows its master's stream`, async (t) => {
    const debug = ['--enable-debug-command', 'yes'];
    const master = await startOurServer(t, debug, variables);
    const replicaof = ['--replicaof', '127.0.0.1', String(master.port)];
    const replica = await startOurServer(t, [...debug, ...replicaof], variables);
    const link = (): Promise<string> =>
      infoField(replica.port, 'replication', 'master_link_status');
    await waitFor(async () => (await link()) === 'up', LIMIT_MS);
    const writer = connect(t, master.port);
    const count = 20_000;
    for (let i = 0; i < count; i += 1)
      writer.socket.write(`SET key:${i} ${'v'.repeat(i % 50)}.\r\n`);
    await waitFor(() => writer.text.length === count * 5, LIMIT_MS);
    const digest = (port: number): Promise<string> => redisCli(port, 'DEBUG', 'DIGEST');
    await waitFor(async () => (await redisCli(replica.port, 'DBSIZE')) === String(count), LIMIT_MS);
    await waitFor(
      async () => (await digest(replica.port)) === (await digest(master.port)),
      LIMIT_MS,
    );
  });
}
