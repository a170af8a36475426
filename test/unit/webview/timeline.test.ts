/** The scrubber, the milestones, and the notices while time stands still. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EventDetails, EventRow, Milestone } from '../../../src/view/events.ts';
import type { HistorySnapshot, WaitingClientSnapshot } from '../../../src/view/snapshot.ts';
import { bytesTitle, chainOf } from '../../../webview/model/details.ts';
import { endpointRows } from '../../../webview/model/endpoints.ts';
import { Holds } from '../../../webview/model/held.ts';
import { MilestoneBook } from '../../../webview/model/milestoneBook.ts';
import { noticesOf } from '../../../webview/model/notices.ts';
import { instantAt, marksOf, positionOf } from '../../../webview/model/timeline.ts';
import { inLargeTime } from '../../../webview/model/words.ts';
import { snapshot } from './snapshots.ts';

const SECOND = 1_000_000;

function history(fields: Partial<HistorySnapshot> = {}): HistorySnapshot {
  return { shown: null, first: 0, firstAt: 0, last: 1_000, lastAt: 100 * SECOND, ...fields };
}

function milestone(seq: number, second: number, text: string, isLoss = false): Milestone {
  return { seq, at: second * SECOND, node: text.startsWith('+') ? 's1' : '', text, isLoss };
}

test('a position is a time and back, and never outside of the history', () => {
  assert.equal(positionOf(history(), 25 * SECOND), 0.25);
  assert.equal(instantAt(history(), 0.25), 25_000);
  assert.deepEqual(
    [positionOf(history(), 400 * SECOND), positionOf(history({ firstAt: 5 * SECOND }), 0)],
    [1, 0],
  );
  const odd = history({ firstAt: 1_500, lastAt: 7_500 });
  assert.deepEqual([instantAt(odd, 0), instantAt(odd, 1), instantAt(odd, 7)], [2, 7, 7]);
});

test('without any time the present is at the end', () => {
  assert.equal(positionOf(history({ firstAt: 9, lastAt: 9 }), 9), 1);
});

test('milestones have kinds, and those too close to each other share a tick', () => {
  const marks = marksOf(
    [
      milestone(9, 10, 'addNode load load'),
      milestone(10, 10.1, 'crash m'),
      milestone(20, 30, '+odown'),
      milestone(21, 30.1, '+vote-for-leader'),
      milestone(30, 50, 'full resynchronization of 127.0.0.1:6401'),
      milestone(40, 70, 'old master m at offset 9, promoted r1 at 9: 0 bytes gone'),
      milestone(50, 90, '+switch-master'),
      milestone(51, 90.1, 'old master m at offset 9, promoted r1 at 8: 1 byte, 1 write gone', true),
    ],
    history(),
    600,
  );
  assert.deepEqual(
    marks.map(({ seq, kind }) => `${seq} ${kind}`),
    ['10 operation', '20 failover', '30 replication', '40 failover', '51 loss'],
  );
  assert.match(marks[1]!.title, /^[\d:.]+ s1 \+odown\n[\d:.]+ s1 \+vote-for-leader$/);
  assert.equal(marks[0]!.position, 0.101);
});

test('what was forgotten has no tick', () => {
  const all = [milestone(1, 2, 'crash m'), milestone(9, 50, '+odown')];
  const marks = marksOf(all, history({ first: 5, firstAt: 10 * SECOND }), 600);
  assert.deepEqual(
    marks.map(({ seq }) => seq),
    [9],
  );
});

test('a tick tells the first of many milestones', () => {
  const many = Array.from({ length: 9 }, (_, index) => milestone(index + 1, 50, '+sdown'));
  const [mark] = marksOf(many, history(), 600);
  assert.equal(mark!.title.split('\n').at(-1), 'and 3 more milestones');
});

test('milestones are asked for once, and what is new alone', () => {
  const book = new MilestoneBook();
  assert.equal(book.due(history(), 0), 0);
  assert.equal(book.due(history({ last: 2_000 }), 5_000), undefined, 'one request at a time');
  book.take([milestone(10, 1, 'crash m'), milestone(1_001, 2, '+odown')]);
  assert.equal(book.due(history(), 6_000), undefined, 'nothing new');
  assert.equal(book.due(history({ last: 2_000 }), 6_000), 1_000);
  book.take([milestone(1_001, 2, '+odown'), milestone(1_500, 3, '+switch-master')]);
  assert.deepEqual(
    book.all.map(({ seq }) => seq),
    [10, 1_001, 1_500],
  );
  assert.equal(book.due(history({ last: 3_000 }), 6_500), undefined, 'not too often');
  assert.equal(book.due(history({ last: 3_000 }), 7_000), 2_000);
  book.take(undefined);
  assert.equal(book.due(history({ last: 3_000 }), 8_000), 2_000, 'a failed request is repeated');
});

const app: WaitingClientSnapshot = {
  name: 'app',
  addr: '127.0.0.1:50422',
  node: 'm',
  because: 'paused',
};

test('the past says how long the present is held, and which clients are near their time-out', () => {
  const holds = new Holds();
  const { clock } = snapshot();
  const past = (waiting: WaitingClientSnapshot[]) =>
    snapshot({
      clock: { ...clock, mode: 'paused', events: 400 },
      history: history({ shown: 400 }),
      waiting,
      waitingCount: waiting.length,
    });
  const told = (waiting: WaitingClientSnapshot[], nowMs: number): string => {
    const now = past(waiting);
    const [notice] = noticesOf(now, holds.see(now, nowMs));
    assert.match(notice!.title, /^Event 400 of 1,000$/);
    return notice!.text.replace(/It is [\d:.]+;/, 'It is …;');
  };
  assert.equal(
    told([], 1_000),
    'The present has been held for 0 s; no client waits. It is …; Live returns to the present.',
  );
  assert.equal(
    told([app], 3_000),
    'The present has been held for 2 s; app (127.0.0.1:50422) at m waits. It is …; Live returns to the present.',
  );
  assert.match(
    told([app], 7_500),
    /held for 6 s; app .* waits, app for 4 s: that is near the usual time-out of 5 s\./,
  );
  assert.match(told([app], 9_000), /app for 6 s: that is beyond the usual time-out of 5 s\./);
  assert.equal(holds.see(snapshot(), 10_000), undefined);
  assert.match(told([app], 20_000), /held for 0 s; app .* at m waits\. It is/);
});

test('the pause says the same of clients that wait', () => {
  const holds = new Holds();
  const { clock } = snapshot();
  const paused = snapshot({
    clock: { ...clock, mode: 'paused' },
    waiting: [app],
    waitingCount: 1,
  });
  holds.see(paused, 0);
  const [notice] = noticesOf(paused, holds.see(paused, 4_200));
  assert.match(notice!.text, /^app .* waits for an answer, app for 4 s: that is near the usual/);
});

test('long times have their largest unit', () => {
  const times = [1_900, 119_000, 121_000, 7_300_000, 400_000_000].map(inLargeTime);
  assert.deepEqual(times, ['1 s', '119 s', '2 min', '2 h', '4 d']);
});

const row = (seq: number): EventRow => ({
  seq,
  at: seq,
  node: 'm',
  peer: '',
  kind: 'data',
  text: '',
  cause: 0,
  isVisible: true,
});

function details(fields: Partial<EventDetails>): EventDetails {
  const none = { happenings: [], why: [], causes: [], effects: [] };
  return { ...row(5), length: 0, held: 0, bytes: '', ...none, ...fields };
}

test('the chain goes from the first cause to the effects', () => {
  const chain = chainOf(details({ causes: [row(4), row(2)], effects: [row(7), row(9)] }));
  assert.deepEqual(
    chain.map((link) => `${link.row.seq} ${link.relation}`),
    ['2 cause', '4 cause', '5 itself', '7 effect', '9 effect'],
  );
});

test('bytes say how many are held and shown', () => {
  assert.equal(bytesTitle(details({ length: 6, held: 6, bytes: 'PING\\r\\n' })), '6 bytes');
  assert.equal(
    bytesTitle(details({ length: 5_000, held: 100, bytes: '\\x00'.repeat(100) })),
    '5,000 bytes, 100 of them held',
  );
  assert.equal(
    bytesTitle(details({ length: 9, held: 9, bytes: 'a\\\\b' })),
    '9 bytes, the first 3 shown',
  );
});

test('endpoints of a fork, whatever the host answers', () => {
  const host = '127.0.0.1';
  const data = {
    nodes: [{ name: 'm', role: 'master', host, port: 6410 }],
    sentinels: [{ name: 's1', host, port: 26410 }],
    masterName: 'mymaster',
    control: { host, port: 7410 },
    dashboard: { url: 'http://127.0.0.1:8410/?token=x' },
  };
  assert.deepEqual(endpointRows(data), [
    ['m', '127.0.0.1:6410'],
    ['s1', '127.0.0.1:26410'],
    ['control', '127.0.0.1:7410'],
    ['dashboard', 'http://127.0.0.1:8410/?token=x'],
  ]);
  assert.deepEqual(endpointRows(undefined), []);
  assert.deepEqual(endpointRows({ nodes: [null], sentinels: 3 }), []);
});
