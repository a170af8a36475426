/** What one does to replication by hand: BGSAVE, REPLICAOF, cut links, a backlog too small. */

import assert from 'node:assert/strict';
import { ask, info } from '../support/endpoints.ts';
import type { Story, Tell } from '../support/story.ts';
import { until, type Window } from '../support/window.ts';

const BACKLOG_MIN = 16_384;
const BACKLOG_DEFAULT = 1_048_576;

export function replicationStories(story: Tell): void {
  story('BGSAVE saves what was written', saves);
  story('REPLICAOF makes a chain, and takes it back', chains);
  story('REPLICAOF NO ONE makes a master of a replica', isPromoted);
  story('a link that was cut and healed brings a partial resynchronization', isHealed);
  story('a backlog too small brings a full resynchronization, with the reason', overruns);
}

async function saves(story: Story): Promise<void> {
  const { window } = story;
  await story.start();
  const port = story.portOf('m');
  const unsaved = async (): Promise<number> =>
    Number((await info(port, 'persistence')).get('rdb_changes_since_last_save'));
  await ask(port, 'SET', 'to-be', 'saved');
  assert.ok((await unsaved()) > 0);
  await window.menu('Nodes', 'm', 'Trigger BGSAVE');
  await untilFed(window, /Background saving started by pid \d+/);
  await until(async () => (await unsaved()) === 0, 'nothing unsaved');
  await untilFed(window, /Background saving terminated with success/);
  await window.pictures('07-bgsave');
}

async function chains(story: Story): Promise<void> {
  const { window } = story;
  await story.start();
  const followersOf = async (name: string): Promise<string | undefined> =>
    (await info(story.portOf(name), 'replication')).get('connected_slaves');
  await window.command('Run REPLICAOF…', 'r2', 'r1');
  await until(() => isAtLevel(window, 'r2', 3), 'r2 under r1 in the tree');
  await window.untilRow('Nodes', 'r2', /replica · up/);
  await until(async () => (await followersOf('r1')) === '1', 'r1 to have a replica');
  await window.pictures('08-chain');
  await window.command('Run REPLICAOF…', 'r2', 'm');
  await until(() => isAtLevel(window, 'r2', 2), 'r2 under m in the tree');
  await window.untilRow('Nodes', 'r2', /replica · up/);
  assert.equal(await followersOf('m'), '2');
}

async function isPromoted(story: Story): Promise<void> {
  const { window } = story;
  await story.start();
  await window.command('Run REPLICAOF…', 'r2', 'NO ONE');
  await window.untilRow('Nodes', 'r2', /master · offset/);
  assert.equal((await info(story.portOf('r2'), 'replication')).get('role'), 'master');
  await window.pictures('09-no-one');
  // The Sentinels would do this, too, some seconds later.
  await window.command('Run REPLICAOF…', 'r2', 'm');
  await window.untilRow('Nodes', 'r2', /replica · up/);
}

async function isHealed(story: Story): Promise<void> {
  const { window } = story;
  await story.start();
  const stat = (name: string): Promise<number> => statOf(story, name);
  const before = { partial: await stat('sync_partial_ok'), full: await stat('sync_full') };
  await window.command('Start Load…', { text: '200' });
  await window.command('Cut Link…', 'm', 'r1', 'Both');
  await resetLink(window, 'r1', 'm');
  await window.untilRow('Nodes', 'r1', /replica · down/);
  await window.pictures('10-cut');
  await window.command('Heal');
  await window.untilRow('Nodes', 'r1', /replica · up/);
  const from = `127.0.0.1:${story.portOf('r1')}`;
  await untilFed(
    window,
    new RegExp(`Partial resynchronization request from ${from} accepted. Sending \\d+ bytes`),
  );
  await window.pictures('11-partial');
  await window.command('Stop Load');
  assert.ok((await stat('sync_partial_ok')) > before.partial);
  assert.equal(await stat('sync_full'), before.full);
}

async function overruns(story: Story): Promise<void> {
  const { window } = story;
  await story.start();
  const full = await statOf(story, 'sync_full');
  await window.command('Set Backlog Size…', 'm', { text: String(BACKLOG_MIN) });
  await window.command('Cut Link…', 'm', 'r1', 'Both');
  await resetLink(window, 'r1', 'm');
  await window.untilRow('Nodes', 'r1', /replica · down/);
  await window.command('Start Load…', { text: '500' });
  const panel = await window.panel();
  await panel.locator('[data-node="m"]').click();
  await panel.locator('#ring-legend .is-lost', { hasText: 'r1' }).waitFor();
  await window.pictures('12-off-the-ring');
  await window.command('Heal');
  await untilFed(window, /Unable to partial resync with replica .* for lack of backlog/);
  await window.untilRow('Nodes', 'r1', /replica · up/);
  await window.pictures('13-full');
  assert.ok((await statOf(story, 'sync_full')) > full);
  await window.command('Stop Load');
  await window.command('Set Backlog Size…', 'm', { text: String(BACKLOG_DEFAULT) });
}

async function statOf(story: Story, name: string): Promise<number> {
  return Number((await info(story.portOf('m'), 'stats')).get(name));
}

async function isAtLevel(window: Window, name: string, level: number): Promise<boolean> {
  const shown = await window.row('Nodes', name).getAttribute('aria-level', { timeout: 1_000 });
  return shown === String(level);
}

/** Both ends of a link see their connections reset. */
async function resetLink(window: Window, node: string, peer: string): Promise<void> {
  const panel = await window.panel();
  await panel.locator(`[data-node="${node}"]`).click();
  await window.untilText(panel.locator('#inspector-name'), new RegExp(`^${node}$`));
  await panel.locator('#link-peer').click();
  await panel.locator(`#link-peer vscode-option[value="${peer}"]`).click();
  await panel.locator('#reset').click();
}

/** The event feed has a row like this, which is then in sight. */
async function untilFed(window: Window, pattern: RegExp): Promise<void> {
  const panel = await window.panel();
  // Only the rows in sight are in the page, so the list is looked through page by page.
  const look = `(async () => {
    const list = document.querySelector('#feed-scroll');
    for (let top = 0; top < list.scrollHeight; top += list.clientHeight) {
      list.scrollTop = top;
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      const rows = [...document.querySelectorAll('#feed-rows .row-text')];
      if (rows.some((row) => ${pattern}.test(row.textContent))) return true;
    }
    return false;
  })()`;
  await until(() => panel.evaluate<boolean>(look), `an event like ${pattern}`);
}
