/** Sums with the 64-bit mantissa that INCRBYFLOAT has in Redis on x86. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  addLongDouble,
  formatLongDouble,
  isInfinite,
  parseLongDouble,
} from '../../../src/engine/commands/longDouble.ts';

/** The expected texts are what INCRBYFLOAT of redis-server 7.0.15 on x86-64 gives. */
function sum(a: string, b: string): string | undefined {
  const total = addLongDouble(parseLongDouble(a)!, parseLongDouble(b)!);
  return total === undefined ? undefined : formatLongDouble(total);
}

test('sums have 64 bits, not the 53 of a double', () => {
  assert.equal(sum('0.1', '0.2'), '0.3');
  assert.equal(sum('9007199254740992', '1'), '9007199254740993');
  assert.equal(sum('18446744073709551615', '1'), '18446744073709551616');
  assert.equal(sum('18446744073709551616', '1'), '18446744073709551616');
});

test('numbers are printed without exponent, trailing zeros and negative zero', () => {
  assert.equal(sum('5.0e3', '0'), '5000');
  assert.equal(sum('3.14', '0'), '3.14');
  assert.equal(sum('-0', '0'), '0');
  assert.equal(sum('-1e-30', '0'), '0');
  assert.equal(sum('1e20', '0.5'), '100000000000000000000');
  assert.equal(sum('0x10', '0.3'), '16.3');
  assert.equal(sum('0x1.8p1', '0'), '3');
});

test('what strtold refuses is refused', () => {
  for (const text of ['', ' 1', '1 ', 'nan', '1e', '.', '0x', '1,5', '--1', '1e5000', '1e-5000']) {
    assert.equal(parseLongDouble(text), undefined, JSON.stringify(text));
  }
  for (const text of ['1e999999999999', '0x1p999999999999', '0x1p-999999999999', '1e-4951']) {
    assert.equal(parseLongDouble(text), undefined, text);
  }
  assert.equal(parseLongDouble('9'.repeat(6000)), undefined);
});

test('infinities are read, and no sum', () => {
  assert.ok(isInfinite(parseLongDouble('-inf')!));
  assert.equal(sum('inf', '1'), undefined);
  assert.equal(sum('inf', '-inf'), undefined);
  assert.equal(sum('1e4932', '1e4932'), undefined);
});
