/** What becomes of a sandbox when windows are reloaded, killed, or two, or not trusted; starting it again. */

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ask, info, isListening } from '../support/endpoints.ts';
import { newFolder, PORT, type Story, type Tell } from '../support/story.ts';
import { until } from '../support/window.ts';

export function windowStories(story: Tell): void {
  story('a window that is reloaded brings its sandbox back, on the same ports', isReloaded);
  story('a page that was killed and is opened again brings its sandbox back', isKilled);
  story('while one runs, Start says so; a disconnected panel starts one', isStartedAgain);
  story('a terminal has the addresses of its sandbox', hasEnvironment);
  story('a second window says who holds the ports, and takes others', hasNeighbour);
  story('in Restricted Mode nothing starts and no port is opened', isRestricted);
}

async function isReloaded(story: Story): Promise<void> {
  const { window } = story;
  await story.start();
  const before = story.endpoints;
  await ask(story.portOf('m'), 'SET', 'memory', 'of before');
  await window.command('Set Backlog Size…', 'm', { text: '64kb' });
  await window.command('Add Replica', 'm');
  await window.untilRow('Nodes', 'r3', /replica · up/);
  const added = portIn(await window.rowText('Nodes', 'r3'));
  await window.reload();
  await window.untilNotified(/runs again on the same ports .*It starts empty.*is gone\.$/);
  await isBack(story);
  await window.untilRow('Nodes', 'r3', /replica · up/);
  assert.equal(portIn(await window.rowText('Nodes', 'r3')), added);
  const backlog = (await info(story.portOf('m'), 'replication')).get('repl_backlog_size');
  assert.equal(backlog, '65536');
  assert.deepEqual(story.endpoints.nodes, before.nodes);
  assert.deepEqual(story.endpoints.sentinels, before.sentinels);
  assert.equal(await ask(story.portOf('m'), 'GET', 'memory'), null);
  await window.pictures('14-reloaded');
}

/** The port at the end of a row. */
function portIn(text: string): string {
  return /:(\d+)$/.exec(text)![1]!;
}

/** Trees and panel are there without having been asked for. */
async function isBack({ window }: Story): Promise<void> {
  await window.openContainer();
  await window.untilRow('Nodes', 'm', /master · offset/);
  await window.untilRow('Nodes', 'r2', /replica · up/);
  await window.untilPanelDrawn();
}

async function isKilled(story: Story): Promise<void> {
  const { editor, window } = story;
  await story.start();
  const before = story.endpoints;
  await window.kill();
  await editor.closeWindow(window);
  const again = await editor.open(window.folder);
  await again.untilNotified(/runs again on the same ports/);
  const back = story.with(again);
  await isBack(back);
  assert.deepEqual(back.endpoints.nodes, before.nodes);
  await again.pictures('15-reopened');
}

async function isStartedAgain(story: Story): Promise<void> {
  const { editor, window } = story;
  await story.start();
  assert.equal(await window.offers('Start'), false);
  await editor.probe.start();
  const running = /a sandbox is running in this window: the master at 127\.0\.0\.1:\d+/;
  await window.buttonOfNotified(running, 'Start Another').waitFor();
  const { url } = story.endpoints.dashboard; // Its token is new with every start.
  await window.answerNotified(running, 'Stop and Start Again');
  const isAnother = (): boolean =>
    editor.endpoints().some(({ dashboard }) => dashboard.url !== url);
  await until(isAnother, 'another sandbox');
  await isBack(story);
  await story.stop();
  const gone = (await window.panel()).locator('[data-notice="gone"]');
  await gone.getByText('The sandbox was stopped.').waitFor();
  await window.pictures('15-disconnected');
  await gone.locator('vscode-button').click();
  await editor.untilReady();
  await gone.waitFor({ state: 'hidden' });
  await isBack(story);
}

async function hasNeighbour(story: Story): Promise<void> {
  const { editor, window } = story;
  await story.start();
  const { nodes } = story.endpoints;
  const other = await editor.open(newFolder(editor, 'neighbour'));
  const neighbour = story.with(other);
  await neighbour.start();
  const said = await other.untilNotified(/Ports .* are taken by the sandbox of the window/);
  assert.ok(said.includes(String(nodes[0]!.port)), said);
  assert.notEqual(neighbour.portOf('m'), nodes[0]!.port);
  await other.pictures('16-second-window');
  assert.equal(await ask(neighbour.portOf('m'), 'PING'), 'PONG');
  assert.equal(await ask(nodes[0]!.port, 'PING'), 'PONG');
  await neighbour.stop();
  await editor.closeWindow(other);
  await window.untilRow('Nodes', 'm', /master · offset/);
}

async function hasEnvironment(story: Story): Promise<void> {
  const { window } = story;
  await story.start();
  const file = join(window.folder, 'environment');
  const names = ['REDIS_URL', 'REDIS_SENTINELS', 'REDIS_MASTER_NAME'];
  await window.terminal(`echo ${names.map((name) => `$${name}`).join(' ')} > ${file}`);
  const text = (): string => (existsSync(file) ? readFileSync(file, 'utf8') : '');
  await until(() => text().endsWith('\n'), 'the terminal to write its environment');
  const { nodes, sentinels, masterName } = story.endpoints;
  assert.deepEqual(text().trim().split(' '), [
    `redis://127.0.0.1:${nodes[0]!.port}`,
    sentinels.map(({ port }) => `127.0.0.1:${port}`).join(','),
    masterName,
  ]);
}

async function isRestricted(story: Story): Promise<void> {
  const { editor, window } = story;
  if (await window.row('Nodes', 'm').isVisible()) await window.command('Stop');
  await window.tree('Nodes').getByText('Start a Sandbox').waitFor();
  await editor.closeWindow(window);
  editor.set({
    'security.workspace.trust.enabled': true,
    'replicationSandbox.startAutomatically': true,
  });
  const restricted = await editor.open(newFolder(editor, 'stranger'));
  await restricted.openContainer();
  await restricted.tree('Nodes').getByText('In Restricted Mode no port is opened').waitFor();
  assert.equal(await restricted.offers('Start'), false);
  // It runs, and has nothing but that to say: what is not started now will not be.
  await editor.probe.start();
  await restricted.untilNotified(/in Restricted Mode no port is opened\. Trust this workspace/);
  assert.equal(await isListening(PORT), false);
  assert.deepEqual(editor.endpoints(), []);
  await restricted.pictures('17-restricted');
}
