/** The list of events: a history of any length, of which only what is in sight is read. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EventRow, FoundEvents } from '../../../src/view/events.ts';
import { BLOCK_EVENTS, EventPages } from '../../../webview/model/eventPages.ts';

/** EVENTS of a history with `last` events, of which those pass that `passes` says. */
class History {
  last: number;
  requests = 0;
  private readonly passes: (seq: number) => boolean;

  constructor(last: number, passes: (seq: number) => boolean = () => true) {
    this.last = last;
    this.passes = passes;
  }

  find(from: number, count: number): FoundEvents {
    this.requests += 1;
    const events: EventRow[] = [];
    let seq = from;
    for (; seq <= this.last && events.length < count && seq < from + 50_000; seq += 1) {
      if (this.passes(seq)) events.push(row(seq));
    }
    return { events, first: 1, last: this.last, limit: null, next: seq <= this.last ? seq : null };
  }
}

function row(seq: number): EventRow {
  return { seq, at: seq, node: 'm', peer: '', kind: 'tick', text: '', cause: 0, isVisible: true };
}

/** Reads until the rows in sight are there: at an event, or at the end. */
function read(pages: EventPages, history: History, seq: number | 'end', rows = 20): number[] {
  for (let tries = 0; tries < 1_000; tries += 1) {
    pages.span(1, history.last);
    const end = pages.count;
    const top = seq === 'end' ? Math.max(0, end - rows) : Math.min(pages.indexOf(seq), end);
    const bottom = Math.min(end, top + rows);
    const wanted = pages.missing(top, bottom, seq === 'end');
    if (wanted === undefined) {
      return Array.from({ length: bottom - top }, (_, index) => pages.at(top + index)!.seq);
    }
    pages.take(wanted.from, history.find(wanted.from, wanted.count));
  }
  throw new Error('the rows in sight are never read');
}

const between = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

test('a million events: every place is read with one or two requests', () => {
  const history = new History(1_000_000);
  const pages = new EventPages();
  assert.deepEqual(read(pages, history, 'end'), between(999_981, 1_000_000));
  assert.equal(pages.count, 1_000_000);
  for (const seq of [1, 500_000, 777_777, 999_000]) {
    assert.deepEqual(read(pages, history, seq), between(seq, seq + 19));
  }
  assert.ok(history.requests <= 12, String(history.requests));
});

test('what is read far away and long ago is dropped, and read again', () => {
  const history = new History(1_000_000);
  const pages = new EventPages();
  read(pages, history, 1);
  for (let seq = 1_000; seq < 900_000; seq += 2_000) read(pages, history, seq);
  assert.equal(pages.at(0), undefined);
  assert.equal(pages.count, 1_000_000);
  assert.deepEqual(read(pages, history, 1), between(1, 20));
});

test('a filter: indexes and numbers agree, whether read or not', () => {
  const history = new History(20_000, (seq) => seq % 7 === 0);
  const pages = new EventPages();
  assert.deepEqual(read(pages, history, 7_000, 3), [7_000, 7_007, 7_014]);
  for (let index = 0; index < pages.count; index += 1) {
    assert.equal(pages.indexOf(pages.seqAt(index)), index, String(index));
  }
  assert.deepEqual(read(pages, history, 'end', 2), [19_992, 19_999]);
});

test('few of many: a search goes through the history in large steps', () => {
  const history = new History(1_000_000, (seq) => seq % 100_000 === 5);
  const pages = new EventPages();
  assert.deepEqual(
    read(pages, history, 'end'),
    Array.from({ length: 10 }, (_, index) => index * 100_000 + 5),
  );
  assert.equal(pages.count, 10);
  assert.ok(history.requests < 60, String(history.requests));
});

test('nothing passes', () => {
  const pages = new EventPages();
  const history = new History(3_000, () => false);
  assert.deepEqual(read(pages, history, 'end'), []);
  assert.equal(pages.count, 0);
  assert.equal(pages.missing(0, 0), undefined);
});

test('the end is followed with what is new alone', () => {
  const history = new History(1_050);
  const pages = new EventPages();
  read(pages, history, 'end');
  history.last = 1_070;
  pages.span(1, history.last);
  assert.deepEqual(pages.missing(pages.count - 20, pages.count, true)?.from, 1_051);
  assert.deepEqual(read(pages, history, 'end'), between(1_051, 1_070));
});

test('an empty history has no rows, and a forgotten one does not begin with 1', () => {
  const pages = new EventPages();
  assert.deepEqual([pages.count, pages.missing(0, 10)], [0, undefined]);
  const history = new History(10 * BLOCK_EVENTS);
  read(pages, history, 1);
  pages.span(4 * BLOCK_EVENTS + 1, history.last);
  assert.equal(pages.count, 6 * BLOCK_EVENTS);
  assert.equal(pages.indexOf(1), 0);
});

test('a change of the filter forgets what was read', () => {
  const history = new History(500);
  const pages = new EventPages();
  read(pages, history, 1);
  pages.clear();
  assert.equal(pages.at(0), undefined);
  assert.deepEqual(read(pages, new History(500, (seq) => seq > 490), 'end'), between(491, 500));
});
