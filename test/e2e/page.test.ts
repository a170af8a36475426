/** What a user does on the panel's page with pointer and keyboard, over a sandbox in virtual time. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { launchChromium, skipWithoutChromium } from './support/browser.ts';
import { Stage } from './support/stage.ts';
import { until } from './support/window.ts';

const WIDE = { width: 1400, height: 900, theme: 'dark' } as const;
/** Id of the element that has the focus, and whether its outline shows it. */
const FOCUSED = `(() => {
  const element = document.activeElement;
  const inner = element.shadowRoot?.activeElement ?? element;
  const outlined = [element, inner].some((one) => {
    const style = getComputedStyle(one);
    return one.matches(':focus-visible') && style.outlineStyle !== 'none';
  });
  const bordered = element.localName.startsWith('vscode-');
  return { id: element.id, isSeen: outlined || bordered };
})()`;
interface Focused {
  readonly id: string;
  readonly isSeen: boolean;
}

const skip = process.env['REQUIRE_PEERS'] === '1' ? false : skipWithoutChromium();
let browser: Browser | undefined;

before(async () => {
  if (skip === false) browser = await launchChromium();
});
after(() => browser?.close());

function onStage(title: string, play: (stage: Stage) => Promise<void>): void {
  test(title, { skip }, () => Stage.with(browser!, WIDE, play));
}

const focused = (page: Page): Promise<Focused> => page.evaluate(FOCUSED);

onStage('a crash leaves the selection and the focus where they are', async (stage) => {
  const { page } = stage;
  await page.locator('#node-m').click();
  await page.locator('#crash').click();
  await page.locator('#node-m.is-crashed').waitFor();
  stage.pass(20);
  await page.locator('.card.is-master.is-running').waitFor();
  await stage.drawn();
  assert.equal(await page.locator('#inspector-name').textContent(), 'm');
  assert.equal((await focused(page)).id, 'crash');
  assert.equal(await page.locator('#crash').getAttribute('aria-disabled'), 'true');
  // A press on it now does nothing.
  await page.keyboard.press('Enter');
  assert.equal(await page.locator('#said').textContent(), 'crash m: done');
});

onStage('every control is reached by Tab, and the focus is seen', async ({ page }) => {
  const seen = new Map<string, boolean>();
  for (let i = 0; i < 80; i += 1) {
    await page.keyboard.press('Tab');
    const { id, isSeen } = await focused(page);
    if (id !== '') seen.set(id, isSeen);
  }
  const wanted = [
    ...['run', 'step', 'step-raw', 'failover', 'load-rate', 'load'],
    ...['m', 'r1', 'r2', 's1', 's2', 's3'].map((name) => `node-${name}`),
    ...['arrange', 'crash', 'powerloss', 'freeze', 'restart', 'bgsave', 'resync', 'replicaof'],
    ...['replicaof-target', 'link-peer', 'cut', 'cut-oneway', 'heal', 'reset', 'ring-fold'],
    ...['topic-log', 'quiet-PING', 'feed-newest', 'feed-scroll'],
  ];
  const missing = wanted.filter((id) => seen.get(id) !== true);
  assert.deepEqual(missing, []);
});

onStage('fields have names', async ({ page }) => {
  await page.getByRole('textbox', { name: 'Writes a second' }).waitFor();
  await page.getByRole('combobox', { name: 'Other end of the link' }).waitFor();
  await page.getByRole('combobox', { name: 'Master to replicate from' }).waitFor();
});

onStage(
  'an idle sandbox keeps its events; rows that are read stay where they are',
  async (stage) => {
    const { page } = stage;
    const height = (): Promise<number> =>
      page.locator('#feed-rows').evaluate((list) => list.clientHeight);
    await stage.drawn();
    const before = await height();
    assert.ok(before > 40 * 23, String(before));
    for (let i = 0; i < 10; i += 1) {
      stage.pass(8);
      await stage.drawn();
    }
    assert.ok((await height()) >= before);
    const scroll = page.locator('#feed-scroll');
    await scroll.evaluate((list) => {
      list.scrollTop = 15 * 23;
    });
    const row = page.locator('#feed-rows > :nth-child(12)');
    const id = await row.getAttribute('id');
    const place = await page.locator(`#${id}`).boundingBox();
    stage.do({ op: 'crash', node: 'm' });
    stage.pass(20);
    await until(async () => (await height()) > before + 23, 'more rows');
    assert.deepEqual(await page.locator(`#${id}`).boundingBox(), place);
    await page.locator('#feed-newest').click();
    assert.equal(await scroll.evaluate((list) => list.scrollTop), 0);
  },
);

onStage('arrow keys move through the events, the active one is shown in full', async (stage) => {
  const { page } = stage;
  await stage.drawn();
  await page.locator('#feed-scroll').focus();
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowUp']) await page.keyboard.press(key);
  const active = page.locator('.feed-row.is-active');
  assert.equal(await active.getAttribute('aria-posinset'), '1');
  assert.equal(await active.getAttribute('aria-selected'), 'true');
  await page.keyboard.press('Escape');
  assert.equal(await active.count(), 0);
});

onStage('a fold of the ring is remembered', async ({ page }) => {
  await page.locator('#ring-content').waitFor();
  await page.locator('#ring-fold').click();
  await page.locator('#ring-content').waitFor({ state: 'hidden' });
  await page.reload();
  await page.locator('#node-m .card-offset').waitFor();
  assert.equal(await page.locator('#ring-content').isVisible(), false);
});

onStage('a latency is drawn and healed', async (stage) => {
  const { page } = stage;
  stage.do({ op: 'latency', a: 's1', b: 's2', ms: 120, jitterMs: 0 });
  await page.locator('.wire-label', { hasText: '120 ms' }).waitFor();
  await page.locator('.chip', { hasText: 's1 ⇄ s2 120 ms' }).locator('vscode-button').click();
  await until(async () => (await page.locator('.chip').count()) === 0, 'no link in trouble');
  const slow = stage.sandbox.snapshot().links.filter((link) => link.latencyMs > 100);
  assert.deepEqual(slow, []);
});

onStage('Stop load answers in place, and says what was read back', async (stage) => {
  const { page } = stage;
  await page.locator('#load').click();
  await until(() => {
    stage.pass(0.1);
    return stage.sandbox.reading.load?.isRunning === true;
  }, 'the load');
  stage.pass(5);
  await stage.drawn();
  await page.locator('#load').click();
  await until(() => {
    stage.pass(0.1);
    return stage.sandbox.reading.load?.isRunning === false;
  }, 'its end');
  await page
    .locator('#load-facts', { hasText: /0 lost · stopped, [\d,]+ keys read back$/ })
    .waitFor();
  await page.locator('#said', { hasText: /^load stop: sent \d+, acknowledged \d+/ }).waitFor();
});

onStage('cards move when the user arranges them, and not before', async (stage) => {
  const { page } = stage;
  const top = async (name: string): Promise<number> =>
    (await page.locator(`#node-${name}`).boundingBox())!.y;
  stage.do({ op: 'crash', node: 'm' });
  stage.pass(20);
  stage.do({ op: 'restart', node: 'm' });
  stage.pass(30);
  await stage.drawn();
  assert.ok((await top('m')) < (await top('r1')));
  await page.locator('#arrange').click();
  const master = stage.sandbox.snapshot().nodes.find((node) => node.role === 'master')!.name;
  await until(async () => (await top(master)) < (await top('m')), 'the master to stand above');
});
