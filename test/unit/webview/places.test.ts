/** Cards stay where they are; and what is said of situations that look odd. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SentinelSnapshot } from '../../../src/view/snapshot.ts';
import { arrange, isArranged, settled } from '../../../webview/model/places.ts';
import { situationsOf } from '../../../webview/model/situations.ts';
import { node, replica, sentinel, snapshot } from './snapshots.ts';

const before = [node('m'), replica('r1', 'm'), replica('r2', 'm')];
const after = [node('m', { process: 'crashed' }), node('r1'), replica('r2', 'r1')];

test('a failover moves no card until the user arranges them', () => {
  const places = settled(undefined, 7, before);
  assert.deepEqual(places.rows, [['m'], ['r1', 'r2']]);
  assert.equal(settled(places, 7, after), places);
  assert.equal(isArranged(places, before), true);
  assert.equal(isArranged(places, after), false);
  assert.deepEqual(arrange(7, after).rows, [['m', 'r1'], ['r2']]);
});

test('a new server stands at the end of the row below its master; one that is removed goes', () => {
  const places = settled(undefined, 7, before);
  const more = settled(places, 7, [...before, replica('r3', 'r2'), node('n1'), replica('r4', 'm')]);
  assert.deepEqual(more.rows, [['m', 'n1'], ['r1', 'r2', 'r4'], ['r3']]);
  assert.deepEqual(settled(more, 7, before).rows, places.rows);
});

test('another sandbox has other places', () => {
  const places = settled(undefined, 7, before);
  assert.deepEqual(settled(places, 8, after).rows, [['m', 'r1'], ['r2']]);
});

/** A Sentinel that believes in `master` and knows the replicas. */
function believer(name: string, master: string, replicas: readonly string[]): SentinelSnapshot {
  const instance = { ...sentinel(name).master!, node: master };
  return sentinel(name, {
    master: instance,
    replicas: replicas.map((one) => ({ ...instance, node: one, flags: 'slave' })),
  });
}

test('two masters after a restart: who will become a replica, and when', () => {
  const nodes = [node('m'), node('r1', { replicas: [] }), replica('r2', 'r1')];
  const sentinels = [believer('s1', 'r1', ['m', 'r2'])];
  const [said] = situationsOf(snapshot({ nodes, sentinels }));
  assert.equal(said!.title, 'm is a master, too');
  assert.match(
    said!.text,
    /^Nobody follows m; the Sentinels will make it a replica of r1 in about 10 s/,
  );
  const stranger = situationsOf(snapshot({ nodes, sentinels: [believer('s1', 'r1', ['r2'])] }));
  assert.match(stranger[0]!.text, /no Sentinel knows it as a replica: it stays a master/);
  assert.match(situationsOf(snapshot({ nodes }))[0]!.text, /there are no Sentinels/);
});

test('nothing is foretold while a failover is under way, or no master runs', () => {
  const sentinels = [believer('s1', 'm', ['r1', 'r2'])];
  assert.deepEqual(situationsOf(snapshot({ nodes: after, sentinels })), []);
  const nodes = [node('m'), node('r1')];
  const leader = { ...sentinels[0]!, failoverState: 'wait_promotion' };
  assert.deepEqual(situationsOf(snapshot({ nodes, sentinels: [leader] })), []);
});

test('a chain that the Sentinels will undo', () => {
  const nodes = [node('m'), replica('r1', 'm'), replica('r2', 'r1')];
  const known = snapshot({ nodes, sentinels: [believer('s1', 'm', ['r1', 'r2'])] });
  const [said] = situationsOf(known);
  assert.equal(said!.title, 'r2 follows r1');
  assert.match(said!.text, /want it to follow m\. .* once failover-timeout has passed/);
  assert.deepEqual(situationsOf(snapshot({ nodes, sentinels: [believer('s1', 'm', ['r1'])] })), []);
  assert.deepEqual(situationsOf(snapshot({ nodes: before })), []);
});
