/** What was lost, and by which event: every lost write belongs to exactly one. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type LoadReading,
  Losses,
  type ServerReading,
} from '../../../src/sandbox/observers/losses.ts';
import { lossSentence } from '../../../src/sandbox/observers/lossSentence.ts';

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

/** A LOAD that has read its keys back once, from m, before its first write. */
const idle: LoadReading = {
  isRunning: true,
  checks: 1,
  checkedPort: 6400,
  firstSequence: 1,
  gone: [],
  returned: [],
};

/** The sentences that are complete after looking once more. */
function told(
  losses: Losses,
  now: number,
  servers: ServerReading[],
  load: LoadReading | undefined,
): string[] {
  return losses.observe(now, now, servers, load).map(lossSentence);
}

test('a promotion after a crash says what the old master had more', () => {
  const losses = new Losses();
  const before = [reading('m', { offset: 900 }), reading('r1', { offset: 870 })];
  assert.deepEqual(told(losses, 1, before, undefined), []);
  const after = [
    reading('m', { offset: 900, isAlive: false }),
    reading('r1', { isReplica: false, replid: NEW, offset: 870 }),
  ];
  assert.deepEqual(told(losses, 2, after, undefined), [
    'old master m at offset 900, promoted r1 at 870: 30 bytes gone',
  ]);
  assert.deepEqual(told(losses, 3, after, undefined), [], 'told once');
});

test('with LOAD the sentence waits until the keys were read back from the new master', () => {
  const losses = new Losses();
  told(losses, 1, [reading('m', { offset: 900 }), reading('r1', {})], idle);
  const after = [
    reading('m', { offset: 900, isAlive: false }),
    reading('r1', { isReplica: false, replid: NEW, offset: 870 }),
  ];
  assert.deepEqual(told(losses, 2, after, idle), []);
  assert.match(losses.snapshots()[0]!.sentence, /being counted$/);
  // Read back, but from the old master: says nothing about the new one.
  assert.deepEqual(told(losses, 3, after, { ...idle, checks: 2, firstSequence: 5 }), []);
  const read = { ...idle, checks: 3, checkedPort: 6401, firstSequence: 9, gone: [4] };
  assert.deepEqual(told(losses, 4, after, read), [
    'old master m at offset 900, promoted r1 at 870: 30 bytes, 1 acknowledged write gone',
  ]);
  assert.equal(losses.snapshots()[0]!.writesGone, 1);
});

test('an old master that lives on in a split is counted to its end', () => {
  const losses = new Losses();
  told(losses, 1, [reading('m', { offset: 900 }), reading('r1', {})], undefined);
  const promoted = reading('r1', { isReplica: false, replid: NEW, offset: 880 });
  assert.deepEqual(told(losses, 2, [reading('m', { offset: 950 }), promoted], undefined), []);
  assert.deepEqual(told(losses, 3, [reading('m', { offset: 990 }), promoted], undefined), []);
  const demoted = reading('m', { isReplica: true, replid: NEW, offset: 880 });
  assert.deepEqual(told(losses, 4, [demoted, promoted], undefined), [
    'old master m at offset 990, promoted r1 at 870: 120 bytes gone',
  ]);
});

test('a replica that was started again as a master was not promoted', () => {
  const losses = new Losses();
  told(losses, 1, [reading('m', { offset: 900 }), reading('r1', {})], undefined);
  told(losses, 2, [reading('r1', { pid: 2, isReplica: false, replid: NEW })], undefined);
  assert.deepEqual(losses.snapshots(), []);
});

test('an old master that takes writes after LOAD has read back is counted on', () => {
  const losses = new Losses();
  told(losses, 1, [reading('m', { offset: 900 }), reading('r1', {})], idle);
  const promoted = reading('r1', { isReplica: false, replid: NEW, offset: 880 });
  const read = { ...idle, checks: 2, checkedPort: 6401, firstSequence: 9, gone: [4] };
  told(losses, 2, [reading('m', { offset: 950 }), promoted], idle);
  assert.equal(told(losses, 3, [reading('m', { offset: 950 }), promoted], read).length, 1);
  assert.deepEqual(told(losses, 4, [reading('m', { offset: 990 }), promoted], read), []);
  assert.equal(
    losses.snapshots()[0]!.sentence,
    'old master m at offset 990, promoted r1 at 870: 120 bytes, 1 acknowledged write gone',
  );
});

test('a replica promoted by hand and turned back has cost its master nothing', () => {
  const losses = new Losses();
  told(losses, 1, [reading('m', { offset: 900 }), reading('r1', {})], undefined);
  const promoted = reading('r1', { isReplica: false, replid: NEW, offset: 880 });
  assert.deepEqual(told(losses, 2, [reading('m', { offset: 950 }), promoted], undefined), []);
  assert.equal(
    losses.snapshots()[0]!.sentence,
    'old master m at offset 950, promoted r1 at 870: 80 bytes between them, m is still a master',
  );
  // A replica once more, of whatever master, but not yet synchronized.
  const asking = reading('r1', { isReplica: true, replid: NEW, offset: 880 });
  assert.deepEqual(told(losses, 3, [reading('m', { offset: 960 }), asking], undefined), []);
  assert.equal(losses.snapshots().length, 1);
  const back = reading('r1', { offset: 970 });
  assert.deepEqual(told(losses, 4, [reading('m', { offset: 970 }), back], undefined), [
    'the promotion of r1 at 870 is undone: it follows the history of m again',
  ]);
  assert.deepEqual(losses.snapshots(), []);
});

test('a replica promoted by hand that then follows another heir of its master', () => {
  const losses = new Losses();
  const [m, r1, r2] = [reading('m', { offset: 900 }), reading('r1', {}), reading('r2', {})];
  told(losses, 1, [m, r1, r2], undefined);
  const byHand = reading('r1', { isReplica: false, replid: NEW, offset: 880 });
  told(losses, 2, [m, byHand, r2], undefined);
  const dead = reading('m', { offset: 900, isAlive: false });
  const heir = reading('r2', { isReplica: false, replid: NEWER, offset: 890 });
  told(losses, 3, [dead, byHand, heir], undefined);
  const following = reading('r1', { replid: NEWER, offset: 890 });
  told(losses, 4, [dead, following, heir], undefined);
  assert.deepEqual(
    losses.snapshots().map(({ promoted }) => promoted),
    ['r2'],
  );
});

test('a promoted replica that fails and follows its own heir has still cost what it cost', () => {
  const losses = new Losses();
  const [m, r1, r2] = [reading('m', { offset: 900 }), reading('r1', {}), reading('r2', {})];
  told(losses, 1, [m, r1, r2], undefined);
  const promoted = reading('r1', { isReplica: false, replid: NEW, offset: 880 });
  const its = reading('r2', { replid: NEW, offset: 880 });
  told(losses, 2, [m, promoted, its], undefined);
  const secondHistory = () => ({ replid2: NEW, secondOffset: 881 });
  const heir = reading('r2', { isReplica: false, replid: NEWER, offset: 890, secondHistory });
  const dead = reading('r1', { isReplica: false, replid: NEW, offset: 880, isAlive: false });
  told(losses, 3, [m, dead, heir], undefined);
  const back = reading('r1', { pid: 2, replid: NEWER, offset: 890 });
  told(losses, 4, [m, back, heir], undefined);
  assert.deepEqual(
    losses.snapshots().map((failover) => failover.promoted),
    ['r1', 'r2'],
  );
});

test('a master that was a replica of nobody for a while has failed over to nobody', () => {
  const losses = new Losses();
  told(losses, 1, [reading('m', { offset: 900 })], undefined);
  told(losses, 2, [reading('m', { isReplica: true, offset: 900 })], undefined);
  const again = reading('m', { isReplica: false, replid: NEW, offset: 900 });
  assert.deepEqual(told(losses, 3, [again], undefined), []);
  assert.deepEqual(losses.snapshots(), []);
});

test('writes lost by two promotions in a row: each belongs to the one after which it was missing', () => {
  const losses = new Losses();
  const [m, r1, r2] = [reading('m', { offset: 900 }), reading('r1', {}), reading('r2', {})];
  told(losses, 1, [m, r1, r2], idle);
  const dead = { ...m, isAlive: false };
  const promoted = reading('r1', { isReplica: false, replid: NEW, offset: 880 });
  told(losses, 2, [dead, promoted, reading('r2', { replid: NEW })], idle);
  const first = { ...idle, checks: 2, checkedPort: 6401, firstSequence: 100, gone: [50, 51] };
  told(losses, 3, [dead, promoted, reading('r2', { replid: NEW })], first);
  const secondHistory = () => ({ replid2: NEW, secondOffset: 901 });
  const heir = reading('r2', {
    port: 6402,
    isReplica: false,
    replid: NEWER,
    offset: 910,
    secondHistory,
  });
  const dying = { ...promoted, offset: 950, isAlive: false };
  told(losses, 4, [dead, dying, heir], first);
  // 52 was in the first history all along, but its key was read only now.
  const second = { ...first, checks: 3, checkedPort: 6402, firstSequence: 200, gone: [52, 150] };
  told(losses, 5, [dead, dying, heir], second);
  assert.deepEqual(
    losses.snapshots().map(({ promoted: node, writesGone }) => [node, writesGone]),
    [
      ['r1', 3],
      ['r2', 1],
    ],
  );
});

test('a write that is there again is no longer lost', () => {
  const losses = new Losses();
  told(losses, 1, [reading('m', { offset: 900 }), reading('r1', {})], idle);
  const promoted = reading('r1', { isReplica: false, replid: NEW, offset: 880 });
  const alive = reading('m', { offset: 900 });
  const read = { ...idle, checks: 2, checkedPort: 6401, firstSequence: 9, gone: [4, 5] };
  told(losses, 2, [alive, promoted], read);
  // LOAD is back at the old master, which has 4 and 5 and lacks what was written at r1.
  const back = { ...idle, checks: 3, firstSequence: 20, gone: [12], returned: [4, 5] };
  told(losses, 3, [alive, promoted], back);
  assert.deepEqual(
    losses.snapshots().map(({ cause, writesGone }) => [cause, writesGone]),
    [
      ['promotion', 0],
      ['resync', 1],
    ],
  );
});

test('a master that restarts from an old dump, and one that lost its power', () => {
  for (const [isDark, words] of [
    [false, 'm restarts from offset 500 of its history, which had come to 900'],
    [true, 'm comes back from a power loss at offset 500 of its history, which had come to 900'],
  ] as const) {
    const losses = new Losses();
    told(losses, 1, [reading('m', { offset: 900 })], idle);
    if (isDark) losses.losesPower('m');
    const secondHistory = () => ({ replid2: OLD, secondOffset: 501 });
    const again = reading('m', { pid: 2, replid: NEW, offset: 500, secondHistory });
    assert.deepEqual(told(losses, 2, [again], idle), []);
    const read = { ...idle, checks: 2, firstSequence: 9, gone: [7, 8] };
    assert.deepEqual(told(losses, 3, [again], read), [
      `${words}: 400 bytes, 2 acknowledged writes gone`,
    ]);
  }
});

test('a master that restarts with all of its history has lost nothing', () => {
  const losses = new Losses();
  told(losses, 1, [reading('m', { offset: 900 })], undefined);
  const secondHistory = () => ({ replid2: OLD, secondOffset: 901 });
  const again = reading('m', { pid: 2, replid: NEW, offset: 900, secondHistory });
  assert.deepEqual(told(losses, 2, [again], undefined), []);
  assert.deepEqual(losses.snapshots(), []);
});

test('keys that commands removed are charged to the commands', () => {
  const losses = new Losses();
  told(losses, 1, [reading('m', { offset: 900 })], idle);
  const read = { ...idle, checks: 2, firstSequence: 9, gone: [1, 2, 3] };
  assert.deepEqual(told(losses, 2, [reading('m', { offset: 900 })], read), [
    'commands have removed or overwritten what LOAD had written to m: 3 acknowledged writes gone',
  ]);
});
