/** Integers read and written as bytes, against those read and printed as strings. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  isInteger,
  parseInteger,
  readInteger,
  writeInteger,
} from '../../../src/engine/resp/integer.ts';

const LIMITS = ['9223372036854775807', '-9223372036854775808'];
const BEYOND = ['9223372036854775808', '-9223372036854775809', '9999999999999999999'];
const SAFE = ['9007199254740991', '-9007199254740993', '999999999999999', '1000000000000000'];
const NONE = ['', '-', '-0', '00', '+1', ' 1', '1 ', '1.0', '0x1', '12a', '100000000000000000000'];

const texts = ['0', '1', '-1', '42', '-65536', ...SAFE, ...LIMITS, ...BEYOND, ...NONE];
for (let digits = 1; digits < 21; digits += 1) {
  texts.push('1'.padEnd(digits, '0'), `-${'9'.repeat(digits)}`);
}

test('integers in the middle of a buffer are those parseInteger finds', () => {
  for (const text of texts) {
    const bytes = Buffer.from(`7${text}7`, 'latin1');
    const expected = parseInteger(text);
    assert.equal(readInteger(bytes, 1, bytes.length - 1), expected, text);
    assert.equal(isInteger(bytes, 1, bytes.length - 1), expected !== undefined, text);
  }
});

test('integers are written as they are printed', () => {
  const bytes = Buffer.alloc(24);
  for (const text of texts) {
    const value = parseInteger(text);
    if (value === undefined) continue;
    assert.equal(bytes.latin1Slice(2, writeInteger(bytes, 2, value)), text);
  }
});
