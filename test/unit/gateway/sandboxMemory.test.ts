/** A sandbox and its share of memory: writes are refused in time, and taken again when there is room. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import * as net from 'node:net';
import { after, test } from 'node:test';
import type { Outcome } from '../../../src/view/messages.ts';
import { ask, closeAll, type Started, start, until } from './startedWorker.ts';

const HOST = '127.0.0.1';
const MEGABYTE = 1024 * 1024;

after(closeAll);

/** Writes values of a megabyte to `keys` keys in turn until something is answered that is not OK. */
async function write(port: number, values: number, keys: number): Promise<string> {
  const socket = net.connect(port, HOST);
  let replies = '';
  let count = 0;
  let hear = (): void => {};
  socket.on('data', (chunk: Buffer) => {
    replies = (replies + chunk.toString()).slice(-200);
    count += chunk.toString().split('\r\n').length - 1;
    hear();
  });
  const value = 'x'.repeat(MEGABYTE);
  for (let i = 0; i < values && !replies.includes('OOM'); i += 1) {
    const key = String(i % keys).padStart(4);
    socket.write(`*3\r\n$3\r\nSET\r\n$4\r\n${key}\r\n$${value.length}\r\n${value}\r\n`);
    const heard = i - 1;
    await new Promise<void>((resolve) => {
      hear = () => count > heard && resolve();
      hear();
    });
  }
  await until(() => replies.includes('OOM') || count >= values);
  socket.destroy();
  return replies.split('\r\n').at(-2) ?? '';
}

async function runAt(started: Started, node: string, line: string): Promise<string> {
  const outcome: Outcome = await started.worker.request({ op: 'command', node, line });
  assert.ok(outcome.ok, JSON.stringify(outcome));
  return outcome.text;
}

test('writes without end are refused until keys are deleted; new processes, too', async () => {
  const started = await start(200);
  const { port, worker, warnings, said } = started;
  await runAt(started, 'm', 'CONFIG SET maxmemory 5gb');
  const refused = "-OOM command not allowed when used memory > 'maxmemory'.";
  assert.equal(await write(port, 1_000, 1_000), refused);
  assert.match(warnings[0]!, /most of the 200 MB .* until there is room again\. Delete/);
  assert.equal(await ask(port, 'PING'), '+PONG');

  const added = await worker.request({ op: 'addServer' });
  assert.ok(added.ok);
  const addedPort = Number(added.text.split(':')[1]);
  await until(async () => (await ask(addedPort, 'SET k v').catch(String)) === refused);
  assert.equal((await worker.request({ op: 'restart', node: 'n1' })).ok, true);
  await until(async () => (await ask(addedPort, 'SET k v').catch(String)) === refused);
  // By hand one may decide otherwise.
  await runAt(started, 'n1', 'CONFIG SET maxmemory 3gb');
  assert.equal(await ask(addedPort, 'SET k v'), '+OK');

  await runAt(started, 'm', 'FLUSHALL');
  await until(() => said.some((text) => /room in the 200 MB .* accept writes again/.test(text)));
  assert.equal(warnings.length, 1); // Good news is no warning.
  await until(async () => (await ask(port, 'SET k v')) === '+OK');
  assert.match(await runAt(started, 'm', 'CONFIG GET maxmemory'), /5368709120/);
  assert.match(await runAt(started, 'n1', 'CONFIG GET maxmemory'), /3221225472/);
  await worker.close();
});

test('a configuration file written while writes are refused does not refuse them for ever', async () => {
  const started = await start(200);
  const { port, worker, said } = started;
  const isTold = async (node: string): Promise<boolean> =>
    (await runAt(started, node, 'CONFIG GET maxmemory')).includes('"1"');
  const process = async (op: 'crash' | 'restart', node: string): Promise<void> => {
    assert.equal((await worker.request({ op, node })).ok, true);
  };
  assert.ok((await worker.request({ op: 'addServer' })).ok);
  await runAt(started, 'm', 'CONFIG SET maxmemory 5gb');
  await runAt(started, 'n1', 'CONFIG SET maxmemory 3gb');
  await write(port, 1_000, 1_000);
  for (const node of ['m', 'n1']) {
    await until(() => isTold(node));
    await runAt(started, node, 'CONFIG REWRITE');
  }
  await process('crash', 'n1');
  await runAt(started, 'm', 'FLUSHALL');
  await until(() => said.some((text) => /accept writes again/.test(text)));

  // One was dead then, the other is started again: both read 1 from their files.
  await process('restart', 'n1');
  await until(async () => /3221225472/.test(await runAt(started, 'n1', 'CONFIG GET maxmemory')));
  for (let life = 2; life <= 3; life += 1) {
    await process('crash', 'm');
    await process('restart', 'm');
    await until(async () => /5368709120/.test(await runAt(started, 'm', 'CONFIG GET maxmemory')));
  }
  // Whoever sets that value by hand afterwards has it.
  await runAt(started, 'm', 'CONFIG SET maxmemory 1');
  await runAt(started, 'm', 'PING');
  assert.ok(await isTold('m'));
  await worker.close();
});

test('values that a recording keeps do not fill the memory', async () => {
  const { port, worker, warnings } = await start(400);
  await write(port, 150, 150);
  // Each change copies a value that a checkpoint of the recording may share.
  for (let round = 0; round < 3; round += 1) {
    for (let i = 0; i < 150; i += 1) {
      const reply = await ask(port, `SETRANGE "${String(i).padStart(4)}" 5 ${round}`);
      assert.ok(reply === ':1048576' || reply.startsWith('-OOM'), reply);
    }
  }
  await until(async () => (await ask(port, 'SET k v')) === '+OK');
  assert.ok(!warnings.some((text) => /disconnected/.test(text)));
  await worker.close();
});

test('requests that never become whole: the client for which most is held is disconnected', async () => {
  const { port, worker, warnings } = await start(200);
  // They lie in query buffers, which no maxmemory limits.
  const sockets = Array.from({ length: 8 }, () => net.connect(port, HOST));
  const part = Buffer.alloc(MEGABYTE, 'x');
  let open = sockets.length;
  for (const socket of sockets) {
    socket.on('error', () => {});
    socket.on('close', () => {
      open -= 1;
    });
    socket.write('*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$500000000\r\n');
    const feed = (): void => {
      if (!socket.destroyed) socket.write(part, (error) => error ?? feed());
    };
    feed();
  }
  await until(() => open < sockets.length);
  assert.equal(await ask(port, 'PING'), '+PONG');
  for (const socket of sockets) socket.destroy();
  await until(() =>
    warnings.some((text) => /^The client .* is disconnected from m: \d+ MB/.test(text)),
  );
  await until(async () => (await ask(port, 'SET k v')) === '+OK');
  await worker.close();
});

test('after a client was disconnected, deleting keys brings writes back', async () => {
  const { port, worker, warnings } = await start(200);
  await write(port, 1_000, 1_000);
  const socket = net.connect(port, HOST);
  socket.on('error', () => {});
  socket.write('*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$500000000\r\n');
  const part = Buffer.alloc(MEGABYTE, 'x');
  const feed = (): void => {
    if (!socket.destroyed) socket.write(part, (error) => error ?? feed());
  };
  feed();
  await new Promise((resolve) => socket.once('close', resolve));
  await until(() => warnings.some((text) => /is disconnected from m/.test(text)));
  assert.match(await ask(port, 'SET k v'), /^-OOM /);
  assert.equal(await ask(port, 'FLUSHALL'), '+OK');
  await until(async () => (await ask(port, 'SET k v')) === '+OK');
  await worker.close();
});

for (const [what, request] of [
  ['subscriptions', (i: number) => `SUBSCRIBE channel:${i}\r\n`],
  ['watches', (i: number) => `WATCH key:${i}\r\n`],
  ['queued commands', (i: number) => (i === 0 ? 'MULTI\r\n' : 'GET k\r\n')],
] as const) {
  test(`a client with ${what} without end is disconnected, and nothing else ends`, async () => {
    const { port, worker, warnings } = await start(200);
    const socket = net.connect(port, HOST);
    socket.on('error', () => {}).resume();
    let sent = 0;
    const feed = (): void => {
      let text = '';
      for (let i = 0; i < 10_000; i += 1) text += request(sent + i);
      sent += 10_000;
      if (!socket.destroyed) socket.write(text, (error) => error ?? feed());
    };
    feed();
    await new Promise((resolve) => socket.once('close', resolve));
    await until(() =>
      warnings.some((text) => /^The client .* is disconnected from m: \d+ MB/.test(text)),
    );
    await until(async () => (await ask(port, 'SET k v')) === '+OK');
    await worker.close();
  });
}

test('a value that would not fit is refused while it comes in, and forgotten', async () => {
  const { port, worker, warnings } = await start(400);
  const value = 'x'.repeat(100 * MEGABYTE);
  const socket = net.connect(port, HOST);
  socket.write(`*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$${value.length}\r\n${value}\r\n`);
  const [reply] = (await once(socket, 'data')) as [Buffer];
  assert.match(reply.toString(), /^-OOM /);
  socket.destroy();
  assert.equal(warnings.length, 1);
  await until(async () => (await ask(port, 'SET k v')) === '+OK');
  await worker.close();
});

test('the guard and the operator need no free client slot', async () => {
  const started = await start(400);
  const { port, worker } = started;
  await runAt(started, 'm', 'CONFIG SET maxclients 1');
  const only = net.connect(port, HOST);
  await once(only, 'connect');
  const write = (value: string): Promise<string> => {
    only.write(`*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$${value.length}\r\n${value}\r\n`);
    return once(only, 'data').then(([reply]) => (reply as Buffer).toString());
  };
  assert.equal(await write('v'), '+OK\r\n');
  assert.match(await ask(port, 'PING'), /^-ERR max number of clients reached/);
  assert.equal(await runAt(started, 'm', 'GET k'), '"v"');
  assert.match(await write('x'.repeat(100 * MEGABYTE)), /^-OOM /);
  await until(async () => (await write('w')) === '+OK\r\n');
  only.destroy();
  await worker.close();
});
