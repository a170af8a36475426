/** LZF, the compression of strings in RDB files. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random, seedFromNumber } from '../../../src/engine/machine/random.ts';
import { compressLzf, decompressLzf, lzfCanHold } from '../../../src/engine/persistence/rdb/lzf.ts';

function compress(input: Buffer, outputMax: number): Buffer {
  const output = Buffer.alloc(outputMax + 8);
  const length = compressLzf(input, 0, input.length, output, 0, outputMax);
  return output.subarray(0, length);
}

function decompress(block: Buffer, length: number): Buffer | undefined {
  const output = Buffer.alloc(length);
  return decompressLzf(block, 0, block.length, output, length) ? output : undefined;
}

test('the worked example of the file head', () => {
  assert.equal(compress(Buffer.from('aaaaaaaaaa'), 6).toString('hex'), '0061e00000');
});

test('what was compressed decompresses to the same', () => {
  const random = new Random(seedFromNumber(3));
  for (let round = 0; round < 2000; round += 1) {
    const alphabet = 1 + random.below(round % 2 === 0 ? 4 : 256);
    const input = Buffer.from(
      Array.from({ length: random.below(600) }, () => random.below(alphabet)),
    );
    const block = compress(input, input.length * 2 + 10);
    assert.deepEqual(decompress(block, input.length), input);
    assert.ok(lzfCanHold(block.length, input.length));
  }
});

test('long runs and far references', () => {
  const unit = Buffer.from(Array.from({ length: 8192 }, (_, i) => (i * i * 31 + (i >> 5)) & 255));
  for (const input of [
    Buffer.alloc(100_000),
    Buffer.concat([unit, unit, unit.subarray(1), unit]),
  ]) {
    assert.deepEqual(decompress(compress(input, input.length * 2), input.length), input);
  }
});

test('gives nothing when the result would be too long', () => {
  const input = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
  assert.equal(compress(input, input.length - 4).length, 0);
});

test('earlier calls do not change the result', () => {
  const input = Buffer.from('abcabcabdabcabc'.repeat(5));
  const first = compress(input, 200).toString('hex');
  compress(Buffer.from('xxabcabcabd'.repeat(50)), 2000);
  assert.equal(compress(input, 200).toString('hex'), first);
});

test('malformed blocks are refused', () => {
  for (const hex of ['05', '0161', '2000', '0061e0', '0061e000', '006120ff', '00612001']) {
    assert.equal(decompress(Buffer.from(hex, 'hex'), 9), undefined, hex);
  }
  assert.equal(
    decompress(Buffer.from('0061e00000', 'hex'), 9),
    undefined,
    'too long for its place',
  );
  assert.equal(decompress(Buffer.from('0061e00000', 'hex'), 11), undefined, 'too short');
});
