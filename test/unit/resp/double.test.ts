/** Floating-point numbers as Redis prints and reads them. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatDouble, formatG, parseDouble } from '../../../src/engine/resp/double.ts';

// What redis-server 7.0.15 answers to ZADD z <score> m, ZSCORE z m.
const SCORES: readonly (readonly [number, string])[] = [
  [0, '0'],
  [1, '1'],
  [-1.5, '-1.5'],
  [0.1, '0.10000000000000001'],
  [3.14, '3.1400000000000001'],
  [1e20, '1e+20'],
  [1e21, '1e+21'],
  [1e-5, '1.0000000000000001e-05'],
  [0.0001, '0.0001'],
  [2 ** 50 + 0.25, '1125899906842624.2'],
  [2 ** 50 + 0.75, '1125899906842624.8'],
  [123456789012345680, '1.2345678901234568e+17'],
  [Number.POSITIVE_INFINITY, 'inf'],
  [Number.NEGATIVE_INFINITY, '-inf'],
];

test('scores are printed as redis-server prints them', () => {
  for (const [score, text] of SCORES) assert.equal(formatDouble(score), text);
});

test('%g with few digits', () => {
  assert.equal(formatG(1234567, 3), '1.23e+06');
  assert.equal(formatG(0.00001234, 2), '1.2e-05');
  assert.equal(formatG(2.5, 1), '2');
});

test('reads what strtod reads', () => {
  assert.equal(parseDouble('1e3'), 1000);
  assert.equal(parseDouble('+inf'), Number.POSITIVE_INFINITY);
  assert.equal(parseDouble('-Infinity'), Number.NEGATIVE_INFINITY);
  assert.equal(parseDouble('0x10'), 16);
  assert.equal(parseDouble('nan'), undefined);
  assert.equal(parseDouble('1 '), undefined);
  assert.equal(parseDouble(''), undefined);
});
