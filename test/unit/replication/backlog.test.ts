/** The replication backlog: what it holds, what it costs, what its copies share. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random, seedFromNumber } from '../../../src/engine/machine/random.ts';
import { copyState } from '../../../src/engine/machine/state.ts';
import { BACKLOG_BYTES_MIN, Backlog } from '../../../src/engine/replication/backlog.ts';
import { Stream } from '../../../src/engine/replication/stream.ts';

/** The whole stream, kept naively. */
class Model {
  bytes: Buffer = Buffer.alloc(0);
  append(chunk: Buffer): void {
    this.bytes = Buffer.concat([this.bytes, chunk]);
  }
}

function readAll(backlog: Backlog, offset: number, step: number): Buffer {
  const parts: Buffer[] = [];
  for (let at = offset; at <= backlog.lastOffset; ) {
    const part = backlog.bytesFrom(at, step);
    assert.ok(part.length > 0 && part.length <= step);
    parts.push(part);
    at += part.length;
  }
  return Buffer.concat(parts);
}

function randomChunk(random: Random): Buffer {
  const size = random.chance(0.1) ? random.below(60_000) : random.below(900);
  return Buffer.from(Array.from({ length: size }, () => random.below(256)));
}

test('the backlog holds exactly the newest bytes of the stream', () => {
  for (let seed = 1; seed <= 8; seed += 1) {
    const random = new Random(seedFromNumber(seed));
    let backlog = new Backlog();
    const model = new Model();
    backlog.resize(40_000);
    backlog.start();
    let neededFrom = 1;
    for (let i = 0; i < 300; i += 1) {
      const chunk = randomChunk(random);
      const start = random.below(chunk.length + 1);
      backlog.append(chunk, start);
      model.append(chunk.subarray(start));
      if (random.chance(0.3)) {
        backlog.appendText('*1\r\n$4\r\nPING\r\n');
        model.append(Buffer.from('*1\r\n$4\r\nPING\r\n'));
      }
      if (random.chance(0.05)) backlog.resize(20_000 + random.below(80_000));
      if (random.chance(0.02)) backlog = copyState(backlog);
      if (random.chance(0.5)) neededFrom = backlog.lastOffset + 1;
      const heldBefore = backlog.held;
      backlog.trim(neededFrom);

      assert.equal(backlog.lastOffset, model.bytes.length);
      assert.equal(backlog.firstOffset, backlog.lastOffset - backlog.held + 1);
      assert.ok(backlog.firstOffset <= Math.max(1, neededFrom), 'a needed byte is gone');
      assert.ok(backlog.held >= Math.min(backlog.size, heldBefore), 'too much is gone');
      assert.ok(!backlog.canServe(backlog.firstOffset - 1));
      assert.ok(backlog.canServe(backlog.firstOffset));
      assert.ok(backlog.canServe(backlog.lastOffset + 1));
      assert.ok(!backlog.canServe(backlog.lastOffset + 2));
      if (i % 10 !== 0) continue;
      const from = backlog.firstOffset + random.below(backlog.held + 1);
      const held = readAll(backlog, from, 1 + random.below(30_000));
      assert.ok(held.equals(model.bytes.subarray(from - 1)), `seed ${seed}, write ${i}`);
    }
  }
});

test('figures of redis-server 7.0.15: SETs of 1029 bytes into a backlog of 16384', () => {
  // Measured: offset, first byte and histlen after the writes at which the first byte moved.
  const measured = [
    [37067, 20441, 16627],
    [57647, 40881, 16767],
    [78227, 61321, 16907],
    [98807, 81761, 17047],
    [119387, 102201, 17187],
  ];
  const stream = new Stream();
  const { backlog } = stream;
  backlog.resize(16_384);
  backlog.start();
  const seen: number[][] = [];
  stream.feed(0, ['SET', 'k', 'x'.repeat(1000)]);
  for (let first = 1; seen.length < measured.length; ) {
    stream.feed(0, ['SET', 'k', 'x'.repeat(1000)]);
    backlog.trim(Number.POSITIVE_INFINITY);
    if (backlog.firstOffset === first) continue;
    first = backlog.firstOffset;
    seen.push([backlog.lastOffset, first, backlog.held]);
  }
  assert.deepEqual(seen, measured);
});

test('figures of redis-server 7.0.15: values of 100000 and of 1000000 bytes', () => {
  const cases = [
    // The steps between first bytes: a block of 81880 and one of 20440, sometimes the first only.
    { size: 1_048_576, length: 100_000, steps: [81_880, 102_320] },
    { size: 4_194_304, length: 1_000_000, steps: [1_003_360, 982_920] },
  ];
  for (const { size, length, steps } of cases) {
    const stream = new Stream();
    const { backlog } = stream;
    backlog.resize(size);
    backlog.start();
    const value = Buffer.alloc(length, 120);
    const seen = new Set<number>();
    for (let i = 0; i < 60; i += 1) {
      const before = backlog.firstOffset;
      stream.feed(0, ['SET', 'k', value]);
      backlog.trim(Number.POSITIVE_INFINITY);
      // The first removals are of the small blocks of the beginning.
      if (i > 25 && backlog.firstOffset > before) seen.add(backlog.firstOffset - before);
    }
    assert.deepEqual([...seen].sort(), steps.sort());
  }
});

test('a block somebody needs stays, and what is behind it too', () => {
  const backlog = new Backlog();
  backlog.resize(BACKLOG_BYTES_MIN);
  backlog.start();
  for (let i = 0; i < 20; i += 1) backlog.append(Buffer.alloc(10_000, i));
  backlog.trim(1);
  assert.equal(backlog.firstOffset, 1);
  assert.equal(backlog.held, 200_000);
  backlog.trim(50_000);
  assert.ok(backlog.firstOffset <= 50_000 && backlog.firstOffset > 20_000);
  backlog.trim(Number.POSITIVE_INFINITY);
  assert.ok(backlog.held < BACKLOG_BYTES_MIN + 20_480);
});

test('a replica in step is charged for one block, one behind for all from its own on', () => {
  const backlog = new Backlog();
  backlog.start();
  assert.equal(backlog.chargeFrom(1), 0);
  backlog.append(Buffer.alloc(100));
  assert.equal(backlog.chargeFrom(101), 20_504); // CLIENT LIST's omem of a replica of 7.0.15
  assert.equal(backlog.chargeFrom(1), 20_504);
  backlog.append(Buffer.alloc(20_440));
  assert.equal(backlog.chargeFrom(1), 2 * 20_504);
  assert.equal(backlog.chargeFrom(20_441), 20_504);
});

test('copies share full blocks only', () => {
  const backlog = new Backlog();
  backlog.start();
  backlog.append(Buffer.alloc(30_000, 1));
  const copy = copyState(backlog);
  backlog.append(Buffer.alloc(30_000, 2));
  copy.append(Buffer.alloc(30_000, 3));
  assert.equal(backlog.bytesFrom(1, 1).buffer, copy.bytesFrom(1, 1).buffer);
  assert.ok(readAll(backlog, 30_001, 4096).every((byte) => byte === 2));
  assert.ok(readAll(copy, 30_001, 4096).every((byte) => byte === 3));
});

test('without a backlog nothing is recorded and offsets stand still', () => {
  const stream = new Stream();
  stream.feed(0, ['SET', 'k', 'v']);
  assert.equal(stream.offset, 0);
  stream.backlog.startAt(500);
  assert.equal(stream.backlog.firstOffset, 501);
  stream.feed(0, ['SET', 'k', 'v']);
  assert.equal(stream.offset, 550);
  stream.backlog.free();
  stream.feed(0, ['SET', 'k', 'v']);
  assert.equal(stream.offset, 550);
  assert.equal(stream.backlog.canServe(551), false);
});

test('SELECT goes before the first command and where the database changes', () => {
  const stream = new Stream();
  stream.backlog.start();
  stream.feed(0, ['SET', 'k', Buffer.from('v')]);
  stream.feedControl(['PING']);
  stream.feed(0, ['DEL', 'k']);
  stream.feed(3, ['DEL', 'k']);
  const text = stream.backlog.bytesFrom(1, 10_000).latin1Slice();
  const words = text.split('\r\n').filter((line) => /^[A-Za-z0-9]/.test(line));
  assert.deepEqual(words, 'SELECT 0 SET k v PING DEL k SELECT 3 DEL k'.split(' '));
});
