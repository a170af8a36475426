/** What passes between the page and its host: messages, pace, and the page itself. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FeedEntry } from '../../../src/view/messages.ts';
import { parseFromPage, type ToPage } from '../../../src/view/panel.ts';
import { PanelChannel } from '../../../src/view/panelChannel.ts';
import { panelPage, panelPolicy } from '../../../src/view/panelPage.ts';
import { addToRecent } from '../../../src/view/recentFeed.ts';
import { snapshot } from '../webview/snapshots.ts';

const entry = (text: string): FeedEntry => ({
  at: 0,
  node: 'm',
  source: 'log',
  level: 'notice',
  text,
});

test('a page says ready or start, asks, or tells what is selected; anything else is nothing', () => {
  for (const kind of ['ready', 'start']) {
    assert.deepEqual(parseFromPage({ kind, more: 1 }), { kind });
  }
  const selected = { kind: 'selected', node: 'r1' } as const;
  assert.deepEqual(parseFromPage({ ...selected, more: 1 }), selected);
  for (const node of [undefined, 7, 'r'.repeat(65)]) {
    assert.equal(parseFromPage({ kind: 'selected', node }), undefined);
  }
  const request = { kind: 'request', id: 1, operation: { op: 'crash', node: 'm' } };
  assert.deepEqual(parseFromPage(request), request);
  for (const wrong of [null, 'ready', { id: 1 }, { ...request, id: 'x' }, []]) {
    assert.equal(parseFromPage(wrong), undefined);
  }
  assert.deepEqual(parseFromPage({ ...request, operation: { op: 'crash', node: '' } }), {
    kind: 'refused',
    id: 1,
    error: "ERR a node has a name of 1 to 64 characters, not ''",
  });
});

class Page {
  readonly heard: ToPage[] = [];
  bytes = 0;
  readonly channel = new PanelChannel(0, (json) => {
    this.bytes += json.length;
    this.heard.push(JSON.parse(json) as ToPage);
  });
}

test('of snapshots only the latest goes out, after the feed before it', () => {
  const page = new Page();
  page.channel.take({ kind: 'snapshot', snapshot: snapshot({ revision: 1 }) });
  page.channel.take({ kind: 'feed', entries: [entry('one')] });
  page.channel.take({ kind: 'feed', entries: [entry('two')] });
  page.channel.take({ kind: 'snapshot', snapshot: snapshot({ revision: 2 }) });
  page.channel.pump(1);
  const [feed, latest, ...rest] = page.heard;
  assert.deepEqual(feed, { kind: 'feed', entries: [entry('one'), entry('two')] });
  assert.equal(latest?.kind === 'snapshot' && latest.snapshot.revision, 2);
  assert.deepEqual(rest, []);
  page.channel.pump(1_000);
  assert.equal(page.heard.length, 2);
});

test('answers do not wait, and nothing of a sandbox follows its end', () => {
  const page = new Page();
  page.channel.take({ kind: 'answer', id: 3, outcome: { ok: true, text: 'OK' } });
  assert.equal(page.heard.length, 1);
  page.channel.take({ kind: 'snapshot', snapshot: snapshot() });
  page.channel.take({ kind: 'gone', reason: 'stopped' });
  page.channel.pump(1_000);
  assert.deepEqual(page.heard.slice(1), [{ kind: 'gone', reason: 'stopped' }]);
});

test('however much there is to say, a page gets less than 200 KB a second', () => {
  const page = new Page();
  const nodes = Array.from({ length: 60 }, () => snapshot().nodes[0]!);
  const line = 'x'.repeat(150);
  const seconds = 10;
  for (let ms = 50; ms <= seconds * 1_000; ms += 50) {
    page.channel.take({ kind: 'snapshot', snapshot: snapshot({ revision: ms, nodes }) });
    page.channel.take({ kind: 'feed', entries: Array.from({ length: 100 }, () => entry(line)) });
    page.channel.pump(ms);
  }
  assert.ok(page.bytes / seconds < 200_000, `${page.bytes / seconds} bytes a second`);
  assert.ok(page.bytes / seconds > 100_000, `${page.bytes / seconds} bytes a second`);
  page.channel.pump(60_000);
  const last = page.heard.at(-1)!;
  assert.equal(last.kind === 'snapshot' && last.snapshot.revision, seconds * 1_000);
});

test('of what is too much for a page the small talk goes first', () => {
  const page = new Page();
  const detail = { seq: 1, cause: 0, peer: 'm', family: 'sentinel', count: 1 } as const;
  const quiet: FeedEntry = { ...entry('PING'), event: { ...detail, quiet: 'PING' } };
  page.channel.take({ kind: 'feed', entries: [entry('hello'), entry('again')] });
  page.channel.take({ kind: 'feed', entries: Array.from({ length: 1_000 }, () => quiet) });
  page.channel.pump(1);
  const [feed] = page.heard;
  const texts = feed?.kind === 'feed' ? feed.entries.map(({ text }) => text) : [];
  assert.deepEqual(texts.slice(0, 3), ['hello', 'again', 'PING']);
  assert.ok(texts.length < 1_000);
});

test('the last words of a sandbox come before the word of its end', () => {
  const page = new Page();
  page.channel.take({ kind: 'feed', entries: [entry('last')] });
  page.channel.take({ kind: 'gone', reason: 'stopped' });
  page.channel.pump(1_000);
  assert.deepEqual(
    page.heard.map(({ kind }) => kind),
    ['feed', 'gone'],
  );
});

test('who comes late is not told the small talk', () => {
  const detail = { seq: 1, cause: 0, peer: 'm', family: 'sentinel', count: 1 } as const;
  const quiet = { ...entry('PING'), event: { ...detail, quiet: 'PING' } } as const;
  const said = { ...entry('SENTINEL'), event: { ...detail, quiet: null } } as const;
  assert.deepEqual(addToRecent([entry('old')], [quiet, said]), [entry('old'), said]);
  const many = Array.from({ length: 1_000 }, (_, index) => entry(String(index)));
  assert.equal(addToRecent([], many).at(-1)!.text, '999');
  assert.ok(addToRecent([], many).length < 1_000);
});

test('everything on the page carries its nonce, and nothing else may run', () => {
  const policy = panelPolicy('N0nce', 'ws://127.0.0.1:1');
  const page = panelPage({ nonce: 'N0nce', script: 'a.js?x="&', styles: ['b.css'], policy });
  assert.match(policy, /^default-src 'none'; style-src 'nonce-N0nce'; script-src 'nonce-N0nce'/);
  assert.match(page, /<meta property="csp-nonce" content="N0nce">/);
  assert.match(page, /<script nonce="N0nce" src="a\.js\?x=&quot;&amp;"><\/script>/);
  for (const tag of page.match(/<(script|link|style)\b[^>]*>/g) ?? []) assert.match(tag, /nonce="/);
  assert.doesNotMatch(page, /\son\w+=|style="/);
  assert.doesNotMatch(panelPolicy('N'), /connect-src/);
});
