/** The feed's rows: shared while the world runs, one an event while it is paused. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EventFamily, FeedEntry, Quiet } from '../../../src/view/messages.ts';
import { FeedRows, type Filter } from '../../../webview/model/feedRows.ts';

const ALL: Filter = { hidden: new Set(), shownQuiet: new Set() };

function event(
  at: number,
  text: string,
  fields: { family?: EventFamily; quiet?: Quiet; count?: number; peer?: string } = {},
): FeedEntry {
  const { family = 'client', quiet = null, count = 1, peer = 'load' } = fields;
  const detail = { seq: at + 1, cause: 0, peer, family, quiet, count };
  return { at, node: 'm', source: 'event', level: 'notice', text, event: detail };
}

const log = (at: number, text: string): FeedEntry => ({
  at,
  node: 'm',
  source: 'log',
  level: 'notice',
  text,
});

const lines = (rows: FeedRows, filter = ALL): string[] =>
  rows.latest(filter, 100).map(({ text, count }) => `${text} ${count}`);

test('messages that are alike share a row for a while', () => {
  const rows = new FeedRows();
  rows.add([event(0, 'SET a 1', { count: 9 }), log(1, 'a line'), event(2, 'SET b 2')], false);
  assert.deepEqual(lines(rows), ['a line 1', 'SET b 2 10']);
  rows.add([event(2_000_001, 'SET c 3')], false);
  assert.deepEqual(lines(rows), ['SET c 3 1', 'a line 1', 'SET b 2 10']);
});

test('a handshake and a failover are never shared', () => {
  const rows = new FeedRows();
  rows.add([event(0, 'PING', { family: 'replication' })], false);
  rows.add([event(1, 'PSYNC ? -1', { family: 'replication' })], false);
  assert.deepEqual(lines(rows), ['PSYNC ? -1 1', 'PING 1']);
});

test('connections share a row only with the same outcome', () => {
  const rows = new FeedRows();
  const at = (time: number, text: string) => event(time, text, { family: 'connection' });
  rows.add(
    [at(0, 'Connection refused'), at(1_000_000, 'Connection refused'), at(2_000_000, 'made')],
    false,
  );
  assert.deepEqual(lines(rows), ['made 1', 'Connection refused 2']);
});

test('of a paused world every event has its row', () => {
  const rows = new FeedRows();
  rows.add([event(0, 'SET a 1')], false);
  rows.add([event(1, 'SET b 2'), event(2, 'SET c 3')], true);
  assert.deepEqual(lines(rows), ['SET c 3 1', 'SET b 2 1', 'SET a 1 1']);
});

test('small talk is counted, and shown when asked for', () => {
  const rows = new FeedRows();
  const ping = event(0, 'PING', { family: 'sentinel', quiet: 'PING', count: 3 });
  rows.add([ping, log(1, 'a line')], false);
  assert.equal(rows.quietCounts.get('PING'), 3);
  assert.deepEqual(lines(rows), ['a line 1']);
  assert.deepEqual(lines(rows, { ...ALL, shownQuiet: new Set(['PING']) }), ['a line 1', 'PING 3']);
  assert.deepEqual(lines(rows, { ...ALL, hidden: new Set(['log']) }), []);
});

test('old rows go', () => {
  const rows = new FeedRows();
  for (let i = 0; i < 3_000; i += 1) rows.add([log(i, `line ${i}`)], false);
  const all = rows.latest(ALL, 10_000);
  assert.equal(all.length, 2_000);
  assert.equal(all[0]!.text, 'line 2999');
});
