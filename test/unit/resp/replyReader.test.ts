/** Reading replies, RESP2 and RESP3, in chunks of any size. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProtocolError } from '../../../src/engine/machine/errors.ts';
import { copyState } from '../../../src/engine/machine/state.ts';
import {
  type Reply,
  ReplyReader,
  replyItems,
  replyText,
} from '../../../src/engine/resp/replyReader.ts';

const bulk = (bytes: string): Reply => ({ type: 'bulk', bytes });
const integer = (value: number | bigint): Reply => ({ type: 'integer', value });

const REPLIES: readonly (readonly [string, Reply])[] = [
  ['+OK\r\n', { type: 'simple', text: 'OK' }],
  ['-ERR no\r\n', { type: 'error', text: 'ERR no' }],
  [':-7\r\n', integer(-7)],
  [':9223372036854775807\r\n', integer(9223372036854775807n)],
  ['$5\r\na\r\nbc\r\n', bulk('a\r\nbc')],
  ['$0\r\n\r\n', bulk('')],
  ['$-1\r\n', { type: 'null' }],
  ['*-1\r\n', { type: 'null' }],
  ['_\r\n', { type: 'null' }],
  ['*0\r\n', { type: 'array', items: [] }],
  ['*2\r\n$1\r\na\r\n:1\r\n', { type: 'array', items: [bulk('a'), integer(1)] }],
  [
    '*2\r\n*1\r\n:1\r\n*0\r\n',
    {
      type: 'array',
      items: [
        { type: 'array', items: [integer(1)] },
        { type: 'array', items: [] },
      ],
    },
  ],
  ['%1\r\n+k\r\n:2\r\n', { type: 'map', items: [{ type: 'simple', text: 'k' }, integer(2)] }],
  ['~1\r\n:1\r\n', { type: 'set', items: [integer(1)] }],
  ['>1\r\n:1\r\n', { type: 'push', items: [integer(1)] }],
  ['#t\r\n', { type: 'boolean', value: true }],
  [',1.5\r\n', { type: 'double', value: 1.5 }],
  [',-inf\r\n', { type: 'double', value: Number.NEGATIVE_INFINITY }],
  ['(12345678901234567890\r\n', { type: 'bigNumber', text: '12345678901234567890' }],
  ['=7\r\ntxt:abc\r\n', { type: 'verbatim', format: 'txt', bytes: 'abc' }],
  ['!5\r\nERR x\r\n', { type: 'error', text: 'ERR x' }],
  // An attribute says something about the reply behind it.
  ['|1\r\n+ttl\r\n:3\r\n$1\r\na\r\n', bulk('a')],
  ['*1\r\n|1\r\n+ttl\r\n:3\r\n$1\r\na\r\n', { type: 'array', items: [bulk('a')] }],
];

test('every type is read, whole or byte by byte', () => {
  const stream = Buffer.from(REPLIES.map(([bytes]) => bytes).join(''), 'latin1');
  for (const chunkBytes of [stream.length, 1, 3, 7]) {
    const reader = new ReplyReader();
    const replies: Reply[] = [];
    for (let at = 0; at < stream.length; at += chunkBytes) {
      // A chunk of its own that is overwritten afterwards: nothing borrowed may be kept.
      const chunk = Buffer.from(stream.subarray(at, at + chunkBytes));
      reader.feed(chunk);
      for (let reply = reader.next(); reply !== undefined; reply = reader.next()) {
        replies.push(reply);
      }
      chunk.fill(0);
    }
    assert.deepEqual(
      replies,
      REPLIES.map(([, reply]) => reply),
    );
  }
});

test('a long bulk string comes in many chunks', () => {
  const payload = Buffer.alloc(3_000_000, 'abcdefg');
  const reader = new ReplyReader();
  reader.feed(Buffer.from(`$${payload.length}\r\n`));
  assert.equal(reader.next(), undefined);
  for (let at = 0; at < payload.length; at += 65_536) {
    reader.feed(payload.subarray(at, at + 65_536));
    assert.equal(reader.next(), undefined);
  }
  reader.feed(Buffer.from('\r\n+NEXT\r\n'));
  const reply = reader.next()!;
  assert.ok(reply.type === 'bulk' && payload.equals(reply.bytes as Buffer));
  assert.deepEqual(reader.next(), { type: 'simple', text: 'NEXT' });
});

test('a reader in the middle of a reply can be copied', () => {
  const reader = new ReplyReader();
  reader.feed(Buffer.from('*3\r\n:1\r\n$4\r\nab'));
  assert.equal(reader.next(), undefined);
  const copy = copyState(reader);
  for (const each of [reader, copy]) {
    each.feed(Buffer.from('cd\r\n:3\r\n'));
    assert.deepEqual(each.next(), {
      type: 'array',
      items: [integer(1), bulk('abcd'), integer(3)],
    });
  }
});

test('what is no RESP is an error', () => {
  const deep = '*1\r\n'.repeat(200);
  for (const bytes of [
    'x\r\n',
    '$-2\r\n',
    '$99999999999\r\n',
    ':abc\r\n',
    '*x\r\n',
    '=2\r\n',
    deep,
  ]) {
    const reader = new ReplyReader();
    reader.feed(Buffer.from(`${bytes}ab\r\n`));
    assert.throws(() => reader.next(), ProtocolError, bytes);
  }
});

test('texts and elements', () => {
  assert.equal(replyText({ type: 'simple', text: 'OK' }), 'OK');
  assert.equal(replyText(bulk('x')), 'x');
  assert.equal(replyText({ type: 'null' }), undefined);
  assert.deepEqual(replyItems({ type: 'array', items: [integer(1)] }), [integer(1)]);
  assert.throws(() => replyItems(bulk('x')));
});

test('a reader with limits reads past what it does not keep, wherever chunks end', () => {
  const stream =
    '$10\r\n0123456789\r\n*5\r\n:1\r\n*2\r\n:2\r\n:3\r\n:4\r\n$5\r\nabcde\r\n:6\r\n:7\r\n';
  const array = [
    { type: 'integer', value: 1 },
    {
      type: 'array',
      items: [
        { type: 'integer', value: 2 },
        { type: 'integer', value: 3 },
      ],
    },
  ];
  const replies = [
    { type: 'bulk', bytes: '0123', omitted: 6 },
    { type: 'array', items: array, omitted: 3 },
    { type: 'integer', value: 7 },
  ];
  for (let size = 1; size <= stream.length; size += 1) {
    const reader = new ReplyReader({ bytesKeptMax: 4, elementsKeptMax: 4 });
    const found: Reply[] = [];
    for (let at = 0; at < stream.length; at += size) {
      reader.feed(Buffer.from(stream.slice(at, at + size)));
      for (let next = reader.next(); next !== undefined; next = reader.next()) found.push(next);
    }
    assert.deepEqual(found, replies, `chunks of ${size}`);
  }
});
