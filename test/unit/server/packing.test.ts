/** Commands, transactions and a reload leave few collections as objects (data/table/database.ts). */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Rows } from '../../../src/engine/data/table/rows.ts';
import { ServerHarness } from '../../support/serverHarness.ts';

const KEYS = 400;
/** UNPACKED_MAX of database.ts. */
const OBJECTS = 128;

function objectsOf(harness: ServerHarness): number {
  const { table } = harness.server.keyspace.databases[0] as unknown as { table: { rows: Rows } };
  let objects = 0;
  table.rows.outside.forEach(() => {
    objects += 1;
  });
  return objects;
}

test('what commands write is packed as they go on', () => {
  const harness = new ServerHarness();
  for (let i = 0; i < KEYS; i += 1) harness.send(['HSET', `hash:${i}`, 'field', String(i)]);
  assert.equal(objectsOf(harness), OBJECTS);
  const digest = harness.send(['DEBUG', 'DIGEST']).toString();
  harness.send(['DEBUG', 'RELOAD']);
  assert.equal(objectsOf(harness), OBJECTS);
  assert.equal(harness.send(['DEBUG', 'DIGEST']).toString(), digest);
  for (let i = 0; i < KEYS; i += 1) {
    const reply = harness.send(['HGET', `hash:${i}`, 'field']).toString();
    assert.equal(reply, `$${String(i).length}\r\n${i}\r\n`);
  }
});

test('so is what a transaction writes', () => {
  const harness = new ServerHarness();
  harness.send(['MULTI']);
  for (let i = 0; i < KEYS; i += 1) harness.send(['SADD', `set:${i}`, String(i)]);
  harness.send(['EXEC']);
  assert.equal(objectsOf(harness), OBJECTS);
});

test('a command that changes two packed collections changes both', () => {
  const harness = new ServerHarness();
  for (let i = 0; i < KEYS; i += 1) {
    harness.send(['SADD', `from:${i}`, 'member', String(i)]);
    harness.send(['SADD', `to:${i}`, 'other']);
  }
  for (let i = 0; i < KEYS; i += 1) {
    assert.equal(harness.send(['SMOVE', `from:${i}`, `to:${i}`, 'member']).toString(), ':1\r\n');
  }
  for (let i = 0; i < KEYS; i += 1) {
    assert.equal(harness.send(['SCARD', `from:${i}`]).toString(), ':1\r\n');
    assert.equal(harness.send(['SISMEMBER', `to:${i}`, 'member']).toString(), ':1\r\n');
  }
  assert.equal(objectsOf(harness), OBJECTS);
});
