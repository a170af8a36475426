/** The feed's rows: shared while the world runs, one an event while it is paused. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EventFamily, FeedEntry, Quiet } from '../../../src/view/messages.ts';
import { type FeedRow, FeedRows, type Filter, ROWS_MAX } from '../../../webview/model/feedRows.ts';
import { toneOf } from '../../../webview/model/feedTone.ts';

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

/** The rows that pass the filter, newest first. */
function shown(rows: FeedRows, filter = ALL): FeedRow[] {
  const source = rows.shown(filter);
  return Array.from({ length: source.count }, (_, index) => source.at(index));
}

const lines = (rows: FeedRows, filter = ALL): string[] =>
  shown(rows, filter).map(({ text, count }) => `${text} ${count}`);

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
  for (let i = 0; i < 3 * ROWS_MAX; i += 1) rows.add([log(i, `line ${i}`)], false);
  const all = shown(rows);
  assert.ok(all.length >= ROWS_MAX && all.length < 2 * ROWS_MAX, String(all.length));
  assert.equal(all[0]!.text, `line ${3 * ROWS_MAX - 1}`);
});

test('an idle sandbox keeps what it shows: small talk pushes nothing out', () => {
  const rows = new FeedRows();
  for (let i = 0; i < 150; i += 1) rows.add([log(i, `line ${i}`)], false);
  const before = lines(rows);
  // Five hours of what an idle sandbox says to itself, read and unread.
  for (let i = 0; i < 60_000; i += 1) {
    const at = 1_000 + i * 300_000;
    rows.add([event(at, 'PING', { quiet: 'PING', family: 'sentinel', peer: `s${i % 7}` })], false);
    if (i % 1_000 === 0) assert.deepEqual(lines(rows), before);
  }
  assert.deepEqual(lines(rows), before);
});

test('a busy topic pushes out no other one', () => {
  const rows = new FeedRows();
  rows.add([log(0, 'the first line')], false);
  for (let i = 0; i < 3 * ROWS_MAX; i += 1) rows.add([event(i, `SET ${i}`)], true);
  assert.equal(lines(rows).at(-1), 'the first line 1');
  assert.deepEqual(lines(rows, { ...ALL, hidden: new Set(['client']) }), ['the first line 1']);
});

test('rows that arrive while a filter is shown keep their order', () => {
  const rows = new FeedRows();
  rows.add([log(0, 'a'), event(1, 'PING', { quiet: 'PING' })], true);
  assert.deepEqual(lines(rows), ['a 1']);
  rows.add([event(2, 'SET b 2'), log(3, 'c')], true);
  assert.deepEqual(lines(rows), ['c 1', 'SET b 2 1', 'a 1']);
  const withPings = { ...ALL, shownQuiet: new Set<Quiet>(['PING']) };
  assert.deepEqual(lines(rows, withPings), ['c 1', 'SET b 2 1', 'PING 1', 'a 1']);
});

test('a loss stands out, a start does not', () => {
  const warning = (source: FeedEntry['source'], text: string): FeedEntry => ({
    ...log(0, text),
    source,
    level: 'warning',
  });
  const gone =
    'old master m at offset 900, promoted r1 at 870: 30 bytes, 12 acknowledged writes gone';
  assert.equal(toneOf({ ...log(0, gone), source: 'sandbox' }), 'bad');
  assert.equal(toneOf({ ...log(0, gone.replace('12', '0')), source: 'sandbox' }), 'plain');
  assert.equal(toneOf(warning('log', 'oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo')), 'plain');
  assert.equal(toneOf(warning('log', 'Server initialized')), 'plain');
  assert.equal(toneOf(warning('log', '+monitor master mymaster 127.0.0.1 6400 quorum 2')), 'plain');
  assert.equal(toneOf(warning('log', '+sdown master mymaster 127.0.0.1 6400')), 'warn');
  assert.equal(toneOf(warning('log', 'Connection with master lost.')), 'warn');
});
