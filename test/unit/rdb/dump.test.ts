/** DUMP's payloads: round trips, one of a real server, damaged ones. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestValue } from '../../../src/engine/data/digest.ts';
import { dumpIsSane, dumpValue, loadDump } from '../../../src/engine/persistence/rdb/dump.ts';
import { RdbError } from '../../../src/engine/persistence/rdb/errors.ts';
import { sampleKeyspace } from './support.ts';

test('every value survives DUMP and RESTORE', () => {
  const database = sampleKeyspace().databases[0]!;
  let count = 0;
  database.forEach((_key, value) => {
    const payload = dumpValue(value, true);
    assert.ok(dumpIsSane(payload));
    assert.equal(digestValue(loadDump(payload)), digestValue(value));
    count += 1;
  });
  assert.ok(count > 40);
});

test('the payload of a real server', () => {
  // redis-server 7.0.15: SET k 10, DUMP k.
  const payload = Buffer.from('00c00a0a006e9f57450eae63bb', 'hex');
  assert.deepEqual(dumpValue('10', true), payload);
});

test('a damaged, short or newer payload is not sane', () => {
  const payload = dumpValue('value', true);
  for (let at = 0; at < payload.length; at += 1) {
    const damaged = Buffer.from(payload);
    damaged[at]! ^= 1;
    assert.ok(!dumpIsSane(damaged));
    assert.ok(!dumpIsSane(payload.subarray(0, at)));
  }
});

test('a sane frame around bad data is an RdbError', () => {
  const footer = Buffer.alloc(10);
  for (const hex of ['', '00', '0005aa', '0200', '63', '02026161', '0f00', '0202016101']) {
    const payload = Buffer.concat([Buffer.from(hex, 'hex'), footer]);
    assert.throws(() => loadDump(payload), RdbError, hex);
  }
});
