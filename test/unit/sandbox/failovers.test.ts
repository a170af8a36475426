/** The sentence about each failover: what was promoted, and which writes it cost. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failovers, type ServerReading } from '../../../src/sandbox/failovers.ts';

const OLD = 'a'.repeat(40);
const NEW = 'b'.repeat(40);
const NEWER = 'c'.repeat(40);

function reading(name: string, fields: Partial<ServerReading>): ServerReading {
  return {
    name,
    port: name === 'm' ? 6400 : 6401,
    pid: 1,
    isAlive: true,
    isReplica: name !== 'm',
    replid: OLD,
    offset: 0,
    secondHistory: () => ({ replid2: OLD, secondOffset: 871 }),
    ...fields,
  };
}

const idle = { isRunning: true, checks: 1, lost: 0, checkedPort: 6400 };

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
  // Read back, but from the old master: says nothing about the new one.
  assert.deepEqual(failovers.observe(3, after, { ...idle, checks: 2 }), []);
  const read = { isRunning: true, checks: 3, lost: 1, checkedPort: 6401 };
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
  failovers.observe(2, [reading('r1', { pid: 2, isReplica: false, replid: NEW })], undefined);
  assert.deepEqual(failovers.snapshots(), []);
});

test('an old master that takes writes after LOAD has read back is counted on', () => {
  const failovers = new Failovers();
  failovers.observe(1, [reading('m', { offset: 900 }), reading('r1', {})], idle);
  const promoted = reading('r1', { isReplica: false, replid: NEW, offset: 880 });
  const read = { isRunning: true, checks: 2, lost: 1, checkedPort: 6401 };
  failovers.observe(2, [reading('m', { offset: 950 }), promoted], idle);
  assert.equal(failovers.observe(3, [reading('m', { offset: 950 }), promoted], read).length, 1);
  assert.deepEqual(failovers.observe(4, [reading('m', { offset: 990 }), promoted], read), []);
  assert.equal(
    failovers.snapshots()[0]!.sentence,
    'old master m at offset 990, promoted r1 at 870: 120 bytes, 1 acknowledged writes gone',
  );
});

test('a replica promoted by hand and turned back has cost its master nothing', () => {
  const failovers = new Failovers();
  failovers.observe(1, [reading('m', { offset: 900 }), reading('r1', {})], undefined);
  const promoted = reading('r1', { isReplica: false, replid: NEW, offset: 880 });
  assert.deepEqual(failovers.observe(2, [reading('m', { offset: 950 }), promoted], undefined), []);
  assert.equal(
    failovers.snapshots()[0]!.sentence,
    'old master m at offset 950, promoted r1 at 870: 80 bytes between them, m is still a master',
  );
  // A replica once more, of whatever master, but not yet synchronized.
  const asking = reading('r1', { isReplica: true, replid: NEW, offset: 880 });
  assert.deepEqual(failovers.observe(3, [reading('m', { offset: 960 }), asking], undefined), []);
  assert.equal(failovers.snapshots().length, 1);
  const back = reading('r1', { offset: 970 });
  assert.deepEqual(failovers.observe(4, [reading('m', { offset: 970 }), back], undefined), [
    'the promotion of r1 at 870 is undone: it follows the history of m again',
  ]);
  assert.deepEqual(failovers.snapshots(), []);
});

test('a replica promoted by hand that then follows another heir of its master', () => {
  const failovers = new Failovers();
  const [m, r1, r2] = [reading('m', { offset: 900 }), reading('r1', {}), reading('r2', {})];
  failovers.observe(1, [m, r1, r2], undefined);
  const byHand = reading('r1', { isReplica: false, replid: NEW, offset: 880 });
  failovers.observe(2, [m, byHand, r2], undefined);
  const dead = reading('m', { offset: 900, isAlive: false });
  const heir = reading('r2', { isReplica: false, replid: NEWER, offset: 890 });
  failovers.observe(3, [dead, byHand, heir], undefined);
  const following = reading('r1', { replid: NEWER, offset: 890 });
  failovers.observe(4, [dead, following, heir], undefined);
  assert.deepEqual(
    failovers.snapshots().map(({ promoted }) => promoted),
    ['r2'],
  );
});

test('a promoted replica that fails and follows its own heir has still cost what it cost', () => {
  const failovers = new Failovers();
  const [m, r1, r2] = [reading('m', { offset: 900 }), reading('r1', {}), reading('r2', {})];
  failovers.observe(1, [m, r1, r2], undefined);
  const promoted = reading('r1', { isReplica: false, replid: NEW, offset: 880 });
  const its = reading('r2', { replid: NEW, offset: 880 });
  failovers.observe(2, [m, promoted, its], undefined);
  const secondHistory = () => ({ replid2: NEW, secondOffset: 881 });
  const heir = reading('r2', { isReplica: false, replid: NEWER, offset: 890, secondHistory });
  const dead = reading('r1', { isReplica: false, replid: NEW, offset: 880, isAlive: false });
  failovers.observe(3, [m, dead, heir], undefined);
  const back = reading('r1', { pid: 2, replid: NEWER, offset: 890 });
  failovers.observe(4, [m, back, heir], undefined);
  assert.deepEqual(
    failovers.snapshots().map((failover) => failover.promoted),
    ['r1', 'r2'],
  );
});

test('a master that was a replica of nobody for a while has failed over to nobody', () => {
  const failovers = new Failovers();
  failovers.observe(1, [reading('m', { offset: 900 })], undefined);
  failovers.observe(2, [reading('m', { isReplica: true, offset: 900 })], undefined);
  const again = reading('m', { isReplica: false, replid: NEW, offset: 900 });
  assert.deepEqual(failovers.observe(3, [again], undefined), []);
  assert.deepEqual(failovers.snapshots(), []);
});
