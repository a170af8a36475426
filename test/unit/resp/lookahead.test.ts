/** Looking ahead in a pipeline: what is noted, and that reading never depends on it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProtocolError } from '../../../src/engine/machine/errors.ts';
import { Random, seedFromNumber } from '../../../src/engine/machine/random.ts';
import { LOOKAHEAD_MAX, Lookahead } from '../../../src/engine/resp/lookahead.ts';
import { Request } from '../../../src/engine/resp/request.ts';
import { RequestReader } from '../../../src/engine/resp/requestReader.ts';

const LIMITS = { bulkBytesMax: 512 * 1024 * 1024, authenticated: true };

function noted(reader: RequestReader): string[] {
  const lookahead = new Lookahead();
  reader.lookAhead(lookahead);
  const { bytes, bounds, count } = lookahead;
  return Array.from({ length: count }, (_, i) => {
    assert.ok(bounds[2 * i]! <= bounds[2 * i + 1]! && bounds[2 * i + 1]! <= bytes.length);
    return bytes.latin1Slice(bounds[2 * i]!, bounds[2 * i + 1]!);
  });
}

function keysAhead(input: string): string[] {
  const reader = new RequestReader();
  reader.feed(Buffer.from(input, 'latin1'));
  return noted(reader);
}

const encoded = (...args: string[]): string => Request.of(args).bytes.latin1Slice();

test('the first arguments of complete requests are noted, up to the first other one', () => {
  const get = encoded('GET', 'k1');
  const set = encoded('SET', 'k2', 'value');
  assert.deepEqual(keysAhead(get + set), ['k1', 'k2']);
  assert.deepEqual(keysAhead(get + set.slice(0, -1)), ['k1']);
  assert.deepEqual(keysAhead(`${get}PING\r\n${set}`), ['k1']);
  assert.deepEqual(keysAhead(get + encoded('PING') + set), ['k1']);
  assert.deepEqual(keysAhead(get + encoded('MSET', ...new Array(16).fill('x'))), ['k1']);
  assert.deepEqual(keysAhead(''), []);
  assert.equal(keysAhead(get.repeat(100)).length, LOOKAHEAD_MAX);
});

test('inside a pipeline it begins with the next request, and in the middle of one it notes nothing', () => {
  const reader = new RequestReader();
  reader.feed(Buffer.from(`${encoded('GET', 'a')}${encoded('GET', 'b')}*2\r\n$3\r\nGE`));
  assert.ok(reader.next(LIMITS));
  assert.deepEqual(noted(reader), ['b']);
  assert.ok(reader.next(LIMITS));
  assert.deepEqual(noted(reader), []);
  assert.ok(!reader.next(LIMITS));
  assert.deepEqual(noted(reader), []);
});

const SCRAPS = [
  ...[
    '*2\r\n$3\r\nGET\r\n$1\r\nk\r\n',
    '*2\r\n',
    '$3\r\n',
    '$-1\r\n',
    '*-1\r\n',
    '*1\r\n',
    'k\r\n',
  ],
  ...[
    '$99999999999999999999\r\n',
    '*99999999999999999999\r\n',
    '$x\r\n',
    '*\r\n',
    '\r',
    '\n',
    '*',
    '$',
  ],
  ...['*3\r\n$3\r\nSET\r\n$0\r\n\r\n$2\r\nvv\r\n', 'PING\r\n', '\0', '$1', '*2\r\n$1\r\n'],
];

/** The requests of a stream in chunks, and its end; looks ahead before each when asked to. */
function readAll(chunks: readonly Buffer[], looksAhead: boolean): string[] {
  const reader = new RequestReader();
  const found: string[] = [];
  try {
    for (const chunk of chunks) {
      reader.feed(Buffer.from(chunk));
      do if (looksAhead) noted(reader);
      while (reader.next(LIMITS) && found.push(JSON.stringify(reader.request.argsFrom(0))));
      reader.settle();
    }
  } catch (error) {
    assert.ok(error instanceof ProtocolError);
    found.push(error.message);
  }
  return found;
}

test('no bytes make it leave the buffer, or change what is read', () => {
  for (let seed = 1; seed <= 3_000; seed += 1) {
    const random = new Random(seedFromNumber(seed));
    const chunks = Array.from({ length: 1 + random.below(4) }, () => {
      const scraps = Array.from(
        { length: random.below(12) },
        () => SCRAPS[random.below(SCRAPS.length)]!,
      );
      return Buffer.from(scraps.join(''), 'latin1');
    });
    assert.deepEqual(readAll(chunks, true), readAll(chunks, false), `seed ${seed}`);
  }
});
