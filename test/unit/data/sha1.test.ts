/** SHA-1 against node:crypto at all lengths around the borders of blocks. */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { sha1Hex } from '../../../src/engine/data/sha1.ts';

test('sha1 is SHA-1', () => {
  const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * 31 + (i >>> 8)) & 0xff));
  const lengths = [...Array(300).keys(), 8191, 8192, 100_000];
  for (const length of lengths) {
    const message = bytes.subarray(0, length);
    assert.equal(sha1Hex(message), createHash('sha1').update(message).digest('hex'), `${length}`);
  }
});
