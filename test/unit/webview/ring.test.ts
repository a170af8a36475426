/** The backlog's ring: where its ends are, where a replica is, and how the snapshot's verdict reads. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NodeSnapshot, ResyncSnapshot } from '../../../src/view/snapshot.ts';
import { hintOf, type Ring, type RingReplica, ringOf } from '../../../webview/model/ring.ts';
import { node, replica, resync, snapshot } from './snapshots.ts';

function ringOfOwner(owner: NodeSnapshot): Ring {
  return ringOf(snapshot({ nodes: [owner] }), owner)!;
}

/** What m's ring (size 100, bytes 151 to 250) says of a replica. */
function placed(one: NodeSnapshot, owner: NodeSnapshot = node('m')): RingReplica {
  return ringOf(snapshot({ nodes: [owner, one] }), owner)!.replicas[0]!;
}

const full = (reason: ResyncSnapshot['reason'], fields: Partial<ResyncSnapshot> = {}) =>
  resync({ answer: 'full', reason, ...fields });

test('a full ring ends where it begins; one that fills up is as long as what is held', () => {
  const ring = ringOfOwner(node('m'));
  assert.deepEqual([ring.share, ring.to], [1, 0.5]);
  const backlog = { active: true, size: 100, firstByteOffset: 1, histlen: 30 };
  const filling = ringOfOwner(node('m', { offset: 30, backlog }));
  assert.deepEqual([filling.share, filling.to], [0.3, 0.3]);
  assert.deepEqual(filling.fill, ['30 %', 'of 100 bytes held']);
});

test('no backlog, no ring', () => {
  const owner = node('m', {
    backlog: { active: false, size: 100, firstByteOffset: 0, histlen: 0 },
  });
  assert.equal(ringOf(snapshot({ nodes: [owner] }), owner), undefined);
});

test('a backlog that holds more than its size says so, and its oldest byte is on the ring', () => {
  const backlog = { active: true, size: 16_384, firstByteOffset: 1, histlen: 29_793 };
  const owner = node('m', { offset: 29_793, backlog });
  assert.deepEqual(ringOfOwner(owner).fill, ['29.1 KiB', 'held of 16 KiB']);
  assert.match(hintOf(ringOfOwner(owner)), /^Redis drops whole blocks/);
  assert.match(hintOf(ringOfOwner(node('m'))), /^Without writes it grows, too/);
  const oldest = placed(replica('r1', 'm', { offset: 0, resync: resync({ offset: 1 }) }), owner);
  assert.ok(Math.abs(oldest.turn! - ringOfOwner(owner).to) < 1e-9, 'a whole turn behind');
});

test('linked: in step, behind, or behind more than is held', () => {
  assert.equal(placed(replica('r1', 'm')).state, 'in step');
  const behind = placed(replica('r1', 'm', { offset: 180, resync: resync({ offset: 181 }) }));
  assert.equal(behind.state, 'behind');
  assert.equal(behind.words, '70 bytes behind');
  assert.ok(Math.abs(behind.turn! - 0.8) < 1e-9);
  const lost = placed(
    replica('r1', 'm', { offset: 120, resync: full('backlog', { offset: 121 }) }),
  );
  assert.equal(lost.state, 'lost');
  assert.equal(lost.turn, null);
  assert.match(lost.words, /lacks byte 121, the backlog begins at 151/);
  assert.match(lost.words, /if its link breaks now$/);
});

test('a broken link: what the snapshot says, not what the offsets suggest', () => {
  const asks = resync({ offset: 151, bytes: 100 });
  const resumable = placed(replica('r1', 'm', { offset: 150, link: 'down', resync: asks }));
  assert.equal(resumable.state, 'resumable');
  assert.equal(resumable.words, 'link down; 100 bytes wait for it: partial resynchronization');
  const words = (reason: ResyncSnapshot['reason']) =>
    placed(replica('r1', 'm', { offset: 240, link: 'down', resync: full(reason) })).words;
  assert.match(words('replid'), /^link down; it follows another history: full/);
  assert.match(words('second-offset'), /after the histories parted/);
  assert.match(words('ahead'), /ahead of m/);
  assert.match(words('no-backlog'), /m has no backlog/);
  assert.match(words('no-cached-master'), /nothing to continue from/);
});

test('a crashed replica is where its dump is, not where its memory was', () => {
  const asks = resync({ from: 'dump', offset: 181, bytes: 70 });
  const dead = placed(replica('r1', 'm', { process: 'crashed', offset: 250, resync: asks }));
  assert.deepEqual([dead.state, dead.offset], ['resumable', 180]);
  assert.equal(
    dead.words,
    'crashed; asks from its dump at 181; 70 bytes wait for it: partial resynchronization',
  );
  const nothing = full('no-cached-master', { from: 'dump', replid: null, offset: -1 });
  const blank = placed(replica('r1', 'm', { process: 'crashed', resync: nothing }));
  assert.deepEqual([blank.state, blank.offset, blank.turn], ['lost', 0, null]);
  assert.match(blank.words, /^crashed; its dump names no place in a history: full/);
});

test('dead master, full resynchronization under way', () => {
  const dead = node('m', { process: 'crashed' });
  const unanswered = resync({ answer: null });
  const waiting = placed(replica('r1', 'm', { link: 'down', resync: unanswered }), dead);
  assert.deepEqual([waiting.state, waiting.words], ['unknown', 'link down: m does not run']);
  assert.equal(placed(replica('r1', 'm', { link: 'down', syncing: true })).state, 'syncing');
});
