/**
 * What the extension costs the editor it runs in: the packaged extension in code-server and Chromium.
 *
 * The panel is measured while redis-benchmark fills a pipeline of 16 at the master; rounds with the
 * panel open and with all editors closed take turns, in turns the one and the other first, after a
 * round that does not count. The delay of the event loop is that of the extension
 * host, which a second extension (test/e2e/probe) shares with ours, looked at every millisecond.
 */

import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { promisify } from 'node:util';
import type { Frame } from 'playwright-core';
import { VSIX } from '../../scripts/package.mjs';
import { chromiumPath } from '../e2e/support/browser.ts';
import { Editor } from '../e2e/support/editor.ts';
import { SETTINGS } from '../e2e/support/story.ts';
import { until, type Window } from '../e2e/support/window.ts';
import { median, type Row } from './table.ts';

const NAME = 'Replication Sandbox for Redis';
/** Some seconds' worth: opening the panel is not what is measured. */
const REQUESTS = 1_000_000;
/** All extensions that run fit into a window of this height. */
const TALL = { width: 1400, height: 3_000 };
const USUAL = { width: 1400, height: 900 };

interface Round {
  readonly rate: number;
  readonly delayMs: number;
  /** What the panel was sent; 0 without one. */
  readonly kilobytesPerSecond: number;
}

/** Nothing, with the reason on standard error, where there is no Chromium. */
export async function benchEditor(rounds: number): Promise<Row[]> {
  if (chromiumPath() === undefined) {
    console.error('no rows about the editor: Chromium is not installed');
    return [];
  }
  const editor = await Editor.start({ settings: SETTINGS });
  try {
    const window = await editor.open();
    const activation = await activationMs(window, rounds);
    await window.openContainer();
    await window.command('Start');
    await editor.untilReady();
    const open: Round[] = [];
    const closed: Round[] = [];
    const withPanel = async (): Promise<void> => {
      await window.command('Open Panel');
      open.push(await loaded(editor, await window.panel()));
    };
    const without = async (): Promise<void> => {
      await window.commandOfEditor('View: Close All Editors');
      closed.push(await loaded(editor));
    };
    await loaded(editor);
    for (let round = 0; round < rounds; round += 1) {
      const order = round % 2 === 0 ? [without, withPanel] : [withPanel, without];
      for (const play of order) await play();
    }
    return rowsOf(activation, open, closed);
  } finally {
    await editor.close();
  }
}

/** As “Developer: Show Running Extensions” has it: loading the code and `activate`, of each of some reloads. */
async function activationMs(window: Window, rounds: number): Promise<number[]> {
  const { page } = window;
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await window.reload();
    await page.setViewportSize(TALL);
    await window.commandOfEditor('Developer: Show Running Extensions');
    const row = page.locator('.runtime-extensions-editor .monaco-list-row', { hasText: NAME });
    let text = '';
    await until(async () => {
      text = (await row.textContent({ timeout: 1_000 }).catch(() => null)) ?? '';
      return /Activation: \d+ms/.test(text);
    }, 'the time of activation');
    // Newer editors show it in a window of its own above everything.
    await page.keyboard.press('Escape');
    times.push(Number(/Activation: (\d+)ms/.exec(text)![1]));
    await page.setViewportSize(USUAL);
  }
  await window.reload();
  return times;
}

/** One run of redis-benchmark, and what it did to the extension host and to the panel. */
async function loaded(editor: Editor, panel?: Frame): Promise<Round> {
  const { port } = editor.endpoints()[0]!.nodes[0]!;
  const sent = panel === undefined ? undefined : await countMessages(panel);
  await editor.probe.measure();
  const started = performance.now();
  const args = ['-p', String(port), '-t', 'set', '-n', String(REQUESTS), '-c', '50', '-P', '16'];
  const { stdout } = await promisify(execFile)('redis-benchmark', [...args, '--csv']);
  const seconds = (performance.now() - started) / 1000;
  const { p99 } = await editor.probe.measured();
  const bytes = (await sent?.()) ?? 0;
  return {
    rate: Number(/"SET","([\d.]+)"/.exec(stdout)![1]),
    delayMs: p99,
    kilobytesPerSecond: bytes / 1024 / seconds,
  };
}

/** Counts the bytes of what comes to a page from now on; gives how to read that. */
async function countMessages(panel: Frame): Promise<() => Promise<number>> {
  await panel.waitForSelector('[data-node="m"] .card-offset');
  const counter = await panel.evaluateHandle(() => {
    const count = { bytes: 0 };
    const encoder = new TextEncoder();
    const page = globalThis as unknown as {
      addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
    };
    page.addEventListener('message', ({ data }) => {
      const text = typeof data === 'string' ? data : JSON.stringify(data);
      count.bytes += encoder.encode(text).length;
    });
    return count;
  });
  return () => counter.evaluate((count) => count.bytes);
}

function rowsOf(activation: readonly number[], open: readonly Round[], closed: readonly Round[]) {
  const of = (rounds: readonly Round[], what: keyof Round): number =>
    median(rounds.map((round) => round[what]));
  const row = (what: string, ours: string, aim: string, real = '', ratio = ''): Row => ({
    what,
    ours,
    real,
    ratio,
    aim,
  });
  const [rate, rateClosed] = [of(open, 'rate'), of(closed, 'rate')];
  const [delay, delayClosed] = [of(open, 'delayMs'), of(closed, 'delayMs')];
  const megabytes = statSync(VSIX).size / 1024 / 1024;
  return [
    row('VS Code: activation of the extension', `${median(activation)} ms`, '≤ 50 ms'),
    row(
      'VS Code: SET, 50 clients, pipeline 16, panel open (in place of redis-server: panel closed)',
      `${Math.round(rate / 1000)} k/s`,
      '≥ 0.9',
      `${Math.round(rateClosed / 1000)} k/s`,
      (rate / rateClosed).toFixed(2),
    ),
    row(
      'VS Code: delay of the extension host’s event loop meanwhile, p99 (the same)',
      `${delay.toFixed(1)} ms`,
      '≤ 10 ms',
      `${delayClosed.toFixed(1)} ms`,
    ),
    row(
      'VS Code: sent to the panel meanwhile',
      `${Math.round(of(open, 'kilobytesPerSecond'))} KB/s`,
      '≤ 200 KB/s',
    ),
    row('VS Code: size of the package', `${megabytes.toFixed(2)} MB`, '≤ 1 MB'),
  ];
}
