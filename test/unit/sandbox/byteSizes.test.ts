/** Sizes as people type them. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatBytes, parseBytes } from '../../../src/sandbox/byteSizes.ts';

test('sizes are read as in redis.conf', () => {
  assert.deepEqual(
    ['16384', '1mb', '1M', ' 64kb ', '0'].map(parseBytes),
    [16_384, 1_048_576, 1_000_000, 65_536, 0],
  );
  for (const wrong of ['', 'mb', '1 mb', '-1', '1.5mb', '1tb', '99999999999999999999']) {
    assert.equal(parseBytes(wrong), undefined, wrong);
  }
  assert.deepEqual([1_048_576, 16_384, 16_385].map(formatBytes), ['1mb', '16kb', '16385']);
});
