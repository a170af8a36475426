/**
 * Requests that ask for more than V8 can hold in one string, array or Map get an answer, and the next
 * PING is served. Sizes are kept near the limits of the helpers; GIANT_INPUTS=1 sends real ones, too, and takes 3 GB.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Server } from '../../../src/engine/server/server.ts';
import { LoneMachine } from '../../support/loneMachine.ts';
import { ServerHarness } from '../../support/serverHarness.ts';

const MB = 1024 * 1024;

function textOf(reply: Buffer, length = 200): string {
  return reply.subarray(0, length).toString('latin1');
}

function assertServes(harness: ServerHarness): void {
  assert.equal(String(harness.send(['PING'])), '+PONG\r\n');
}

test('a list of save points of 8 MB is refused', () => {
  const harness = new ServerHarness();
  const value = Buffer.alloc(8 * MB, '1 ');
  const reply = textOf(harness.send(['CONFIG', 'SET', 'save', value]));
  assert.match(reply, /^-ERR CONFIG SET failed \(possibly related to argument 'save'\)/);
  assertServes(harness);
});

test('a directive takes no more than 64 KB', () => {
  const harness = new ServerHarness([], undefined, 'port 6379\n');
  const tooLong = harness.send(['CONFIG', 'SET', 'requirepass', Buffer.alloc(80 * MB, '\x01')]);
  assert.match(textOf(tooLong), /argument is longer than 65536 bytes/);
  harness.send(['CONFIG', 'SET', 'masterauth', Buffer.alloc(64 * 1024, '\x01')]);
  assert.equal(String(harness.send(['CONFIG', 'REWRITE'])), '+OK\r\n');
  const file = harness.files.get('redis.conf')!.toString('latin1');
  assert.ok(file.includes(`masterauth "${'\\x01'.repeat(64 * 1024)}"`));
});

test('what an error quotes of a request is cut after 64 KB', () => {
  const harness = new ServerHarness();
  const long = Buffer.alloc(2 * MB, 'x\r');
  for (const args of [
    ['CONFIG', 'SET', long, '1'],
    ['DEBUG', 'ERROR', long],
    ['REPLCONF', long, '1'],
    ['HELLO', '3', long],
    ['CLIENT', 'LIST', 'TYPE', long],
  ]) {
    const reply = harness.send(args);
    assert.ok(reply.length <= 64 * 1024 + 3, `${args[0]}: ${reply.length}`);
    assert.ok(textOf(reply).startsWith('-'), String(args[0]));
    assert.equal(reply.indexOf('\r'), reply.length - 2);
  }
  assertServes(harness);
});

test('a log line is cut after 1,023 bytes, as in Redis', () => {
  const harness = new ServerHarness();
  harness.send(['DEBUG', 'LOG', 'x'.repeat(2_000)]);
  assert.equal(harness.logLines.at(-1), `M DEBUG LOG: ${'x'.repeat(1_012)}`);
});

test('errors of any code fill no memory', () => {
  const harness = new ServerHarness();
  for (let i = 0; i < 1_000; i += 1) harness.send(['DEBUG', 'ERROR', `CODE${i} x`]);
  const fields = String(harness.send(['INFO', 'errorstats'])).split('\n');
  assert.ok(fields.length < 140, `${fields.length} lines`);
});

test('filters of 4 MB of REPLCONF are refused', () => {
  const harness = new ServerHarness();
  const reply = harness.send(['REPLCONF', 'rdb-filter-only', Buffer.alloc(4 * MB, 'x ')]);
  assert.match(textOf(reply), /^-ERR/);
  assertServes(harness);
});

const giant = process.env['GIANT_INPUTS'] === undefined ? () => {} : test;

giant('names of clients that are no string together: CLIENT LIST holds them all', () => {
  const harness = new ServerHarness();
  const name = Buffer.alloc(200 * MB, 'n');
  for (let i = 0; i < 3; i += 1) {
    assert.equal(String(harness.send(['CLIENT', 'SETNAME', name], harness.connect())), '+OK\r\n');
  }
  let length = harness.send(['CLIENT', 'LIST']).length;
  for (let more = harness.received(); more.length > 0; more = harness.received()) {
    length += more.length;
  }
  assert.ok(length > 600 * MB);
  assertServes(harness);
});

giant('a string that is no longer than Redis takes, but longer than V8, is an error', () => {
  const harness = new ServerHarness();
  const long = Buffer.alloc(536_870_900, 'k');
  const tooLong = /^-ERR string exceeds maximum allowed size/;
  assert.equal(textOf(harness.send(['GET', long])), '$-1\r\n');
  assert.match(textOf(harness.send(['TYPE', long])), tooLong);
  assert.match(textOf(harness.send(['SET', long, 'v'])), tooLong);
  assert.match(textOf(harness.send(['SUBSCRIBE', long])), tooLong);
  assert.match(textOf(harness.send(['PUBLISH', long, 'x'])), tooLong);
  assert.match(textOf(harness.send([long])), /^-ERR unknown command 'kkk/);
  assert.match(textOf(harness.send(['SET', 'k', long])), /^\+OK/);
  assertServes(harness);
});

test('more keys and options than a JavaScript call takes arguments', () => {
  const harness = new ServerHarness();
  harness.send(['SET', 'k', 'v']);
  const many = (count: number, word: string) => Array.from({ length: count }, () => word);
  const bitop = harness.send(['BITOP', 'OR', 'd', ...many(499_999, 'none'), 'k']);
  assert.equal(String(bitop), ':1\r\n');
  assert.equal(String(harness.send(['GET', 'd'])), '$1\r\nv\r\n');
  assert.equal(String(harness.send(['EXPIRE', 'k', '100', ...many(200_000, 'NX')])), ':1\r\n');
  assert.equal(String(harness.send(['SET', 'k', 'w', ...many(200_000, 'GET')])), '$1\r\nv\r\n');
  const dump = Buffer.from('00017609000000000000000000', 'hex');
  harness.send(['RESTORE', 'r', '5000', dump, ...many(200_000, 'REPLACE')]);
  assertServes(harness);
});

test('DEBUG POPULATE makes values longer than a string, and none without end', () => {
  const harness = new ServerHarness();
  assert.equal(String(harness.send(['DEBUG', 'POPULATE', '1', 'k', '600000000'])), '+OK\r\n');
  assert.equal(String(harness.send(['STRLEN', 'k:0'])), ':600000000\r\n');
  assert.equal(String(harness.send(['GETRANGE', 'k:0', '0', '8'])), '$9\r\nvalue:0\0\0\r\n');
  const endless = harness.send(['DEBUG', 'POPULATE', '1', 'l', '1000000000000']);
  assert.match(textOf(endless), /^-ERR string exceeds maximum allowed size/);
});

test('a thousand unread replies of 100 MB hold the value once, and are counted in full', () => {
  const lone = new LoneMachine(new Server(), 'port 6379\n');
  const conn = lone.connect();
  lone.receive(conn, Buffer.from(`*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$${100 * MB}\r\n`));
  for (let i = 0; i < 100; i += 1) lone.receive(conn, Buffer.alloc(MB, 'v'));
  lone.receive(conn, Buffer.from('\r\n'));
  const before = process.memoryUsage().arrayBuffers;
  lone.receive(conn, Buffer.from('GET k\r\n'.repeat(1_000)));
  assert.ok(process.memoryUsage().arrayBuffers - before < 50 * MB);
  const client = lone.machine.clients.get(conn)!;
  assert.ok(client.queuedBytes > 99_000 * MB);
  assert.ok((lone.machine as Server).memory.clients > 99_000 * MB);
  const other = lone.connect();
  lone.receive(other, Buffer.from('PING\r\n'));
  assert.equal(lone.drain(other, MB), '+PONG\r\n');
});
