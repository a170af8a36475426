/** The checksum of RDB files and of DUMP. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Crc64 } from '../../../src/engine/persistence/rdb/crc64.ts';

function hexOf(bytes: Buffer): string {
  const crc = new Crc64();
  crc.update(bytes);
  return crc.hex();
}

test('the check value of the polynomial', () => {
  assert.equal(hexOf(Buffer.from('123456789')), 'e9c6d914c4b8d9ca');
  assert.equal(hexOf(Buffer.alloc(0)), '0');
});

test('any division of the input gives the same checksum', () => {
  const bytes = Buffer.from(Array.from({ length: 1000 }, (_, i) => (i * 167) & 255));
  const whole = hexOf(bytes);
  for (const step of [1, 3, 7, 8, 9, 64, 999]) {
    const crc = new Crc64();
    for (let at = 0; at < bytes.length; at += step) {
      crc.update(bytes, at, Math.min(at + step, bytes.length));
    }
    assert.equal(crc.hex(), whole);
  }
});

test('stored checksums are lowest byte first', () => {
  const crc = new Crc64();
  crc.update(Buffer.from('123456789'));
  const stored = Buffer.alloc(9);
  crc.write(stored, 1);
  assert.equal(stored.toString('hex'), '00cad9b8c414d9c6e9');
  assert.ok(crc.equals(stored, 1));
  stored[8]! ^= 1;
  assert.ok(!crc.equals(stored, 1));
});
