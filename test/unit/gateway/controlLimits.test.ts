/** What one client can make the control endpoint hold: it does not read, does not wait, or never ends. */

import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { test } from 'node:test';
import { ControlConnection, type Perform } from '../../../src/gateway/controlConnection.ts';
import type { Outcome } from '../../../src/view/messages.ts';

const MEGABYTE = 1024 * 1024;

/** A client in the test's hands: what it sends is pushed, and it reads when it is told to. */
class Client extends Duplex {
  readonly answers: string[] = [];
  isReading = true;
  private held: (() => void)[] = [];

  constructor(perform: Perform) {
    super({ readableHighWaterMark: 1 });
    new ControlConnection(1, this as unknown as Socket, perform);
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.answers.push(chunk.toString('latin1'));
    if (this.isReading) done();
    else this.held.push(done);
  }

  destroySoon(): void {
    this.destroy();
  }

  read_(): void {
    this.isReading = true;
    for (const done of this.held.splice(0)) done();
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('while a request waits for its answer, the socket is not read without limit', async () => {
  let answer: (outcome: Outcome) => void = () => assert.fail('nothing was asked');
  const client = new Client((_operation, done) => {
    answer = done;
  });
  client.push('SANDBOX PAUSE\r\n');
  await turn();
  let pushed = 0;
  for (; pushed < 1_000 && !client.isPaused(); pushed += 1) {
    client.push('PING\r\n'.repeat(10_000));
    await turn();
  }
  assert.ok(pushed <= 2, `${pushed} chunks of 60 KB were read`);
  assert.deepEqual(client.answers, []);
  answer({ ok: true, text: 'OK' });
  await turn();
  await turn();
  assert.equal(client.isPaused(), false);
  assert.equal(client.answers.join('').length, '+OK\r\n'.length + pushed * 10_000 * 7);
});

test('a client that does not read its answers is answered no more until it does', async () => {
  const client = new Client(() => {});
  client.isReading = false;
  const text = `*2\r\n$4\r\nECHO\r\n$${MEGABYTE}\r\n${'x'.repeat(MEGABYTE)}\r\n`;
  for (let i = 0; i < 10; i += 1) {
    client.push(text);
    await turn();
  }
  assert.ok(client.writableLength < 3 * MEGABYTE, `${client.writableLength} bytes wait`);
  assert.ok(client.isPaused());
  client.read_();
  for (let i = 0; i < 30; i += 1) await turn();
  assert.equal(client.isPaused(), false);
  const answered = client.answers.join('').match(/\$1048576/g) ?? [];
  assert.equal(answered.length, 10);
});

test('a request without an end is ended', async () => {
  const client = new Client(() => {});
  client.push(`*1000000\r\n${`$1000\r\n${'x'.repeat(1_000)}\r\n`.repeat(3_000)}`);
  await turn();
  assert.deepEqual(client.answers, ['-ERR Protocol error: too big request\r\n']);
  assert.ok(client.destroyed);
});

test('an exception ends the connection it came up in, and nothing else', async () => {
  const client = new Client(() => {
    throw new RangeError('as the test wanted');
  });
  client.push('SANDBOX PAUSE\r\n');
  await turn();
  assert.deepEqual(client.answers, [
    '-ERR a bug of the sandbox: RangeError: as the test wanted\r\n',
  ]);
  assert.ok(client.destroyed);
});
