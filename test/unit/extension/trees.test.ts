/** The rows of the trees, made from snapshots, without VS Code. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodeEntries } from '../../../src/extension/nodesModel.ts';
import { offersOf } from '../../../src/extension/offers.ts';
import { sentinelEntries, stateText } from '../../../src/extension/sentinelsModel.ts';
import { stateOf, statusText } from '../../../src/extension/statusText.ts';
import type { TreeEntry } from '../../../src/extension/treeEntry.ts';
import type { ReplicaSnapshot, SentinelInstanceSnapshot } from '../../../src/view/snapshot.ts';
import { beliefOf } from '../../../webview/model/beliefs.ts';
import { link, node, replica, sentinel, snapshot } from '../webview/snapshots.ts';

/** `m(r1(r2) r3)`. */
function outline(entries: readonly TreeEntry[]): string {
  return entries
    .map(({ label, children }) =>
      children.length === 0 ? label : `${label}(${outline(children)})`,
    )
    .join(' ');
}

const seen: ReplicaSnapshot = {
  node: 'r1',
  host: '127.0.0.1',
  port: 6401,
  state: 'online',
  offset: 240,
  behind: 10,
  lag: 1,
};

test('replicas hang under their master, chains nested, standalone servers beside them', () => {
  const nodes = [
    node('m'),
    replica('r1', 'm'),
    replica('r2', 'r1'),
    replica('r3', 'm'),
    node('n1'),
  ];
  assert.equal(outline(nodeEntries(1, snapshot({ nodes }))), 'm(r1(r2) r3) n1');
});

test('servers in a circle are shown all the same, each once', () => {
  const nodes = [replica('a', 'b'), replica('b', 'a'), replica('c', 'b')];
  assert.equal(outline(nodeEntries(1, snapshot({ nodes }))), 'a(b(c))');
});

test('a replica of a stranger stands at the top and says whom it follows', () => {
  const stray = node('r1', {
    role: 'replica',
    master: {
      node: null,
      host: '127.0.0.1',
      port: 7777,
      status: 'down',
      lastIoSeconds: -1,
      syncInProgress: false,
    },
  });
  const [entry] = nodeEntries(1, snapshot({ nodes: [stray] }));
  assert.equal(entry!.description, 'replica · down to 127.0.0.1:7777 · offset 250 · :6400');
});

test('a row says role, link, offset, lag and address; its context what menus ask', () => {
  const nodes = [node('m', { replicas: [seen] }), replica('r1', 'm', { port: 6401, offset: 240 })];
  const [master] = nodeEntries(1, snapshot({ nodes }));
  assert.equal(master!.description, 'master · offset 250 · :6400');
  const [one] = master!.children;
  assert.equal(one!.description, 'replica · up · offset 240 · lag 1 s · :6401');
  assert.equal(one!.context, 'server running replica');
  assert.match(one!.tooltip, /its master sees it online, 10 bytes behind/);
});

test('a dead server says what it was; a dead master knows no lag', () => {
  const nodes = [node('m', { process: 'crashed', replicas: [seen] }), replica('r1', 'm')];
  const [master] = nodeEntries(1, snapshot({ nodes }));
  assert.equal(master!.description, 'crashed · was master · :6400');
  assert.equal(master!.context, 'server crashed master');
  assert.doesNotMatch(master!.children[0]!.description, /lag/);
});

test('ids are stable, but a server that gets its first replica is new to VS Code', () => {
  const idOf = (nodes: Parameters<typeof node>[0][]): string =>
    nodeEntries(2, snapshot({ nodes: [node('m'), ...nodes.map((name) => replica(name, 'm'))] }))[0]!
      .id;
  assert.equal(idOf([]), '2/m');
  assert.equal(idOf(['r1']), '2/m/replicas');
  assert.equal(idOf(['r1', 'r2']), '2/m/replicas');
});

const instance: SentinelInstanceSnapshot = {
  node: 'm',
  host: '127.0.0.1',
  port: 6400,
  flags: 'master',
  silentMs: 0,
  downAfterMs: 2_000,
};

test('silence counts down to SDOWN; an ordinary PING under way does not', () => {
  assert.equal(stateText(instance), '');
  assert.equal(stateText({ ...instance, silentMs: 400 }), '');
  assert.equal(stateText({ ...instance, silentMs: 1_400 }), 'SDOWN in 0.6 s');
  const { text } = beliefOf(sentinel('s1', { master: { ...instance, silentMs: 1_400 } }));
  assert.equal(text, 'm: SDOWN in 0.6 s', 'the page says the same');
  const down = { ...instance, silentMs: 2_400, flags: 'master,s_down,o_down' };
  assert.equal(stateText(down), 'SDOWN, ODOWN');
});

test('a Sentinel tells what it believes, and nothing when it is dead', () => {
  const vote = { leader: 's2', epoch: 1 };
  const believer = sentinel('s1', {
    currentEpoch: 1,
    vote,
    replicas: [{ ...instance, node: 'r1', flags: 'slave' }],
  });
  const dead = sentinel('s2', { process: 'crashed' });
  const [one, two] = sentinelEntries(1, snapshot({ sentinels: [believer, dead] }));
  assert.equal(one!.description, 'master m · epoch 1 · voted for s2 in epoch 1 · :26400');
  assert.deepEqual(
    one!.children.map(({ label, description }) => `${label} ${description}`),
    ['m master', 'r1 replica'],
  );
  assert.equal(two!.description, 'crashed · :26400');
  assert.deepEqual(two!.children, []);
});

test('a Sentinel is a candidate until it is elected', () => {
  const describe = (failoverState: string) =>
    sentinelEntries(1, snapshot({ sentinels: [sentinel('s1', { failoverState })] }))[0]!
      .description;
  assert.equal(describe('wait_start'), 'master m · epoch 0 · candidate · :26400');
  assert.equal(describe('select_slave'), 'master m · epoch 0 · leader: select_slave · :26400');
});

test('commands are offered for what there is', () => {
  assert.equal(offersOf([]).running, false);
  const nodes = [node('m', { process: 'frozen' }), replica('r1', 'm')];
  const links = [link('m', 'r1')];
  const offers = offersOf([snapshot({ nodes, links })]);
  assert.deepEqual(offers, {
    running: true,
    open: true,
    several: false,
    live: true,
    paused: false,
    past: false,
    alive: true,
    thawed: true,
    frozen: true,
    replicas: true,
    sentinels: false,
    cuts: true,
    load: false,
  });
});

test('on a world that has failed nothing is offered but to look at it and to stop it', () => {
  const failed = snapshot({ failure: 'InvariantError: x', nodes: [node('m'), replica('r1', 'm')] });
  const { running, open, ...rest } = offersOf([failed]);
  assert.deepEqual([running, open], [true, true]);
  assert.deepEqual(new Set(Object.values(rest)), new Set([false]));
  assert.equal(offersOf([failed, snapshot()]).live, true);
});

/** Of the past, at event 8402 of 9120. */
function past(): ReturnType<typeof snapshot> {
  const { history, clock } = snapshot();
  return snapshot({
    history: { ...history, shown: 8_402, last: 9_120 },
    clock: { ...clock, mode: 'paused' },
  });
}

test('the past can be left, not resumed; a recording is open and does not run', () => {
  const offers = offersOf([snapshot(), past()]);
  assert.deepEqual([offers.past, offers.paused, offers.several], [true, false, true]);
  const { running, open, past: isPast, ...rest } = offersOf([], [past()]);
  assert.deepEqual([running, open, isPast], [false, true, true]);
  assert.deepEqual(new Set(Object.values(rest)), new Set([false]));
});

test('status bar, trees and questions say which event of the past is shown', () => {
  assert.equal(statusText(past()), 'm · event 8402 of 9120, LIVE returns');
  assert.equal(stateOf({ kind: 'start' }, snapshot()), 'live');
  const fork = { kind: 'fork', name: 'fork of event 90' } as const;
  assert.equal(stateOf(fork, past()), 'fork of event 90 · event 8402 of 9120');
  const recording = { kind: 'recording', name: 'run.rsrec' } as const;
  assert.equal(stateOf(recording, past()), 'recording · event 8402 of 9120');
});

test('the status bar names the master, or that there is none', () => {
  assert.match(statusText(snapshot()), /^m · live · \d\d:\d\d:\d\d$/);
  const dead = snapshot({
    nodes: [node('m', { process: 'crashed' })],
    failure: 'InvariantError: x',
  });
  assert.match(statusText(dead), /^no master · stands still · /);
  const beside = snapshot({ nodes: [node('m', { replicas: [seen] }), node('n1')] });
  assert.match(statusText(beside), /^m · live/);
  const split = snapshot({
    nodes: [node('m', { replicas: [seen] }), node('r1')],
    sentinels: [sentinel('s1', { master: { ...instance, node: 'r1' } })],
  });
  assert.match(statusText(split), /^m, r1 · live/);
});
