import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failovers, type ServerReading } from '../../../src/sandbox/failovers.ts';

const OLD = 'a'.repeat(40);
const NEW = 'b'.repeat(40);

function reading(name: string, fields: Partial<ServerReading>): ServerReading {
  return {
    name,
    port: name === 'm' ? 6400 : 6401,
    life: 1,
    isAlive: true,
    isReplica: name !== 'm',
    replid: OLD,
    offset: 0,
    secondHistory: () => ({ replid2: OLD, secondOffset: 871 }),
    ...fields,
  };
}

const idle = { isRunning: true, checks: 1, lost: 0, masterPort: 6400 };

test('a promotion after a crash says what the old master had more', () => {
  const failovers = new Failovers();
  const before = [reading('m', { offset: 900 }), reading('r1', { offset: 870 })];
  assert.deepEqual(failovers.observe(1, before, undefined), []);
  const after = [
    reading('m', { offset: 900, isAlive: false }),
    reading('r1', { isReplica: false, replid: NEW, offset: 870 }),
  ];
  assert.deepEqual(failovers.observe(2, after, undefined), [
    'old master m at offset 900, promoted r1 at 870: 30 bytes gone',
  ]);
  assert.deepEqual(failovers.observe(3, after, undefined), [], 'told once');
});

test('with LOAD the sentence waits until the keys were read back from the new master', () => {
  const failovers = new Failovers();
  failovers.observe(1, [reading('m', { offset: 900 }), reading('r1', {})], idle);
  const after = [
    reading('m', { offset: 900, isAlive: false }),
    reading('r1', { isReplica: false, replid: NEW, offset: 870 }),
  ];
  assert.deepEqual(failovers.observe(2, after, idle), []);
  assert.match(failovers.snapshots()[0]!.sentence, /being counted$/);
  // Read back, but still from the old master: says nothing about the new one.
  assert.deepEqual(failovers.observe(3, after, { ...idle, checks: 2 }), []);
  const read = { isRunning: true, checks: 3, lost: 1, masterPort: 6401 };
  assert.deepEqual(failovers.observe(4, after, read), [
    'old master m at offset 900, promoted r1 at 870: 30 bytes, 1 acknowledged writes gone',
  ]);
  assert.equal(failovers.snapshots()[0]!.writesGone, 1);
});

test('an old master that lives on in a split is counted to its end', () => {
  const failovers = new Failovers();
  failovers.observe(1, [reading('m', { offset: 900 }), reading('r1', {})], undefined);
  const promoted = reading('r1', { isReplica: false, replid: NEW, offset: 880 });
  assert.deepEqual(failovers.observe(2, [reading('m', { offset: 950 }), promoted], undefined), []);
  assert.deepEqual(failovers.observe(3, [reading('m', { offset: 990 }), promoted], undefined), []);
  const demoted = reading('m', { isReplica: true, replid: NEW, offset: 880 });
  assert.deepEqual(failovers.observe(4, [demoted, promoted], undefined), [
    'old master m at offset 990, promoted r1 at 870: 120 bytes gone',
  ]);
});

test('a replica that was started again as a master was not promoted', () => {
  const failovers = new Failovers();
  failovers.observe(1, [reading('m', { offset: 900 }), reading('r1', {})], undefined);
  failovers.observe(2, [reading('r1', { life: 2, isReplica: false, replid: NEW })], undefined);
  assert.deepEqual(failovers.snapshots(), []);
});
