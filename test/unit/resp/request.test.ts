/** A request as bytes and offsets: how it is encoded, kept, propagated and copied. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { argumentsOf, Request } from '../../../src/engine/resp/request.ts';
import { RequestReader } from '../../../src/engine/resp/requestReader.ts';

const LIMITS = { bulkBytesMax: 512 * 1024 * 1024, authenticated: true };
const GET = '*2\r\n$3\r\nGET\r\n$1\r\nk\r\n';

function reading(input: string): RequestReader {
  const reader = new RequestReader();
  reader.feed(Buffer.from(input, 'latin1'));
  return reader;
}

function rawOf({ bytes, start, end }: Request): string {
  return bytes.latin1Slice(start, end);
}

test('an encoded request is what a client would have sent', () => {
  const request = Request.of(['GET', Buffer.from('k')]);
  assert.equal(rawOf(request), GET);
  assert.deepEqual(argumentsOf(request), ['GET', 'k']);
  assert.equal(request.head(0, 2), 'GE');
});

test('a request that was read is its bytes, behind empty ones, too', () => {
  const reader = reading(`*0\r\n\r\n${GET}${GET}`);
  for (let i = 0; i < 2; i += 1) {
    assert.ok(reader.next(LIMITS));
    assert.equal(rawOf(reader.request), GET);
    assert.ok(reader.request.isCanonical);
  }
});

test('an inline request is encoded', () => {
  const reader = reading(`GET "k"\r\n${GET}`);
  assert.ok(reader.next(LIMITS));
  assert.equal(rawOf(reader.request), GET);
  assert.ok(reader.next(LIMITS));
  assert.equal(rawOf(reader.request), GET);
});

test('line ends that Redis does not look at are not propagated', () => {
  for (const odd of ['*1\r\n$4\r\nPINGxy', '*1\rx$4\r\nPING\r\n', '*1\r\n$4\ryPING\r\n']) {
    const reader = reading(odd + GET);
    assert.ok(reader.next(LIMITS));
    assert.deepEqual(argumentsOf(reader.request), ['PING']);
    assert.equal(reader.request.isCanonical, false, odd);
    assert.ok(reader.next(LIMITS));
    assert.equal(reader.request.isCanonical, true);
  }
});

test('a NUL hides the end of an inline request, as in Redis', () => {
  assert.equal(reading('\x00x\r\nPING\r\n').next(LIMITS), false);
  const reader = reading('PING\r\n\x00');
  assert.ok(reader.next(LIMITS));
  assert.equal(reader.next(LIMITS), false);
  assert.throws(() => reading(`\x00${'x'.repeat(70_000)}\r\n`).next(LIMITS), /too big inline/);
});

test('a kept request outlives its chunk and those that come after it', () => {
  for (const text of ['*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\n1\r\n', 'SET a 1\r\n']) {
    const reader = new RequestReader();
    const chunk = Buffer.from(text + GET.slice(0, 9));
    reader.feed(chunk);
    assert.ok(reader.next(LIMITS));
    reader.keep();
    reader.settle();
    chunk.fill(0xff);
    for (const byte of GET.slice(9)) {
      reader.feed(Buffer.from(byte));
      reader.settle();
    }
    reader.resume();
    assert.deepEqual(argumentsOf(reader.request), ['SET', 'a', '1']);
    assert.ok(reader.next(LIMITS));
    assert.deepEqual(argumentsOf(reader.request), ['GET', 'k']);
    assert.equal(reader.next(LIMITS), false);
  }
});

test('a copy shares nothing with the reader', () => {
  const reader = reading(`SET a 1\r\n${GET}`);
  reader.next(LIMITS);
  const copy = reader.request.copy();
  reader.next(LIMITS);
  assert.deepEqual(argumentsOf(copy), ['SET', 'a', '1']);
  assert.equal(copy.copy(), copy);
});
