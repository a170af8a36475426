/**
 * What each kind of end looks like to a client, here and with a real process:
 *
 *                 answered, subscribed,    input unread,         connects afterwards
 *                 connected, half said     not yet accepted
 *   crash         end of file              (nothing waits)       refused            = SIGKILL
 *   freeze        silence, then answers    the same              the same           = SIGSTOP, SIGCONT
 *   crash, frozen end of file              reset                 refused            = SIGSTOP, SIGKILL
 *   shutdown      end of file              (nothing waits)       refused            = SHUTDOWN
 *   removal       as a crash                                                        no counterpart
 *   power loss    silence; after the restart a reset for whoever says something     no counterpart
 *   cut           silence, then answers    the same              the same           no counterpart
 *
 * One thing a sandbox cannot show to a client from outside: a connect that hangs. The kernel of this
 * machine completes the handshake with a port that is open, so in a power loss or a cut a connect
 * succeeds, and the silence comes after it.
 */

import assert from 'node:assert/strict';
import * as net from 'node:net';
import { type TestContext, test } from 'node:test';
import { requirePeer } from '../support/required.ts';
import { redisCli, startRedis, startSandbox, waitFor } from './peers.ts';

const LIMIT_MS = 20_000;
const PONG = '+PONG\r\n';

class Client {
  readonly socket: net.Socket;
  text = '';
  /** `open`, `end` or the error's code. */
  state = 'open';

  constructor(t: TestContext, port: number) {
    this.socket = net.connect({ port, host: '127.0.0.1' });
    this.socket.on('data', (chunk: Buffer) => {
      this.text += chunk.latin1Slice();
    });
    this.socket.on('end', () => {
      this.state = 'end';
    });
    this.socket.on('error', (error: NodeJS.ErrnoException) => {
      this.state = error.code ?? '';
    });
    t.after(() => this.socket.destroy());
  }

  async connected(): Promise<this> {
    await waitFor(() => !this.socket.connecting, LIMIT_MS, 'connected');
    return this;
  }

  async says(line: string, reply: string): Promise<this> {
    await this.connected();
    this.socket.write(line);
    await waitFor(() => this.text.endsWith(reply), LIMIT_MS, reply);
    this.text = '';
    return this;
  }

  async ended(): Promise<string> {
    await waitFor(() => this.state !== 'open', LIMIT_MS, 'an end');
    return this.state;
  }
}

/** One process and what can be done to it. */
interface Subject {
  readonly port: number;
  kill(): unknown;
  freeze(): unknown;
  thaw(): unknown;
}

async function real(t: TestContext): Promise<Subject> {
  const peer = await startRedis(t);
  return {
    port: peer.port,
    kill: () => process.kill(peer.pid, 'SIGKILL'),
    freeze: () => process.kill(peer.pid, 'SIGSTOP'),
    thaw: () => process.kill(peer.pid, 'SIGCONT'),
  };
}

interface Ours extends Subject {
  control(...words: readonly string[]): Promise<string>;
}

async function ours(t: TestContext): Promise<Ours> {
  const sandbox = await startSandbox(t, ['--replicas', '0', '--sentinels', '0']);
  const control = (...words: readonly string[]): Promise<string> =>
    redisCli(sandbox.endpoints.control.port, 'SANDBOX', ...words);
  return {
    port: sandbox.port,
    control,
    kill: () => control('CRASH', 'm'),
    freeze: () => control('FREEZE', 'm'),
    thaw: () => control('THAW', 'm'),
  };
}

/** Clients whose input has been read, each in another state. */
async function read(t: TestContext, port: number): Promise<Client[]> {
  const clients = [
    await new Client(t, port).says('PING\r\n', PONG),
    await new Client(t, port).says('SUBSCRIBE c\r\n', ':1\r\n'),
    await new Client(t, port).says('PING\r\n*2\r\n$4\r\nEC', PONG),
    await new Client(t, port).connected(),
  ];
  // The last one has said nothing: another that is served after it shows that it was accepted.
  await new Client(t, port).says('PING\r\n', PONG);
  return clients;
}

function ends(clients: readonly Client[]): Promise<string[]> {
  return Promise.all(clients.map((client) => client.ended()));
}

async function afterwards(t: TestContext, port: number): Promise<string> {
  return new Client(t, port).ended();
}

type Act = (t: TestContext, subject: Subject) => Promise<unknown>;

/** What is done to both; what is returned is compared. */
const ACTS: Readonly<Record<string, { readonly act: Act; readonly expected: unknown }>> = {
  crash: {
    act: async (t, subject) => {
      const clients = await read(t, subject.port);
      await subject.kill();
      return [await ends(clients), await afterwards(t, subject.port)];
    },
    expected: [['end', 'end', 'end', 'end'], 'ECONNREFUSED'],
  },
  'freeze and thaw': {
    act: async (t, subject) => {
      const before = await new Client(t, subject.port).says('PING\r\n', PONG);
      await subject.freeze();
      const late = await new Client(t, subject.port).connected();
      for (const client of [before, late]) client.socket.write('PING\r\n');
      // A second connection made after them: the first two have had their time.
      await new Client(t, subject.port).connected();
      const silence = [before, late].map(({ text, state }) => text + state);
      await subject.thaw();
      await waitFor(() => [before, late].every(({ text }) => text === PONG), LIMIT_MS);
      return silence;
    },
    expected: ['open', 'open'],
  },
  'crash while frozen': {
    act: async (t, subject) => {
      const read = await new Client(t, subject.port).says('PING\r\n', PONG);
      const unread = await new Client(t, subject.port).says('PING\r\n', PONG);
      await subject.freeze();
      unread.socket.write('PING\r\n');
      const mute = await new Client(t, subject.port).connected();
      const speaking = await new Client(t, subject.port).connected();
      speaking.socket.write('PING\r\n');
      await waitFor(() => speaking.socket.writableLength === 0, LIMIT_MS);
      await subject.kill();
      return [await ends([read, unread, mute, speaking]), await afterwards(t, subject.port)];
    },
    expected: [['end', 'ECONNRESET', 'ECONNRESET', 'ECONNRESET'], 'ECONNREFUSED'],
  },
  shutdown: {
    act: async (t, subject) => {
      const clients = await read(t, subject.port);
      const asking = await new Client(t, subject.port).connected();
      asking.socket.write('SHUTDOWN NOSAVE\r\n');
      return [await ends([...clients, asking]), await afterwards(t, subject.port)];
    },
    expected: [['end', 'end', 'end', 'end', 'end'], 'ECONNREFUSED'],
  },
};

for (const [name, { act, expected }] of Object.entries(ACTS)) {
  test(`${name}: a client sees what it sees of a real process`, async (t) => {
    if (!requirePeer(t, 'redis-server') || !requirePeer(t, 'redis-cli')) return;
    assert.deepEqual(await act(t, await real(t)), expected, 'the real one');
    assert.deepEqual(await act(t, await ours(t)), expected, 'ours');
  });
}

test('removal: the process ends as in a crash, and its port is closed', async (t) => {
  if (!requirePeer(t, 'redis-cli')) return;
  const { control, port } = await ours(t);
  await control('ADD', 'SERVER', String(port + 1));
  const clients = await read(t, port + 1);
  assert.equal(await control('REMOVE', 'n1'), 'OK');
  assert.deepEqual(await ends(clients), ['end', 'end', 'end', 'end']);
  assert.equal(await afterwards(t, port + 1), 'ECONNREFUSED');
});

test('power loss: silence, and after the restart a reset for whoever says something', async (t) => {
  if (!requirePeer(t, 'redis-cli')) return;
  const { control, port } = await ours(t);
  const [talker, listener] = (await read(t, port)) as [Client, Client];
  await control('POWERLOSS', 'm');
  const late = await new Client(t, port).connected();
  for (const client of [talker, late]) client.socket.write('PING\r\n');
  await control('LOG', 'm', '1');
  const all = [talker, listener, late];
  assert.deepEqual(
    all.map(({ text, state }) => text + state),
    ['open', 'open', 'open'],
  );
  await control('RESTART', 'm');
  assert.deepEqual(await ends([talker, late]), ['ECONNRESET', 'ECONNRESET']);
  assert.equal(listener.state, 'open');
  listener.socket.write('PING\r\n');
  assert.equal(await listener.ended(), 'ECONNRESET');
});

test('cut: silence for those who are connected and those who connect, then all is answered', async (t) => {
  if (!requirePeer(t, 'redis-cli')) return;
  const { control, port } = await ours(t);
  const before = await new Client(t, port).says('PING\r\n', PONG);
  await control('CUT', 'm', 'outside');
  const late = await new Client(t, port).connected();
  for (const client of [before, late]) client.socket.write('PING\r\n');
  await control('LOG', 'm', '1');
  assert.deepEqual(
    [before, late].map(({ text, state }) => text + state),
    ['open', 'open'],
  );
  await control('HEAL', 'm', 'outside');
  await waitFor(() => [before, late].every(({ text }) => text === PONG), LIMIT_MS);
});
