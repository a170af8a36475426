/** Links in trouble: what is said of them, what is drawn, and what heals them. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { groupTroubles, troublesOf } from '../../../src/view/links.ts';
import type { LinkSnapshot } from '../../../src/view/snapshot.ts';
import { troubleLines } from '../../../webview/model/wires.ts';
import { link, node, replica, sentinel, snapshot } from './snapshots.ts';

const slow = (latencyMs: number, jitterMs = 0): Partial<LinkSnapshot> => ({
  cut: false,
  latencyMs,
  jitterMs,
});

const both = (a: string, b: string, fields: Partial<LinkSnapshot> = {}): LinkSnapshot[] => [
  link(a, b, fields),
  link(b, a, fields),
];

const said = (links: LinkSnapshot[]): string[] =>
  groupTroubles(troublesOf(links)).map(({ text }) => text);

test('two directions are one; bytes in flight are no trouble', () => {
  const links = [
    ...both('m', 'r1'),
    link('s1', 'm'),
    link('r2', 'm', { ...slow(0.2), bytesInFlight: 9 }),
  ];
  const told = troublesOf(links).map(({ a, b, arrow, words }) => `${a} ${arrow} ${b} ${words}`);
  assert.deepEqual(told, ['m ⇄ r1 cut', 's1 → m cut']);
});

test('a place that is cut off from many is one group, healed at once', () => {
  const links = [...both('r1', 'm'), ...both('s1', 'm'), link('m', 's2'), ...both('s3', 'r2')];
  const [first, second] = groupTroubles(troublesOf(links));
  assert.equal(first!.text, 'm ⇄ r1, s1 cut, m → s2 cut');
  assert.deepEqual(first!.cures, [
    { op: 'heal', a: 'r1', b: 'm' },
    { op: 'heal', a: 's1', b: 'm' },
    { op: 'heal', a: 'm', b: 's2' },
  ]);
  assert.equal(second!.text, 's3 ⇄ r2 cut');
  assert.deepEqual(said([link('a', 'm'), link('b', 'm')]), ['m ← a, b cut']);
});

test('a hold and a latency are named, and healed to what the link had', () => {
  assert.deepEqual(said(both('m', 'r1', { cut: false, held: true })), ['m ⇄ r1 held']);
  const [group] = groupTroubles(troublesOf(both('m', 'r1', slow(120, 30))));
  assert.equal(group!.text, 'm ⇄ r1 120–150 ms');
  assert.equal(group!.isBroken, false);
  assert.deepEqual(group!.cures, [{ op: 'latency', a: 'm', b: 'r1', ms: 0.2, jitterMs: 0 }]);
  const [mixed] = groupTroubles(troublesOf(both('m', 'r1', { held: true, latencyMs: 50 })));
  assert.equal(mixed!.text, 'm ⇄ r1 cut, m ⇄ r1 held, m ⇄ r1 50 ms');
  assert.deepEqual(
    mixed!.cures.map(({ op }) => op),
    ['heal', 'latency'],
  );
});

test('lines: those of Sentinels, too, but not what a wire of replication shows already', () => {
  const links = [
    ...both('m', 'r1'),
    ...both('s2', 's1'),
    ...both('s1', 'm', slow(80)),
    link('r1', 'r2'),
    ...both('load', 'm'),
  ];
  const nodes = [node('m'), replica('r1', 'm'), replica('r2', 'm')];
  const sentinels = [sentinel('s1'), sentinel('s2')];
  assert.deepEqual(troubleLines(snapshot({ nodes, sentinels, links })), [
    { from: 's1', to: 's2', state: 'cut', label: 'cut' },
    { from: 'm', to: 's1', state: 'slow', label: '80 ms' },
    { from: 'r1', to: 'r2', state: 'cut', label: 'cut r1 → r2' },
  ]);
});
