/** Full or partial: a master's answer to PSYNC, and a replica's reading of it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_REPLID } from '../../../src/engine/replication/history.ts';
import { decidePsync } from '../../../src/engine/replication/psyncDecision.ts';
import { readPsyncReply } from '../../../src/engine/replication/psyncReply.ts';
import { Stream } from '../../../src/engine/replication/stream.ts';

const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const C = 'c'.repeat(40);

/** History B since byte 140, A before; bytes 101 to 150 held. */
function stream(): Stream {
  const made = new Stream();
  made.history.adopt(A);
  made.backlog.startAt(100);
  made.backlog.append(Buffer.alloc(39));
  made.history.renamed(B, made.offset);
  made.backlog.append(Buffer.alloc(11));
  return made;
}

const table: readonly (readonly [string, number, number | string])[] = [
  // The main ID: any byte held, or the next one.
  [B, 151, 0],
  [B, 150, 1],
  [B, 101, 50],
  [B, 100, 'backlog'],
  [B, 1, 'backlog'],
  [B, 0, 'backlog'],
  [B, -1, 'backlog'],
  [B, 152, 'ahead'],
  [B.toUpperCase(), 151, 0],
  // The second ID: up to the byte after which the histories parted.
  [A, 140, 11],
  [A, 101, 50],
  [A, 141, 'second-offset'],
  [A, 100, 'backlog'],
  // No ID of ours.
  [C, 120, 'replid'],
  ['?', -1, 'no-cached-master'],
  ['?', 120, 'no-cached-master'],
  ['', 120, 'replid'],
];

for (const [replid, offset, expected] of table) {
  test(`PSYNC ${replid.slice(0, 4)} ${offset}: ${expected}`, () => {
    const decision = decidePsync(stream(), { replid, offset });
    assert.equal(decision.kind === 'full' ? decision.reason : decision.bytes, expected);
  });
}

test('without a backlog nothing can continue, not even with nothing lacking', () => {
  const bare = new Stream();
  bare.history.adopt(A);
  assert.deepEqual(decidePsync(bare, { replid: A, offset: 1 }), {
    kind: 'full',
    reason: 'no-backlog',
  });
});

test('the empty second ID is never asked for with success', () => {
  const fresh = new Stream();
  fresh.history.adopt(A);
  fresh.backlog.start();
  assert.deepEqual(decidePsync(fresh, { replid: NO_REPLID, offset: 1 }), {
    kind: 'full',
    reason: 'second-offset',
  });
});

test('answers to PSYNC', () => {
  assert.deepEqual(readPsyncReply(`+FULLRESYNC ${A} 134`), {
    kind: 'full',
    replid: A,
    offset: 134,
  });
  assert.equal(readPsyncReply('+FULLRESYNC xx').kind, 'full-malformed');
  assert.equal(readPsyncReply(`+FULLRESYNC ${A}`).kind, 'full-malformed');
  assert.deepEqual(readPsyncReply(`+CONTINUE ${B}`), { kind: 'continue', replid: B });
  assert.deepEqual(readPsyncReply('+CONTINUE'), { kind: 'continue', replid: undefined });
  assert.equal(readPsyncReply('').kind, 'wait');
  assert.equal(readPsyncReply('-LOADING Redis is loading').kind, 'later');
  assert.equal(readPsyncReply("-NOMASTERLINK Can't SYNC").kind, 'later');
  assert.deepEqual(readPsyncReply('-ERR unknown command'), { kind: 'unsupported', error: true });
  assert.deepEqual(readPsyncReply('+WHAT'), { kind: 'unsupported', error: false });
});
