/** Going back in VS Code: the past, a fork beside the present, a recording in its editor. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { ask } from '../support/endpoints.ts';
import type { Story, Tell } from '../support/story.ts';
import { until } from '../support/window.ts';

export function historyStories(story: Tell): void {
  story('back, and on as a sandbox beside the present', isForked);
  story('two sandboxes are compared', isCompared);
  story('a recording is opened, shown at an earlier event, and continued', isReopened);
}

/** The port of the master of a fork, once as many sandboxes run. */
async function forkedPort(story: Story, count: number): Promise<number> {
  await until(() => story.editor.endpoints().length === count, 'the fork to run');
  return story.portOf('m');
}

/** Stops the fork; what is asked then is asked of the present. */
async function stopFork({ editor, window }: Story): Promise<void> {
  await window.command('Stop', 'Sandbox 2');
  await window.untilRow('Nodes', 'm', /master · offset/);
  await until(() => editor.endpoints().length === 1, 'the fork to be gone');
}

async function isForked(story: Story): Promise<void> {
  const { window } = story;
  await story.start();
  const present = story.portOf('m');
  await ask(present, 'SET', 'k', 'present');
  await window.command('Step Back');
  await window.untilText(window.statusBar(), /event \d+ of \d+, LIVE returns/);
  await window.command('Continue from Here');
  await window.untilNotified(/Sandbox 2 runs \(fork of event \d+\)\. Its endpoints: m 127/);
  const fork = await forkedPort(story, 2);
  await window.untilRow('Nodes', 'Sandbox 2', /fork of event \d+ · live/);
  await window.untilPanelDrawn();
  await window.pictures('18-fork');
  await ask(fork, 'SET', 'k', 'fork');
  await window.command('Return to the Present');
  await window.untilRow('Nodes', 'Sandbox 1', /live/);
  assert.equal(await ask(present, 'GET', 'k'), 'present');
  await stopFork(story);
}

async function isCompared(story: Story): Promise<void> {
  const { window } = story;
  await story.start();
  await window.command('Continue from Here');
  await ask(await forkedPort(story, 2), 'SET', 'only', 'fork');
  await window.command('Compare Sandboxes…');
  // The editor draws blanks as no-break spaces.
  const lines = window.page.locator('.view-line', { hasText: /"only":\sstring\s"fork"/ });
  await lines.first().waitFor();
  await window.pictures('18-compared');
  await window.commandOfEditor('View: Close Editor');
  await stopFork(story);
}

async function isReopened(story: Story): Promise<void> {
  const { editor, window } = story;
  await story.start();
  await ask(story.portOf('m'), 'SET', 'k', 'recorded');
  const path = join(window.folder, 'run.rsrec');
  const { port } = story.endpoints.control;
  assert.equal(
    await ask(port, 'SANDBOX', 'RECORDING', 'SAVE', path),
    `saved ${path}, no password in it`,
  );
  await story.stop();

  await window.openFile('run.rsrec');
  await window.untilText(window.statusBar(), /Recording run\.rsrec/);
  await window.untilPanelDrawn();
  assert.deepEqual(editor.endpoints(), [], 'nothing listens for its nodes');
  await window.command('Step Back');
  await window.untilText(window.statusBar(), /event \d+ of \d+, LIVE returns/);
  await window.pictures('19-recording');
  await window.command('Continue from Here');
  const fork = await forkedPort(story, 1);
  assert.equal(await ask(fork, 'GET', 'k'), 'recorded');
  await story.stop();
  await window.commandOfEditor('View: Close All Editors');
  await until(async () => !(await window.row('Nodes', 'm').isVisible()), 'the recording to close');
}
