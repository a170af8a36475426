/** What a user does on the panel's page with pointer and keyboard, over a sandbox in virtual time. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { EventDetails, FoundEvents } from '../../src/view/events.ts';
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
  for (let i = 0; i < 110; i += 1) {
    await page.keyboard.press('Tab');
    const { id, isSeen } = await focused(page);
    if (id !== '') seen.set(id, isSeen);
  }
  const wanted = [
    ...['run', 'step', 'step-raw', 'failover', 'load-rate', 'load'],
    ...['m', 'r1', 'r2', 's1', 's2', 's3'].map((name) => `node-${name}`),
    ...['arrange', 'crash', 'powerloss', 'freeze', 'restart', 'bgsave', 'resync', 'replicaof'],
    ...['replicaof-target', 'link-peer', 'cut', 'cut-oneway', 'heal', 'reset', 'ring-fold'],
    ...['back-milestone', 'back', 'step-milestone', 'live', 'scrubber', 'pause-on', 'fork'],
    ...['pause-on-clear', 'source-feed', 'source-trace', 'details-go', 'details-body'],
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
  await page.keyboard.press('End');
  assert.equal(
    await active.getAttribute('aria-posinset'),
    await active.getAttribute('aria-setsize'),
  );
  await page.keyboard.press('Home');
  assert.equal(await active.getAttribute('aria-posinset'), '1');
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

onStage('the pattern to pause on is shown, set and cleared', async (stage) => {
  const { page } = stage;
  const field = page.locator('#pause-on input');
  stage.do({ op: 'pauseOn', pattern: '+odown' });
  await until(async () => (await field.inputValue()) === '+odown', 'the pattern');
  await field.fill('m:execute GET k');
  await field.press('Enter');
  const pattern = (): string | null => stage.sandbox.snapshot().clock.pauseOn;
  await until(() => pattern() === 'm:execute GET k', 'another pattern');
  await page.locator('#pause-on-clear').click();
  await until(() => pattern() === null, 'none');
  await until(async () => (await field.inputValue()) === '', 'an empty field');
});

onStage('keys step, go back and return to the present', async (stage) => {
  const { page } = stage;
  await page.locator('#node-m').click();
  stage.do({ op: 'crash', node: 'm' });
  stage.pass(1);
  const { last } = stage.sandbox.snapshot().history;
  const shown = (): number | null => stage.sandbox.snapshot().history.shown;
  await stage.drawn();
  await page.keyboard.press('<');
  await until(() => shown() !== null, 'the past');
  const milestone = shown()!;
  await page.keyboard.press(',');
  await until(() => shown()! < milestone, 'the event before');
  await page.keyboard.press('.');
  await until(() => shown() === milestone, 'the milestone');
  await page.keyboard.press('l');
  await until(() => shown() === null, 'the present');
  assert.equal(stage.sandbox.snapshot().history.last, last);
  // Where text is typed, they are letters.
  await page.locator('#pause-on input').fill('');
  await page.locator('#pause-on input').pressSequentially('<,l');
  assert.equal(await page.locator('#pause-on input').inputValue(), '<,l');
  assert.equal(shown(), null);
});

onStage('a milestone says what it is and is gone to; a drag goes when it ends', async (stage) => {
  const { page } = stage;
  stage.do({ op: 'crash', node: 'm' });
  stage.pass(15);
  await stage.drawn();
  await until(async () => (await page.locator('.mark.is-failover').count()) > 0, 'milestones');
  const mark = page.locator('.mark.is-operation').last();
  await mark.hover();
  await page.locator('#scrubber-tip', { hasText: 'm crash m' }).waitFor();
  await mark.click();
  const shown = (): number | null => stage.sandbox.snapshot().history.shown;
  await until(() => shown() !== null, 'the past');
  const { happenings } = await detailsOf(stage, shown()!);
  assert.deepEqual(happenings, ['crash m']);
  const box = (await page.locator('#scrubber').boundingBox())!;
  const at = (part: number): [number, number] => [box.x + part * box.width, box.y + 21];
  await page.mouse.move(...at(0.5));
  await page.mouse.down();
  await page.mouse.move(...at(0.8));
  const before = shown();
  await page.locator('#scrubber-tip', { hasText: /^[\d:.]+$/ }).waitFor();
  assert.equal(shown(), before, 'it has not gone yet');
  await page.mouse.up();
  await until(() => shown() !== before, 'another event');
  const { firstAt, lastAt } = stage.sandbox.snapshot().history;
  const part = (stage.sandbox.snapshot().clock.now - firstAt) / (lastAt - firstAt);
  assert.ok(Math.abs(part - 0.8) < 0.05, String(part));
  await page.locator('#scrubber').focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await until(() => shown()! < before!, 'the first milestone');
});

onStage(
  'the list of all events: scrolled, filtered, gone to, and what comes later dimmed',
  async (stage) => {
    const { page } = stage;
    stage.do({ op: 'load', rate: 500, bytes: 10 });
    stage.pass(10);
    await page.locator('#source-trace').click();
    const numbers = (): Promise<number[]> =>
      page
        .locator('#trace-rows .row-number')
        .allTextContents()
        .then((texts) =>
          texts.filter((text) => text !== '').map((text) => Number(text.replaceAll(',', ''))),
        );
    const newest = found(stage, 0, 'VISIBLE');
    await until(async () => (await numbers()).includes(newest), 'the last events');
    stage.pass(1);
    const later = found(stage, 0, 'VISIBLE');
    assert.ok(later > newest);
    await until(async () => (await numbers()).includes(later), 'what has come');
    await page.locator('#trace-filter input').fill('on=fullresync');
    await page.locator('#trace-filter input').press('Enter');
    await page.locator('.trace-row', { hasText: 'FULLRESYNC' }).first().waitFor();
    await page.locator('#trace-filter input').fill('colour=red');
    await page.locator('#trace-filter input').press('Enter');
    await page.locator('.trace-refusal', { hasText: "'colour=red' is no filter" }).waitFor();
    await page.locator('#trace-filter input').fill('');
    await page.locator('#trace-filter input').press('Enter');
    await until(async () => (await numbers()).includes(found(stage, 0, '')), 'all events');
    await page.locator('#trace-scroll').focus();
    await page.keyboard.press('Home');
    await until(async () => (await numbers()).includes(1), 'the first events');
    await until(async () => {
      await page.keyboard.press('Home');
      return (await page.locator('#details-title').textContent())!.startsWith('1 ·');
    }, 'the first event, selected');
    await page.keyboard.press('ArrowDown');
    await page.locator('#details-title', { hasText: /^2 ·/ }).waitFor();
    // Nothing is recorded before the start of the first node.
    await page.keyboard.press('Enter');
    await until(() => stage.sandbox.snapshot().history.shown === 2, 'event 2');
    await page.locator('#trace-row-3.is-after').waitFor();
    assert.equal(
      await page.locator('#trace-row-2').getAttribute('class'),
      'trace-row is-operation is-shown is-active',
    );
  },
);

onStage('the details of an event: a chain to walk along', async (stage) => {
  const { page } = stage;
  stage.do({ op: 'goto', event: found(stage, 1, 'on=fullresync') });
  await page.locator('.details-bytes', { hasText: '+FULLRESYNC' }).waitFor();
  const cause = page.locator('.chain .is-cause').last().locator('button');
  const seq = await cause.getAttribute('data-seq');
  await cause.click();
  await page.locator('#details-title', { hasText: new RegExp(`^${seq} ·`) }).waitFor();
  await page.locator('.chain .is-effect').first().waitFor();
  await page.keyboard.press('Escape');
  await page.locator('#details-title', { hasText: 'Event' }).waitFor();
});

/** The number of the first event from `from` on that passes the filter; of the last one with 0. */
function found(stage: Stage, from: number, filter: string): number {
  let seq = 0;
  stage.service.perform({ op: 'events', from, count: 1, filter }, (outcome) => {
    assert.ok(outcome.ok);
    seq = (outcome.data as FoundEvents).events[0]!.seq;
  });
  return seq;
}

function detailsOf(stage: Stage, event: number): Promise<EventDetails> {
  return new Promise((resolve) => {
    stage.service.perform({ op: 'event', event }, (outcome) => {
      assert.ok(outcome.ok);
      resolve(outcome.data as EventDetails);
    });
  });
}
