/** Replies of any length, in chunks. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random, seedFromNumber } from '../../../src/engine/machine/random.ts';
import { ReplyWriter } from '../../../src/engine/resp/replyWriter.ts';

const LONG = 256 * 1024;

function taken(writer: ReplyWriter): Buffer[] {
  const chunks: Buffer[] = [];
  for (let part = writer.take(); part !== undefined; part = writer.take()) chunks.push(part);
  return chunks;
}

test('a long value is handed over as it is, not copied', () => {
  const writer = new ReplyWriter();
  const value = Buffer.alloc(LONG, 'x');
  for (let i = 0; i < 1_000; i += 1) writer.bulk(value);
  assert.equal(writer.length, 1_000 * (LONG + '$262144\r\n\r\n'.length));
  const chunks = taken(writer);
  assert.equal(chunks.filter((chunk) => chunk === value).length, 1_000);
  assert.equal(Buffer.concat(chunks.slice(0, 3)).toString(), `$262144\r\n${value}\r\n$262144\r\n`);
  assert.equal(writer.length, 0);
});

test('no chunk of many short replies is long', () => {
  const writer = new ReplyWriter();
  for (let i = 0; i < 200_000; i += 1) writer.bulk('0123456789');
  const chunks = taken(writer);
  assert.ok(chunks.length > 10);
  for (const chunk of chunks) assert.ok(chunk.length <= LONG);
  assert.equal(Buffer.concat(chunks).toString(), '$10\r\n0123456789\r\n'.repeat(200_000));
});

/** What one draw writes, and the bytes it must add. */
function write(writer: ReplyWriter, random: Random): Buffer {
  const kind = random.below(6);
  if (kind === 0) {
    const size = [1, 100, 5_000, LONG - 1, LONG, LONG + 1][random.below(6)]!;
    const value = Buffer.alloc(size, 97 + random.below(26));
    writer.bulk(value);
    return Buffer.concat([Buffer.from(`$${size}\r\n`), value, Buffer.from('\r\n')]);
  }
  if (kind === 1) {
    const text = 'y'.repeat(random.below(2) === 0 ? 20 : LONG + 5);
    writer.bulk(text);
    return Buffer.from(`$${text.length}\r\n${text}\r\n`);
  }
  if (kind === 2) {
    writer.error('ERR no');
    return Buffer.from('-ERR no\r\n');
  }
  const count = random.below(5_000);
  if (kind === 3) {
    writer.array(count);
    return Buffer.from(`*${count}\r\n`);
  }
  writer.integer(count);
  return Buffer.from(`:${count}\r\n`);
}

test('writing, truncating and taking against a plain Buffer', () => {
  const random = new Random(seedFromNumber(7));
  for (let round = 0; round < 60; round += 1) {
    const writer = new ReplyWriter();
    let expected = Buffer.alloc(0);
    const starts: number[] = [];
    for (let i = 0; i < 40; i += 1) {
      starts.push(expected.length);
      expected = Buffer.concat([expected, write(writer, random)]);
      assert.equal(writer.length, expected.length);
      if (random.below(8) === 0) {
        const to = starts.splice(random.below(starts.length))[0]!;
        writer.truncate(to);
        expected = expected.subarray(0, to);
      }
      if (random.below(10) === 0) {
        const part = writer.take() ?? Buffer.alloc(0);
        assert.ok(part.equals(expected.subarray(0, part.length)));
        expected = Buffer.from(expected.subarray(part.length));
        starts.length = 0;
        if (random.below(2) === 0) continue;
      }
      for (const start of starts) {
        const isError = expected.subarray(start, start + 1).toString() === '-';
        assert.equal(writer.errorAt(start), isError ? 'ERR no' : undefined);
      }
    }
    assert.ok(Buffer.concat(taken(writer)).equals(expected));
  }
});
