/** From the start of a sandbox to a failover: palette, trees, load, offsets, time in one's hand, crash, promotion. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { requirePeer } from '../../support/required.ts';
import { info } from '../support/endpoints.ts';
import type { Story, Tell } from '../support/story.ts';
import { until } from '../support/window.ts';

const run = promisify(execFile);
/** From the click on Simulate Crash until tree and panel show the new master. */
const FAILOVER_MS_MAX = 5_000;

export function failoverStories(story: Tell): void {
  story('a sandbox starts from the palette, and the trees fill', starts);
  story('a click on a row selects the card, and the other way round', isSelected);
  story('under load the ring moves, and tree, panel and INFO agree on every offset', isLoaded);
  story('a paused world stands still, is stepped event by event, and goes on', isStepped);
  story(
    'the master crashes: clients follow to a new one within 5 s, the old one replicates it',
    fails,
  );
}

async function starts(story: Story): Promise<void> {
  const { window } = story;
  await window.openContainer();
  await window.tree('Nodes').getByText('Start a Sandbox').waitFor();
  await window.pictures('01-welcome');
  assert.equal(await window.offers('Simulate Crash'), false);
  await story.start();
  const { nodes, sentinels } = story.endpoints;
  for (const { name, role, port } of nodes) {
    await window.untilRow('Nodes', name, new RegExp(`${role} · .*offset \\d+.* :${port}`));
  }
  for (const { name, port } of sentinels) {
    await window.untilRow('Sentinels', name, new RegExp(`master m · epoch 0 · :${port}`));
  }
  const fold = window.row('Sentinels', 's1').locator('.monaco-tl-twistie');
  await fold.click();
  await window.untilRow('Sentinels', 'r1', /replica/);
  await window.untilText(window.statusBar(), /m · live · \d\d:\d\d:\d\d/);
  await until(() => window.offers('Simulate Crash'), 'Simulate Crash to be offered');
  assert.equal(await window.offers('Thaw'), false);
  await window.pictures('02-started');
  await fold.click();
}

async function isSelected(story: Story): Promise<void> {
  const { window } = story;
  await story.start();
  const panel = await window.panel();
  const name = panel.locator('#inspector-name');
  await window.row('Nodes', 'r2').click();
  await window.untilText(name, /^r2$/);
  await window.row('Sentinels', 's2').click();
  await window.untilText(name, /^s2$/);
  await panel.locator('[data-node="r1"]').click();
  const isMarked = async (): Promise<boolean> =>
    (await window.row('Nodes', 'r1').getAttribute('aria-selected')) === 'true';
  await until(isMarked, 'the row of r1 to be selected');
  await window.untilText(name, /^r1$/);
}

async function isLoaded(story: Story): Promise<void> {
  const { window } = story;
  await story.start();
  const panel = await window.panel();
  const ring = panel.locator('#backlog .ring');
  const head = panel.locator('.ring-head');
  const label = await ring.getAttribute('aria-label');
  const place = await head.getAttribute('transform');
  await window.command('Start Load…', { text: '500' });
  await until(
    async () =>
      (await ring.getAttribute('aria-label')) !== label &&
      (await head.getAttribute('transform')) !== place,
    'the ring to move',
  );
  await window.untilText(panel.locator('#load-facts'), /[1-9]\d* acknowledged · 0 lost/);
  await window.pictures('03-load');
  await window.command('Stop Load');
  // A PING in the stream may come between two looks.
  let seen: string[] = [];
  await until(
    async () => {
      seen = [];
      for (const { name } of story.endpoints.nodes) seen.push(...(await offsets(story, name)));
      return new Set(seen).size === 1;
    },
    () => `one offset everywhere, instead of ${seen}`,
  );
  assert.ok(Number(seen[0]) > 1_000, seen[0]);
}

/** A server's offset as tree, panel and INFO have it. */
async function offsets(story: Story, name: string): Promise<string[]> {
  const { window } = story;
  const panel = await window.panel();
  const card = panel.locator(`[data-node="${name}"] .card-offset`);
  const inPanel = ((await card.textContent()) ?? '').replaceAll(/\D/g, '');
  const inTree = /offset (\d+)/.exec(await window.rowText('Nodes', name))?.[1] ?? '';
  const replication = await info(story.portOf(name), 'replication');
  return [inTree, inPanel, replication.get('master_repl_offset') ?? ''];
}

async function isStepped(story: Story): Promise<void> {
  const { window } = story;
  await story.start();
  const panel = await window.panel();
  const events = panel.locator('#events');
  const eventsNow = async (): Promise<number> =>
    Number(((await events.textContent()) ?? '').replaceAll(/\D/g, ''));
  await window.command('Pause');
  await window.untilText(panel.locator('#state'), /^Paused$/);
  await window.untilText(window.statusBar(), /m · paused/);
  await panel.locator('#next li').first().waitFor();
  const steps = [
    () => window.command('Step'),
    () => panel.locator('#step').click(),
    () => window.command('Step Raw'),
  ];
  let last = 0;
  for (const [index, step] of steps.entries()) {
    const before = await eventsNow();
    await step();
    await until(async () => (await eventsNow()) > before, `step ${index + 1}`);
    last = (await eventsNow()) - before;
  }
  assert.equal(last, 1, 'a raw step is one event');
  await window.pictures('04-paused');
  const paused = await eventsNow();
  await window.command('Resume');
  await window.untilText(panel.locator('#state'), /^Live$/);
  await until(async () => (await eventsNow()) > paused, 'events');
}

async function fails(story: Story): Promise<void> {
  const { window, t } = story;
  await story.start();
  const { sentinels, masterName } = story.endpoints;
  const oldPort = story.portOf('m');
  const client = new Redis({
    sentinels: [...sentinels],
    name: masterName,
    sentinelRetryStrategy: () => 100,
  });
  client.on('error', () => {}); // Of the connection that the crash resets.
  try {
    await client.set('app', 'before');
    await window.menu('Nodes', 'm', 'Simulate Crash');
    const crashedAt = Date.now();
    await window.untilRow('Nodes', 'm', /crashed · was master/);
    const panel = await window.panel();
    await Promise.all([
      window
        .tree('Nodes')
        .getByText(/^master · offset/)
        .waitFor(),
      panel.locator('.card.server.is-master.is-running').waitFor(),
    ]);
    const tookMs = Date.now() - crashedAt;
    t.diagnostic(`new master shown after ${tookMs} ms`);
    assert.ok(tookMs < FAILOVER_MS_MAX, `new master shown after ${tookMs} ms`);
    await panel.locator('[data-notice^="failover "]').waitFor();
    await window.pictures('05-failover');
    assert.equal(await client.get('app'), 'before');
    await client.set('app', 'after');
  } finally {
    client.disconnect();
  }
  if (requirePeer(t, 'redis-cli')) await seenByCli(story, oldPort);
  await window.menu('Nodes', 'm', 'Restart');
  await window.untilRow('Nodes', 'm', /replica · up/);
  assert.equal((await info(oldPort, 'replication')).get('role'), 'slave');
  await window.pictures('06-old-master-back');
  await story.stop();
  await window.tree('Nodes').getByText('Start a Sandbox').waitFor();
  await window.pictures('06b-stopped');
}

/** redis-cli asks a Sentinel for the master, and that one for what ioredis has written. */
async function seenByCli({ endpoints }: Story, oldPort: number): Promise<void> {
  const cli = async (port: number | string, ...words: string[]): Promise<string[]> =>
    (await run('redis-cli', ['-p', String(port), ...words])).stdout.trim().split('\n');
  const words = ['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', endpoints.masterName];
  const [, port] = await cli(endpoints.sentinels[0]!.port, ...words);
  assert.notEqual(port, String(oldPort));
  assert.deepEqual(await cli(port!, 'GET', 'app'), ['after']);
}
