/** Rows, wires, cuts, and what Sentinels and banners say. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LinkSnapshot, NodeSnapshot } from '../../../src/view/snapshot.ts';
import { processActions } from '../../../webview/model/actions.ts';
import { beliefOf, doubtsOf, epochOf } from '../../../webview/model/beliefs.ts';
import { noticesOf } from '../../../webview/model/notices.ts';
import { masterOf, rowsOf } from '../../../webview/model/topology.ts';
import { wiresOf } from '../../../webview/model/wires.ts';
import { counted, inSize, inTime, listed, shortCount } from '../../../webview/model/words.ts';
import { link, node, replica, sentinel, snapshot } from './snapshots.ts';

const names = (rows: NodeSnapshot[][]): string[][] =>
  rows.map((row) => row.map(({ name }) => name));

test('replicas stand under their masters, chains below them', () => {
  const nodes = [replica('r2', 'm'), node('m'), replica('r3', 'r1'), replica('r1', 'm'), node('x')];
  assert.deepEqual(names(rowsOf(nodes)), [['m', 'x'], ['r2', 'r1'], ['r3']]);
});

test('a circle of replicas has a place, too', () => {
  const nodes = [node('m'), replica('a', 'b'), replica('b', 'a')];
  assert.deepEqual(names(rowsOf(nodes)), [['m'], ['a'], ['b']]);
});

test('a wire says what is wrong with it', () => {
  const wireOf = (one: NodeSnapshot, links: LinkSnapshot[] = []) => {
    const { state, label } = wiresOf(snapshot({ nodes: [node('m'), one], links }))[0]!;
    return `${state} ${label}`.trim();
  };
  assert.equal(wireOf(replica('r1', 'm')), 'up');
  assert.equal(wireOf(replica('r1', 'm', { link: 'down' })), 'down down');
  assert.equal(wireOf(replica('r1', 'm', { syncing: true })), 'syncing full resync');
  assert.equal(wireOf(replica('r1', 'm'), [link('m', 'r1'), link('r1', 'm')]), 'cut cut');
  assert.equal(wireOf(replica('r1', 'm'), [link('m', 'r1')]), 'cut cut m → r1');
  const slow = { cut: false, latencyMs: 120 };
  const both = [link('m', 'r1', slow), link('r1', 'm', slow)];
  assert.equal(wireOf(replica('r1', 'm'), both), 'slow 120 ms');
  assert.equal(wireOf(replica('r1', 'm', { link: 'down' }), both), 'down down');
  assert.equal(
    wireOf(replica('r1', 'm'), [link('m', 'r1', { cut: false, held: true })]),
    'cut held m → r1',
  );
  assert.equal(wireOf(replica('r1', 'm', { process: 'crashed' })), 'down');
});

test('the master is whom the Sentinels believe in', () => {
  const nodes = [node('m'), node('r1')];
  const believe = (name: string, at: string) => {
    const { master } = sentinel(name);
    return sentinel(name, { master: { ...master!, node: at } });
  };
  const sentinels = [believe('s1', 'r1'), believe('s2', 'r1'), believe('s3', 'm')];
  assert.equal(masterOf(snapshot({ nodes, sentinels }))!.name, 'r1');
  assert.equal(masterOf(snapshot({ nodes: [replica('r1', 'm'), node('m')] }))!.name, 'm');
});

test('what a Sentinel believes', () => {
  const { master } = sentinel('s1');
  const belief = (fields: object, more: object = {}) =>
    beliefOf(sentinel('s1', { master: { ...master!, ...fields }, ...more })).text;
  assert.equal(belief({}), 'm is up');
  assert.equal(belief({ silentMs: 800 }), 'm: SDOWN in 1.2 s');
  assert.equal(belief({ flags: 's_down,master', silentMs: 2500 }), 'm is SDOWN');
  assert.equal(belief({ flags: 's_down,o_down,master' }), 'm is ODOWN');
  // Before the votes it is a candidate, whatever it hopes for.
  assert.equal(belief({}, { failoverState: 'wait_start' }), 'candidate');
  assert.equal(belief({}, { failoverState: 'select_slave' }), 'leader: select_slave');
  assert.equal(belief({}, { process: 'crashed' }), 'crashed');
  const voted = sentinel('s1', { currentEpoch: 3, vote: { leader: 's2', epoch: 3 } });
  assert.equal(epochOf(voted), 'epoch 3, voted s2');
  const doubting = sentinel('s1', {
    replicas: [{ ...master!, node: 'r1', flags: 's_down,slave' }],
  });
  assert.equal(doubtsOf(doubting), 'r1 SDOWN');
});

test('banners name who waits, and what a failover cost', () => {
  const waiting = [
    { name: 'app', addr: '127.0.0.1:50422', node: 'm', because: 'paused' as const },
    { name: '', addr: '127.0.0.1:50423', node: 'r1', because: 'paused' as const },
    { name: '', addr: '127.0.0.1:50424', node: 'r2', because: 'frozen' as const },
  ];
  const failover = {
    at: 5,
    oldMaster: 'm',
    oldOffset: 900,
    promoted: 'r1',
    cause: 'promotion' as const,
    seq: 5,
    promotedOffset: 870,
    bytesGone: 30,
    writesGone: 2,
    sentence:
      'old master m at offset 900, promoted r1 at 870: 30 bytes, 2 acknowledged writes gone',
  };
  const [paused, frozen, lost] = noticesOf(snapshot({ waiting, failovers: [failover] }));
  assert.match(
    paused!.text,
    /^2 clients wait \(app \(127\.0\.0\.1:50422\) at m and 127\.0\.0\.1:50423 at r1\) for an answer/,
  );
  assert.match(frozen!.text, /^127\.0\.0\.1:50424 at r2 waits for an answer\. Thaw r2/);
  assert.equal(lost!.title, 'Failover: 2 acknowledged writes lost');
  assert.equal(lost!.tone, 'bad');
  assert.match(lost!.text, /^Old master m at offset 900, promoted r1 at 870/);
});

test('what can be done follows from the state of the process', () => {
  const enabled = (process: NodeSnapshot['process']) =>
    processActions(node('m', { process }))
      .filter((action) => action.isEnabled)
      .map((action) => action.label);
  assert.deepEqual(enabled('running'), ['Crash', 'Power loss', 'Freeze', 'Restart']);
  assert.deepEqual(enabled('frozen'), ['Crash', 'Power loss', 'Thaw']);
  assert.deepEqual(enabled('crashed'), ['Restart']);
});

test('numbers in words', () => {
  assert.equal(counted(1234567), '1,234,567');
  assert.equal(counted(999), '999');
  assert.deepEqual([9_999, 12_345, 999_499, 3_400_000].map(shortCount), [
    '9,999',
    '12k',
    '999k',
    '3.4M',
  ]);
  assert.equal(inSize(1 << 20), '1 MiB');
  assert.equal(inSize(40_000), '39.1 KiB');
  assert.equal(inTime(950), '950 ms');
  assert.equal(inTime(1234), '1.2 s');
  assert.equal(listed(['a', 'b', 'c']), 'a, b and c');
});
