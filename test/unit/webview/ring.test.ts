/** The backlog's ring: where its ends are, and which replica still stands on it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NodeSnapshot } from '../../../src/view/snapshot.ts';
import { type RingReplica, ringOf } from '../../../webview/model/ring.ts';
import { node, replica, snapshot } from './snapshots.ts';

/** What m's ring (size 100, bytes 151 to 250) says of a replica. */
function placed(one: NodeSnapshot, owner: NodeSnapshot = node('m')): RingReplica {
  return ringOf(snapshot({ nodes: [owner, one] }), owner)!.replicas[0]!;
}

test('a full ring begins where the write head stands', () => {
  const owner = node('m');
  const ring = ringOf(snapshot(), owner)!;
  assert.equal(ring.share, 1);
  assert.equal(ring.to, 0.5);
  assert.equal(ring.from, 0.5);
});

test('a ring that fills up begins at the first byte', () => {
  const owner = node('m', {
    offset: 30,
    backlog: { active: true, size: 100, firstByteOffset: 1, histlen: 30 },
  });
  const ring = ringOf(snapshot({ nodes: [owner] }), owner)!;
  assert.equal(ring.share, 0.3);
  assert.ok(Math.abs(ring.from % 1) < 1e-9);
});

test('no backlog, no ring', () => {
  const owner = node('m', {
    backlog: { active: false, size: 100, firstByteOffset: 0, histlen: 0 },
  });
  assert.equal(ringOf(snapshot({ nodes: [owner] }), owner), undefined);
});

test('linked: in step, behind, or behind more than is held', () => {
  assert.equal(placed(replica('r1', 'm')).state, 'in step');
  const behind = placed(replica('r1', 'm', { offset: 180 }));
  assert.equal(behind.state, 'behind');
  assert.equal(behind.words, '70 bytes behind');
  assert.equal(behind.turn, 0.8);
  const lost = placed(replica('r1', 'm', { offset: 120 }));
  assert.equal(lost.state, 'lost');
  assert.match(lost.words, /lacks byte 121, the backlog begins at 151/);
  assert.match(lost.words, /if its link breaks now$/);
});

test('a broken link: the first byte it lacks decides', () => {
  // Byte 151 is the first one held: who has 150 can go on, who has 149 cannot.
  const resumable = placed(replica('r1', 'm', { offset: 150, link: 'down' }));
  assert.equal(resumable.state, 'resumable');
  assert.equal(resumable.words, 'link down; 100 bytes wait for it: partial resynchronization');
  const lost = placed(replica('r1', 'm', { offset: 149, link: 'down' }));
  assert.equal(lost.state, 'lost');
  assert.match(lost.words, /^link down; fallen off the ring: it lacks byte 150/);
});

test('another history is nowhere on the ring', () => {
  const stranger = placed(
    replica('r1', 'm', { offset: 240, link: 'down', replid: 'b'.repeat(40) }),
  );
  assert.equal(stranger.state, 'lost');
  assert.equal(stranger.turn, null);
  assert.match(stranger.words, /another history/);
});

test('the history before a promotion counts up to second_repl_offset', () => {
  const old = 'b'.repeat(40);
  const owner = node('m', { replid2: old, secondReplidOffset: 201 });
  const within = placed(replica('r1', 'm', { offset: 200, link: 'down', replid: old }), owner);
  assert.equal(within.state, 'resumable');
  const beyond = placed(replica('r1', 'm', { offset: 201, link: 'down', replid: old }), owner);
  assert.equal(beyond.state, 'lost');
});

test('dead replica, dead master, full resynchronization under way', () => {
  assert.match(placed(replica('r1', 'm', { process: 'crashed' })).words, /^crashed; 0 bytes wait/);
  const dead = node('m', { process: 'crashed' });
  assert.equal(placed(replica('r1', 'm', { link: 'down' }), dead).words, 'link down: m is crashed');
  assert.equal(placed(replica('r1', 'm', { link: 'down', syncing: true })).state, 'syncing');
});
