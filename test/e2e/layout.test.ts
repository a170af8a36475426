/**
 * The layout of the panel's page: whatever happens, no control moves; and what must be in sight is in
 * sight, in every size from that of a small window on.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { launchChromium, skipWithoutChromium } from './support/browser.ts';
import { type PageKind, Stage } from './support/stage.ts';

/** The page alone in a window, and beside an open guide, above an open terminal, in a small window. */
const PAGES: readonly PageKind[] = [
  { width: 1400, height: 900, theme: 'dark' },
  { width: 1400, height: 900, theme: 'light' },
  { width: 900, height: 700, theme: 'dark' },
  { width: 900, height: 700, theme: 'light' },
  { width: 525, height: 830, theme: 'dark' },
  { width: 1050, height: 560, theme: 'dark' },
  { width: 545, height: 590, theme: 'dark' },
  { width: 460, height: 480, theme: 'dark' },
];
const skip = process.env['REQUIRE_PEERS'] === '1' ? false : skipWithoutChromium();
let browser: Browser | undefined;

before(async () => {
  if (skip === false) browser = await launchChromium();
});
after(() => browser?.close());

/** What may happen to a sandbox, one after the other. */
const SCENES: readonly (readonly [name: string, happen: (stage: Stage) => void])[] = [
  [
    'load',
    (stage) => {
      stage.do({ op: 'load', rate: 500, bytes: 100 });
      stage.pass(5);
    },
  ],
  [
    'cut',
    (stage) => {
      stage.do({ op: 'cut', a: 'm', b: 'r1', oneway: false });
      stage.do({ op: 'cut', a: 's1', b: 's2', oneway: true });
      stage.do({ op: 'latency', a: 'm', b: 'r2', ms: 120, jitterMs: 30 });
      stage.pass(1);
    },
  ],
  [
    'crash',
    (stage) => {
      stage.do({ op: 'heal' });
      stage.do({ op: 'crash', node: 'm' });
      stage.pass(1.5);
    },
  ],
  ['failover', (stage) => stage.pass(20)],
  [
    'two-masters',
    (stage) => {
      stage.do({ op: 'restart', node: 'm' });
      stage.pass(3);
    },
  ],
  [
    'frozen',
    (stage) => {
      stage.do({ op: 'freeze', node: 'r2' });
      stage.pass(2);
    },
  ],
  ['paused', (stage) => stage.do({ op: 'pause' })],
  [
    'stopped-load',
    (stage) => {
      stage.do({ op: 'resume' });
      stage.do({ op: 'thaw', node: 'r2' });
      stage.do({ op: 'loadStop' });
      stage.pass(15);
    },
  ],
  ['pause-on', (stage) => stage.do({ op: 'pauseOn', pattern: 'r1:apply SET balance' })],
  ['past', (stage) => stage.do({ op: 'backMilestone' })],
  ['past-odown', (stage) => stage.do({ op: 'backOn', pattern: '+odown' })],
  ['past-step', (stage) => stage.do({ op: 'stepMilestone' })],
  ['live-again', (stage) => stage.do({ op: 'live' })],
];

for (const kind of PAGES) {
  test(`no control moves, ${kind.theme}, ${kind.width}×${kind.height}`, { skip }, async () => {
    await Stage.with(browser!, kind, async (stage) => {
      await stage.page.locator('#node-m').click();
      await stage.page.mouse.move(0, 0);
      await stage.drawn();
      const atFirst = await stage.boxes();
      assert.ok(Object.keys(atFirst).length > 40, Object.keys(atFirst).join(' '));
      await stage.picture('begin');
      for (const [scene, happen] of SCENES) {
        happen(stage);
        await stage.drawn();
        await stage.picture(scene);
        const now = await stage.boxes();
        const moved = Object.keys(atFirst).filter((id) => now[id] !== atFirst[id]);
        const told = moved.map((id) => `${id} from ${atFirst[id]} to ${now[id]}`);
        assert.deepEqual(told, [], scene);
        assert.equal(await stage.page.locator('#inspector-name').textContent(), 'm', scene);
      }
    });
  });
}

/** The lowest row of cards ends above the edge of its part, and a few events are below it. */
const IN_SIGHT = `(() => {
  const bottom = (selector) => document.querySelector(selector).getBoundingClientRect().bottom;
  const list = document.querySelector('#feed-scroll').getBoundingClientRect();
  return {
    sentinels: bottom('#node-s3') <= bottom('.topology-scroll'),
    events: list.height >= 69 && list.bottom <= innerHeight,
    page: document.documentElement.scrollHeight <= innerHeight,
  };
})()`;

test('topology, Sentinels and events are in sight together; only a tiny page has tabs', {
  skip,
}, async () => {
  for (const kind of PAGES) {
    await Stage.with(browser!, kind, async (stage) => {
      const isTiny = kind.width < 480;
      assert.equal(await stage.page.locator('#tab-events').isVisible(), isTiny, stage.name);
      if (isTiny) return;
      const seen = await stage.page.evaluate(IN_SIGHT);
      assert.deepEqual(seen, { sentinels: true, events: true, page: true }, stage.name);
    });
  }
});

test('on a tiny page a tab shows one part', { skip }, async () => {
  await Stage.with(browser!, { width: 460, height: 480, theme: 'dark' }, async ({ page }) => {
    const visible = async (): Promise<boolean[]> =>
      Promise.all(['#topology', '#feed', '#backlog'].map((part) => page.locator(part).isVisible()));
    assert.deepEqual(await visible(), [true, false, false]);
    await page.locator('#tab-events').click();
    await page.locator('#feed').waitFor();
    assert.deepEqual(await visible(), [false, true, false]);
    await page.locator('#tab-backlog').click();
    await page.locator('#backlog').waitFor();
    assert.deepEqual(await visible(), [false, false, true]);
  });
});
