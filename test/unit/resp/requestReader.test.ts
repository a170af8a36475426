/** Reading requests, arrays and inline, in chunks of any size, with Redis's errors. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProtocolError } from '../../../src/engine/machine/errors.ts';
import { Random, seedFromNumber } from '../../../src/engine/machine/random.ts';
import { RequestReader } from '../../../src/engine/resp/requestReader.ts';

const LIMITS = { bulkBytesMax: 512 * 1024 * 1024, authenticated: true };

/** All requests in `chunks`, fed one by one, as an event each. */
function readAll(chunks: readonly Buffer[], limits = LIMITS): string[][] {
  const reader = new RequestReader();
  const requests: string[][] = [];
  for (const chunk of chunks) {
    const borrowed = Buffer.from(chunk);
    reader.feed(borrowed);
    while (reader.next(limits)) requests.push(reader.request.argsFrom(0).map(String));
    reader.settle();
    borrowed.fill(0xff); // What was borrowed may be overwritten after the event.
  }
  return requests;
}

function errorOf(input: string, limits = LIMITS): string {
  try {
    readAll([Buffer.from(input, 'latin1')], limits);
  } catch (error) {
    assert.ok(error instanceof ProtocolError);
    return error.message;
  }
  return 'no error';
}

test('reads arrays and inline commands', () => {
  const input =
    '*2\r\n$3\r\nGET\r\n$1\r\nk\r\nPING\r\n\r\nSET a "b c"\r\n*0\r\n*1\r\n$4\r\nPING\r\n';
  assert.deepEqual(readAll([Buffer.from(input)]), [
    ['GET', 'k'],
    ['PING'],
    ['SET', 'a', 'b c'],
    ['PING'],
  ]);
});

test('reads the same whatever the chunks are', () => {
  const random = new Random(seedFromNumber(7));
  const whole: string[][] = [];
  let input = '';
  for (let i = 0; i < 50; i += 1) {
    const args = Array.from({ length: 1 + random.below(5) }, () => 'x'.repeat(random.below(40)));
    whole.push(args);
    input += `*${args.length}\r\n${args.map((arg) => `$${arg.length}\r\n${arg}\r\n`).join('')}`;
  }
  const bytes = Buffer.from(input, 'latin1');
  for (let round = 0; round < 200; round += 1) {
    const chunks: Buffer[] = [];
    for (let at = 0; at < bytes.length; ) {
      const size = 1 + random.below(30);
      chunks.push(bytes.subarray(at, at + size));
      at += size;
    }
    assert.deepEqual(readAll(chunks), whole);
  }
});

test('counts the bytes it has read, request by request', () => {
  const reader = new RequestReader();
  const one = '*2\r\n$3\r\nGET\r\n$1\r\nk\r\n';
  reader.feed(Buffer.from(one + one.slice(0, 10)));
  assert.ok(reader.next(LIMITS));
  assert.equal(reader.consumed, one.length);
  assert.ok(!reader.next(LIMITS));
  reader.settle();
  reader.feed(Buffer.from(one.slice(10)));
  assert.ok(reader.next(LIMITS));
  assert.equal(reader.consumed, 2 * one.length);
});

test("refuses with Redis's words", () => {
  assert.equal(errorOf('*3000000000\r\n'), 'invalid multibulk length');
  assert.equal(errorOf('*x\r\n'), 'invalid multibulk length');
  assert.equal(errorOf('*1\r\n!3\r\n'), "expected '$', got '!'");
  assert.equal(errorOf('*1\r\n$-1\r\n'), 'invalid bulk length');
  assert.equal(errorOf('*1\r\n$600000000\r\n'), 'invalid bulk length');
  assert.equal(errorOf('SET a "b\r\n'), 'unbalanced quotes in request');
  assert.equal(errorOf('x'.repeat(70_000)), 'too big inline request');
  assert.equal(errorOf(`*${'1'.repeat(70_000)}`), 'too big mbulk count string');
  assert.equal(errorOf(`*1\r\n$${'1'.repeat(70_000)}`), 'too big bulk count string');
  const anonymous = { ...LIMITS, authenticated: false };
  assert.equal(errorOf('*11\r\n', anonymous), 'unauthenticated multibulk length');
  assert.equal(errorOf('*1\r\n$16385\r\n', anonymous), 'unauthenticated bulk length');
});

test('a declared length costs nothing before its bytes come', () => {
  const reader = new RequestReader();
  reader.feed(Buffer.from('*1\r\n$500000000\r\nabc'));
  assert.ok(!reader.next(LIMITS));
  reader.settle();
  assert.equal(reader.unread, 3);
});

test('knows where in the stream it stands, whatever moves its buffer', () => {
  const random = new Random(seedFromNumber(11));
  const requests = Array.from({ length: 30 }, () => {
    const args = Array.from({ length: 1 + random.below(3) }, () =>
      'y'.repeat(random.chance(0.3) ? 33_000 + random.below(200_000) : random.below(50)),
    );
    return `*${args.length}\r\n${args.map((arg) => `$${arg.length}\r\n${arg}\r\n`).join('')}`;
  });
  const bytes = Buffer.from(requests.join(''), 'latin1');
  const reader = new RequestReader();
  let read = 0;
  let end = 0;
  for (let at = 0; at < bytes.length; ) {
    const size = 1 + random.below(70_000);
    reader.feed(bytes.subarray(at, at + size));
    at += size;
    while (reader.next(LIMITS)) {
      end += requests[read]!.length;
      read += 1;
      assert.equal(reader.consumed, end);
    }
    reader.settle();
  }
  assert.equal(read, requests.length);
});
