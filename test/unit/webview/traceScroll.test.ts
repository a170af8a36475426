/** The list of events keeps its place, however many rows become known or are added. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EventRow, FoundEvents } from '../../../src/view/events.ts';
import { EventPages } from '../../../webview/model/eventPages.ts';
import { ROW_PIXELS, TraceScroll } from '../../../webview/model/traceScroll.ts';

const VIEW = 10 * ROW_PIXELS;

function row(seq: number): EventRow {
  return { seq, at: seq, node: 'm', peer: '', kind: 'tick', text: '', cause: 0, isVisible: true };
}

/** The events `from` to `to` that are multiples of `every`. */
function found(from: number, to: number, last: number, every = 1): FoundEvents {
  const events: EventRow[] = [];
  for (let seq = from; seq <= to; seq += 1) if (seq % every === 0) events.push(row(seq));
  return { events, first: 1, last, limit: null, next: to < last ? to + 1 : null };
}

function scrollOf(last: number): { pages: EventPages; scroll: TraceScroll } {
  const pages = new EventPages();
  pages.span(1, last);
  const scroll = new TraceScroll(pages);
  scroll.resize(VIEW);
  return { pages, scroll };
}

test('it follows the end until the user scrolls away, and again at the end', () => {
  const { pages, scroll } = scrollOf(1_000);
  assert.equal(scroll.top, 990);
  pages.span(1, 1_500);
  assert.equal(scroll.top, 1_490);
  scroll.scrolled(200 * ROW_PIXELS);
  assert.deepEqual([scroll.top, scroll.isFollowing], [200, false]);
  pages.span(1, 2_000);
  assert.equal(scroll.top, 200);
  assert.equal(scroll.scrollTop, 200 * ROW_PIXELS);
  scroll.scrolled(scroll.height);
  assert.deepEqual([scroll.top, scroll.isFollowing], [1_990, true]);
});

test('rows above that turn out to be fewer leave what is in sight where it is', () => {
  const { pages, scroll } = scrollOf(2_000);
  pages.take(1_001, found(1_001, 2_000, 2_000, 10));
  scroll.place(pages.indexOf(1_500) + 0.5);
  const before = scroll.top - pages.indexOf(1_500);
  pages.take(1, found(1, 1_000, 2_000, 100));
  assert.equal(scroll.top - pages.indexOf(1_500), before);
  assert.equal(pages.at(Math.floor(scroll.top))?.seq, 1_500);
});

test('the scroll bar reaches every row of a list that is higher than an element can be', () => {
  const { scroll } = scrollOf(3_000_000);
  assert.equal(scroll.height, 10_000_000);
  scroll.scrolled(0);
  assert.equal(scroll.top, 0);
  scroll.scrolled((scroll.height - VIEW) / 2);
  assert.ok(Math.abs(scroll.top - 1_499_995) < 1, String(scroll.top));
  scroll.scrolled(scroll.height - VIEW);
  assert.equal(scroll.top, 2_999_990);
});

test('an event is brought into the middle, or left where it is in sight', () => {
  const { scroll } = scrollOf(1_000);
  scroll.reveal(500);
  assert.equal(scroll.top, 494);
  scroll.reveal(502);
  assert.equal(scroll.top, 494);
  scroll.reveal(1);
  assert.equal(scroll.top, 0);
});

test('a short list does not scroll', () => {
  const { scroll } = scrollOf(3);
  assert.deepEqual([scroll.top, scroll.scrollTop], [0, 0]);
  scroll.reveal(2);
  assert.equal(scroll.top, 0);
});
