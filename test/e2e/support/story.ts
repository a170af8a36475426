/**
 * Stories: a test each, in one code-server for the file and, as long as they pass, in one window.
 *
 * Invariants: a story fails on any violation of a content security policy, any error of our page and any
 * error of ours in the extension host's log, whatever else it was about; after one that failed the
 * next has a window and a sandbox of its own.
 */

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import type { EndpointList } from '../../../src/gateway/hostMessages.ts';
import { chromiumPath, skipWithoutChromium } from './browser.ts';
import { Editor } from './editor.ts';
import { isListening } from './endpoints.ts';
import { until, type Window } from './window.ts';

const STORY_MS_MAX = 120_000;
/** Ports of this process's sandboxes: servers, control endpoints and, 300 further on, Sentinels. */
export const PORT = 20_000 + (process.pid % 20) * 600;
const SENTINEL_DISTANCE = 300;
/** How long an extension host outlives its page that was killed. */
const GRACE_SECONDS = 2;
/** Of an editor that is not the only one on this machine. */
export const SETTINGS = {
  'replicationSandbox.port': PORT,
  'replicationSandbox.sentinelPort': PORT + SENTINEL_DISTANCE,
  // Instead of the flag of the command line: one story turns it on.
  'security.workspace.trust.enabled': false,
};

export class Story {
  readonly editor: Editor;
  readonly window: Window;
  readonly t: TestContext;

  constructor(editor: Editor, window: Window, t: TestContext) {
    this.editor = editor;
    this.window = window;
    this.t = t;
  }

  /** The same in another window. */
  with(window: Window): Story {
    return new Story(this.editor, window, this.t);
  }

  /** The endpoints of the sandbox that started last. */
  get endpoints(): EndpointList {
    const endpoints = this.editor.endpoints().at(-1);
    assert.ok(endpoints !== undefined, 'no sandbox runs');
    return endpoints;
  }

  portOf(name: string): number {
    const { nodes, sentinels } = this.endpoints;
    return [...nodes, ...sentinels].find((node) => node.name === name)!.port;
  }

  /** Starts a sandbox from the palette unless one runs; returns when trees and panel show it. */
  async start(): Promise<void> {
    const { window } = this;
    await window.openContainer();
    if (await window.row('Nodes', 'm').isVisible()) return;
    await window.command('Start');
    await window.untilRow('Nodes', 'm', /master · offset/);
    await this.editor.untilReady();
    await window.untilPanelDrawn();
  }

  /** Stops it; its ports are free again. */
  async stop(): Promise<void> {
    const { nodes, sentinels, control } = this.endpoints;
    await this.window.command('Stop');
    for (const { port } of [...nodes, ...sentinels, control]) {
      await until(async () => !(await isListening(port)), `port ${port} to be free`);
    }
    await until(() => this.editor.endpoints().length === 0, 'no endpoints to be reported');
  }
}

export type Tell = (title: string, play: (story: Story) => Promise<void>) => void;

/** Registers the editor of this file; what it gives registers a story. */
export function stories(): Tell {
  const isRequired = process.env['REQUIRE_PEERS'] === '1';
  const skip = isRequired ? false : skipWithoutChromium();
  let editor: Editor | undefined;
  let window: Window | undefined;
  let count = 0;
  before(async () => {
    // Asked before anything is installed for a browser that is not there.
    if (skip !== false) return;
    assert.ok(chromiumPath() !== undefined, 'Chromium is not installed, and REQUIRE_PEERS=1');
    editor = await Editor.start({ trust: false, settings: SETTINGS, graceSeconds: GRACE_SECONDS });
  });
  after(() => editor?.close());

  const tell = async (t: TestContext, play: (story: Story) => Promise<void>): Promise<void> => {
    count += 1;
    window ??= await editor!.open(newFolder(editor!, `story${count}`));
    try {
      await play(new Story(editor!, window, t));
      assert.deepEqual(editor!.takeProblems(), { csp: [], panel: [], host: [] });
      // A story may have closed or killed it.
      window = editor!.windows.at(0);
    } catch (error) {
      window = undefined;
      await editor!.picturesOfFailure(`failed-story${count}`);
      await editor!.closeWindows();
      editor!.takeProblems();
      throw error;
    }
  };
  return (title, play) => test(title, { skip, timeout: STORY_MS_MAX }, (t) => tell(t, play));
}

/** A folder for a window. */
export function newFolder(editor: Editor, name: string): string {
  const folder = join(editor.base, name);
  mkdirSync(folder);
  return folder;
}
