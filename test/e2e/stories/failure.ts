/** What goes wrong for good: a thread is killed, a machine breaks an invariant, memory runs out. */

import assert from 'node:assert/strict';
import * as net from 'node:net';
import type { EndpointList } from '../../../src/gateway/hostMessages.ts';
import { ask, isListening } from '../support/endpoints.ts';
import type { Story, Tell } from '../support/story.ts';
import { until, WAIT_MS } from '../support/window.ts';

const MEGABYTE = 1024 * 1024;
const MEMORY_MB = 200;
/** See test/e2e/probe/plantedBug.mjs. */
const BAD_NUMBER = '3133731337313373133';

export function failureStories(story: Tell): void {
  story('a thread that is killed takes one sandbox along, which is started again', isKilled);
  story('a broken invariant stops one world, and the user is told what to do', standsStill);
  story(
    'memory runs out: writes are refused, then a client is disconnected, nothing ends',
    runsOut,
  );
}

async function isKilled(story: Story): Promise<void> {
  const { window, editor } = story;
  const [first, second] = await startTwo(story);
  await editor.probe.kill();
  await window.untilNotified(
    /Sandbox 1 has died: .*exit code 1\. Its data is gone\..* Other sandboxes go on\./,
  );
  await until(async () => !(await isListening(masterOf(first))), 'its ports to be free');
  await goesOn(story, second);
  await window.pictures('18-killed');
  await window.answerNotified(/Sandbox 1 has died/, 'Start Again');
  await runsAgain(story, first);
  await stopAll(story);
}

async function standsStill(story: Story): Promise<void> {
  const { window, editor } = story;
  await editor.probe.plantBug(true);
  const [first, second] = await startTwo(story);
  await editor.probe.plantBug(false);
  const said = ask(masterOf(first), 'INCRBY', 'counter', BAD_NUMBER).catch(() => 'no answer');
  await window.untilNotified(
    /a bug has stopped Sandbox 1: Error: a planted bug \(event \d+, node m\)\. .* start it again/,
  );
  const details = window.buttonOfNotified(/a bug has stopped Sandbox 1/, 'Show Details');
  await details.waitFor({ timeout: WAIT_MS });
  await window.command('Open Panel', 'Sandbox 1');
  await until(async () => {
    const notice = (await window.panel()).locator('.notice', { hasText: 'The world stands still' });
    return notice.isVisible().catch(() => false);
  }, 'its panel to say so');
  await goesOn(story, second);
  await window.pictures('19-stands-still');
  await window.answerNotified(/a bug has stopped Sandbox 1/, 'Stop and Start Again');
  assert.equal(await said, 'no answer');
  await runsAgain(story, first);
  await ask(masterOf(first), 'INCRBY', 'counter', BAD_NUMBER);
  assert.equal(await ask(masterOf(first), 'GET', 'counter'), BAD_NUMBER);
  await stopAll(story);
}

async function runsOut(story: Story): Promise<void> {
  const { window, editor } = story;
  const setting = 'replicationSandbox.memoryLimitMb';
  await editor.probe.set(setting, MEMORY_MB);
  const [first, second] = await startTwo(story);
  await editor.probe.set(setting, 0);
  await writeUntilRefused(masterOf(first));
  await window.untilNotified(/fill most of the 200 MB .* refuse writes with OOM/);
  await window.pictures('20-refuses-writes');
  const sockets = sendWithoutEnd(masterOf(first));
  await window.untilNotified(/The client 127\.0\.0\.1:\d+ is disconnected from m: \d+ MB/);
  for (const socket of sockets) socket.destroy();
  assert.equal(await ask(masterOf(first), 'PING'), 'PONG');
  await goesOn(story, second);
  await stopAll(story);
}

/** Two sandboxes in this window. */
async function startTwo(story: Story): Promise<readonly [EndpointList, EndpointList]> {
  const { window, editor } = story;
  await stopAll(story);
  await story.start();
  await window.command('Start Another');
  const [first, second] = await editor.untilReady(2);
  await window.tree('Nodes').getByText('Sandbox 2').waitFor();
  await window.untilPanelDrawn();
  return [first!, second!];
}

async function stopAll({ window, editor }: Story): Promise<void> {
  await window.openContainer();
  for (let left = editor.endpoints().length; left > 0; left -= 1) {
    await window.command('Stop', ...(left > 1 ? ['Sandbox 1'] : []));
    await until(() => editor.endpoints().length < left, 'one sandbox less');
  }
  await window.tree('Nodes').getByText('Start a Sandbox').waitFor();
}

/** It answers, and the editor shows it. */
async function goesOn({ window }: Story, endpoints: EndpointList): Promise<void> {
  assert.equal(await ask(masterOf(endpoints), 'SET', 'still', 'here'), 'OK');
  await window
    .tree('Nodes')
    .getByText(new RegExp(`^master · offset \\d+ · :${masterOf(endpoints)}$`))
    .waitFor();
}

/** It runs again, on the same ports. */
async function runsAgain({ editor }: Story, endpoints: EndpointList): Promise<void> {
  const write = async (): Promise<unknown> =>
    ask(masterOf(endpoints), 'SET', 'again', 'here').catch(() => 'not yet');
  await until(async () => (await write()) === 'OK', 'it to take writes');
  await editor.untilReady(2);
}

function masterOf({ nodes }: EndpointList): number {
  return nodes.find((node) => node.role === 'master')!.port;
}

/** A client that writes megabyte after megabyte. */
async function writeUntilRefused(port: number): Promise<void> {
  const value = 'x'.repeat(MEGABYTE);
  let answer: unknown = 'OK';
  for (let i = 0; answer === 'OK' && i < 2 * MEMORY_MB; i += 1) {
    answer = await ask(port, 'SET', `key${i}`, value).catch((error: Error) => error.message);
  }
  assert.match(String(answer), /^OOM command not allowed/);
}

/** Values that never become whole: no refusal helps against them. */
function sendWithoutEnd(port: number): net.Socket[] {
  const part = Buffer.alloc(MEGABYTE, 'x');
  return Array.from({ length: 8 }, () => {
    const socket = net.connect(port, '127.0.0.1');
    socket.on('error', () => {}); // It is disconnected.
    socket.write('*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$500000000\r\n');
    const feed = (): void => {
      if (!socket.destroyed) socket.write(part, () => feed());
    };
    feed();
    return socket;
  });
}
