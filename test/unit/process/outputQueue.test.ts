/** What waits to be sent to one client, and what copies of it share. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random, seedFromNumber } from '../../../src/engine/machine/random.ts';
import { copyState } from '../../../src/engine/machine/state.ts';
import { OutputQueue } from '../../../src/engine/process/outputQueue.ts';

test('what is pushed comes out in order, however it is taken', () => {
  const random = new Random(seedFromNumber(3));
  const queue = new OutputQueue();
  const pushed: Buffer[] = [];
  const taken: Buffer[] = [];
  let waiting = 0;
  for (let i = 0; i < 20_000; i += 1) {
    const size = random.below(random.below(4) === 0 ? 5_000 : 40);
    const bytes = Buffer.from(Array.from({ length: size }, () => random.below(256)));
    if (random.below(2) === 0) queue.push(bytes);
    else queue.gather(bytes);
    pushed.push(bytes);
    waiting += size;
    // Mostly behind, at times empty.
    const takes = i % 5_000 === 4_999 ? Number.POSITIVE_INFINITY : random.below(2);
    for (let n = 0; n < takes; n += 1) {
      const part = queue.take(1 + random.below(3_000));
      if (part === undefined) break;
      taken.push(Buffer.from(part));
      waiting -= part.length;
    }
    assert.equal(queue.bytes, waiting);
  }
  assert.equal(queue.take(1), undefined);
  assert.ok(Buffer.concat(taken).equals(Buffer.concat(pushed)));
});

test('copies share what is sealed and nothing else', () => {
  const queue = new OutputQueue();
  const long = Buffer.alloc(100_000, 'x');
  queue.push(long);
  queue.gather(Buffer.from('short'));
  const copy = copyState(queue);
  queue.gather(Buffer.from(' one'));
  assert.equal(queue.take(200_000), long);
  assert.equal(queue.take(100)!.toString(), 'short one');
  assert.equal(copy.bytes, 100_005);
  assert.equal(copy.take(200_000), long);
  assert.equal(copy.take(100)!.toString(), 'short');
});
