/**
 * A failover looked at afterwards, on the dashboard of a running `up`: back along its milestones to the
 * decision, back before the crash, and back to the present.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { launchChromium, recordProblems, skipWithoutChromium } from './support/browser.ts';
import { boxesOf } from './support/stage.ts';
import { startUp } from './support/upProcess.ts';
import { until } from './support/window.ts';

const skip = process.env['REQUIRE_PEERS'] === '1' ? false : skipWithoutChromium();
const WAIT_MS = 60_000;
let browser: Browser | undefined;

before(async () => {
  if (skip === false) browser = await launchChromium();
});
after(() => browser?.close());

/** The number of the event that the toolbar shows. */
async function shownEvent(page: Page): Promise<number> {
  const text = (await page.locator('#events').textContent())!;
  return Number(text.replace(/\D/g, ''));
}

/** Presses a button of the time bar until what it leads to says so; each press waits for its answer. */
async function pressUntil(page: Page, id: string, isThere: () => Promise<boolean>): Promise<void> {
  await until(async () => {
    const from = await shownEvent(page);
    await page.locator(id).click();
    await until(async () => (await shownEvent(page)) !== from, 'another event');
    await until(
      async () => (await selectedEvent(page)) === (await shownEvent(page)),
      'its details',
    );
    return isThere();
  }, `what ${id} leads to`);
}

/** The number of the event that the details tell of. */
async function selectedEvent(page: Page): Promise<number> {
  const text = (await page.locator('#details-title').textContent())!;
  return Number(text.split(' · ', 1)[0]!.replace(/\D/g, ''));
}

test('back to +odown, to what was selected, before the crash, and to the present', {
  skip,
}, async (t) => {
  const endpoints = await startUp(t);
  const context = await browser!.newContext({ viewport: { width: 1400, height: 900 } });
  t.after(() => context.close());
  const page = await context.newPage();
  const problems = await recordProblems(page);
  await page.goto(endpoints.dashboard.url);
  await page.locator('#node-m').click();
  await page.locator('#load').click();
  await page.locator('#load', { hasText: 'Stop load' }).waitFor();
  const atFirst = await boxesOf(page);
  const stays = async (what: string): Promise<void> => {
    const now = await boxesOf(page);
    const moved = Object.keys(atFirst).filter((id) => now[id] !== atFirst[id]);
    assert.deepEqual(moved, [], what);
  };
  await page.locator('#crash').click();
  await page
    .locator('#node-r1.is-master.is-running, #node-r2.is-master.is-running')
    .waitFor({ timeout: WAIT_MS });
  await page.locator('#load-facts', { hasText: 'without a master' }).waitFor({ timeout: WAIT_MS });
  await stays('after the failover');
  const isTold = (text: string) => async (): Promise<boolean> =>
    (await page.locator('#details-body').textContent())!.includes(text);

  await pressUntil(page, '#back-milestone', isTold('+selected-slave'));
  assert.match((await page.locator('#details-body').textContent())!, /selected/);
  await page.locator('#state', { hasText: 'Past' }).waitFor();
  await page.locator('.notice', { hasText: 'The present has been held for' }).waitFor();
  await stays('at the selection');
  await pressUntil(page, '#back-milestone', isTold('+odown'));
  await page.locator('.card', { hasText: 'm is ODOWN' }).first().waitFor();
  await stays('at +odown');
  // What the list shows is what the toolbar shows: nothing before it is dimmed, all after it is.
  const shown = await shownEvent(page);
  const rows = await page.locator('#trace-rows > :not(.is-unread)').evaluateAll((elements) =>
    elements.map((element) => ({
      seq: Number((element as { id: string }).id.replace('trace-row-', '')),
      isAfter: (element as { className: string }).className.includes('is-after'),
    })),
  );
  assert.ok(rows.some(({ isAfter }) => isAfter) && rows.some(({ isAfter }) => !isAfter));
  for (const { seq, isAfter } of rows) assert.equal(isAfter, seq > shown, String(seq));
  await pressUntil(page, '#back-milestone', isTold('crash m'));
  await page.locator('#node-m.is-crashed').waitFor();
  await page.locator('#back').click();
  await page.locator('#node-m.is-master.is-running').waitFor();
  await stays('before the crash');
  // Nothing can be changed there.
  assert.equal(await page.locator('.inspector-actions').getAttribute('inert'), '');
  await page.locator('#live').click();
  await page.locator('#state', { hasText: 'Live' }).waitFor();
  await page.locator('#node-m.is-crashed').waitFor();
  await stays('at present');

  await pressUntil(page, '#back-milestone', async () => true);
  await page.locator('#fork').click();
  await page.locator('.fork-endpoints dd').first().waitFor({ timeout: WAIT_MS });
  const addresses = await page.locator('.fork-endpoints dd').allTextContents();
  assert.equal(addresses.length, 8);
  const own = endpoints.nodes.map(({ host, port }) => `${host}:${port}`);
  assert.ok(!addresses.some((address) => own.includes(address)), addresses.join(' '));
  await stays('with the endpoints of a fork');
  assert.deepEqual(problems, { csp: [], panel: [] });
});
