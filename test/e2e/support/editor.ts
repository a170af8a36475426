/**
 * A real VS Code with the packaged extension, driven as a person drives it: palette, trees, panel.
 *
 * Invariant: one editor has folders and ports of its own and takes nothing from the user's profile;
 * `close` ends every process it started.
 */

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BrowserContext, Frame, Locator, Page } from 'playwright-core';
import {
  buildOutputChannels,
  editorFolders,
  freePort,
  installCodeServer,
  prepareEditor,
  type RunningCodeServer,
  startCodeServer,
} from '../../../scripts/codeServer.mjs';
import { VSIX } from '../../../scripts/package.mjs';
import type { EndpointList } from '../../../src/gateway/hostMessages.ts';
import { launchChromium, type PageProblems, recordProblems } from './browser.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** Screenshots; git-ignored. */
const PICTURES = join(ROOT, 'out', 'e2e');
export const PLAYGROUND = join(ROOT, 'media', 'playground');
const MANIFEST = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly contributes: { readonly commands: readonly { command: string; title: string }[] };
};
const FIRST_PORT = 20_000 + (process.pid % 20_000);
export const WAIT_MS = 30_000;

const SETTINGS = {
  'security.workspace.trust.startupPrompt': 'never',
  'workbench.reduceMotion': 'on',
};

export interface EditorOptions {
  /** Folder to open; a new empty one unless told. */
  readonly folder?: string;
  /** False: Workspace Trust is on, and the folder not trusted yet. */
  readonly trust?: boolean;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly graceSeconds?: number;
}

/** The code-server process and its folders; windows are pages of it. */
export class Editor {
  readonly base: string;
  readonly folder: string;
  readonly readyFile: string;
  readonly url: string;
  private readonly server: RunningCodeServer;
  /** One for all windows: VS Code keeps a workspace's state in the browser. */
  private readonly context: BrowserContext;
  private readonly windows: Window[] = [];

  private constructor(
    base: string,
    folder: string,
    url: string,
    server: RunningCodeServer,
    context: BrowserContext,
  ) {
    this.base = base;
    this.folder = folder;
    this.readyFile = join(base, 'ready.json');
    this.url = url;
    this.server = server;
    this.context = context;
  }

  static async start(options: EditorOptions = {}): Promise<Editor> {
    assert.ok(existsSync(VSIX), `${VSIX} is missing: npm run package`);
    installCodeServer();
    buildOutputChannels();
    const base = mkdtempSync(join(tmpdir(), 'replication-sandbox-e2e-'));
    const folder = options.folder ?? join(base, 'workspace');
    mkdirSync(folder, { recursive: true });
    const folders = editorFolders(base);
    prepareEditor(folders, VSIX, { ...SETTINGS, ...options.settings });
    const port = await freePort(FIRST_PORT);
    const server = await startCodeServer({
      folders,
      port,
      trust: options.trust ?? true,
      graceSeconds: options.graceSeconds ?? 60,
      env: { REPLICATION_SANDBOX_READY_FILE: join(base, 'ready.json') },
    });
    return new Editor(
      base,
      folder,
      `http://127.0.0.1:${port}/`,
      server,
      await (await launchChromium()).newContext(),
    );
  }

  /** A window: a page on the folder (or another one), once its workbench is there. */
  async open(folder = this.folder, size = { width: 1400, height: 900 }): Promise<Window> {
    const page = await this.context.newPage();
    await page.setViewportSize(size);
    const window = new Window(page, await recordProblems(page));
    this.windows.push(window);
    await page.goto(`${this.url}?folder=${encodeURI(folder)}`);
    await window.whenReady();
    return window;
  }

  /** What the extension last reported; empty before the first sandbox is ready. */
  endpoints(): EndpointList[] {
    if (!existsSync(this.readyFile)) return [];
    const text = readFileSync(this.readyFile, 'utf8');
    return text.endsWith('\n') ? (JSON.parse(text) as EndpointList[]) : [];
  }

  async untilReady(count = 1): Promise<EndpointList[]> {
    await until(() => this.endpoints().length >= count, `${count} sandbox(es) to be ready`);
    return this.endpoints();
  }

  /** Errors in the extension hosts' logs whose stack or text names us. */
  hostErrors(): string[] {
    const logs = join(this.base, 'data', 'logs');
    if (!existsSync(logs)) return [];
    return readdirSync(logs, { recursive: true, encoding: 'utf8' })
      .filter((name) => /exthost\.log$/.test(name))
      .flatMap((name) => readFileSync(join(logs, name), 'utf8').split(/^(?=\d{4}-\d\d-\d\d )/m))
      .filter((entry) => /\[error\]/.test(entry) && /replication-sandbox\./i.test(entry));
  }

  async close(): Promise<void> {
    await this.context.browser()!.close();
    await this.server.stop();
    rmSync(this.base, { recursive: true, force: true, maxRetries: 10 });
  }
}

/** One page on the editor. */
export class Window {
  readonly page: Page;
  readonly problems: PageProblems;
  /** The question that was answered last: its quick pick may still be there. */
  private answered = '';

  constructor(page: Page, problems: PageProblems) {
    this.page = page;
    this.problems = problems;
  }

  /** The workbench is drawn; extensions are ready soon after. */
  async whenReady(): Promise<void> {
    await this.page.locator('.monaco-workbench .activitybar').waitFor({ timeout: WAIT_MS });
    await this.page.locator('.part.statusbar').waitFor({ timeout: WAIT_MS });
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.whenReady();
  }

  /** Runs a command of ours: `command('Simulate Crash', 'm')` picks `m` in the quick pick that follows. */
  async command(title: string, ...choices: readonly string[]): Promise<void> {
    const full = `Replication Sandbox: ${title}`;
    await this.openPalette();
    await this.quickInput().fill(`>${full}`);
    await this.paletteRow(title).click({ timeout: WAIT_MS });
    this.answered = '';
    for (const choice of choices) await this.choose(choice);
  }

  /** Whether the palette offers a command now. */
  async offers(title: string): Promise<boolean> {
    const full = `Replication Sandbox: ${title}`;
    await this.openPalette();
    await this.quickInput().fill(`>${full}`);
    await this.page.locator('.quick-input-list .monaco-list-row').first().waitFor();
    const count = await this.paletteRow(title).count();
    await this.page.keyboard.press('Escape');
    return count > 0;
  }

  private paletteRow(title: string): Locator {
    const { commands } = MANIFEST.contributes;
    const found = commands.find((command) => command.title === title);
    assert.ok(found !== undefined, `there is no command “${title}”`);
    const entry = `.quick-input-list-entry[data-quick-input-id="${found.command}"]`;
    return this.page
      .locator('.quick-input-list .monaco-list-row')
      .filter({ has: this.page.locator(entry) });
  }

  private async openPalette(): Promise<void> {
    // One that is fading away would take the key and go.
    await this.page.locator('.quick-input-widget').waitFor({ state: 'hidden', timeout: WAIT_MS });
    await this.page.keyboard.press('F1');
    await this.quickInput().waitFor({ timeout: WAIT_MS });
  }

  /** Picks the row that begins with the text, in a quick pick that asks something new. */
  async choose(text: string): Promise<void> {
    await until(
      async () => (await this.prompt()) !== this.answered,
      `another question than ${this.answered}`,
    );
    const row = this.page.locator('.quick-input-list .monaco-list-row').filter({
      has: this.page.locator('.label-name', { hasText: new RegExp(`^${literal(text)}`) }),
    });
    await row.first().waitFor({ timeout: WAIT_MS });
    this.answered = await this.prompt();
    await row.first().click({ timeout: WAIT_MS });
  }

  /** What the quick input asks, by its title and placeholder. */
  private async prompt(): Promise<string> {
    const title = await this.page
      .locator('.quick-input-widget:visible .quick-input-title')
      .allTextContents();
    const input = this.quickInput();
    const holder =
      (await input.count()) === 0 ? '' : await input.first().getAttribute('placeholder');
    return `${title.join('')} ${holder}`;
  }

  /** Answers an input box. */
  async type(text: string): Promise<void> {
    await this.quickInput().waitFor({ timeout: WAIT_MS });
    await this.quickInput().fill(text);
    await this.page.keyboard.press('Enter');
  }

  quickInput(): Locator {
    return this.page.locator('.quick-input-widget:visible input.input');
  }

  // Trees.

  /** Shows the activity bar's container. */
  async openContainer(): Promise<void> {
    const view = this.page.locator('.pane-header', { hasText: 'Nodes' });
    if (await view.isVisible()) return;
    await this.page.locator('.activitybar a[aria-label^="Replication Sandbox"]').click();
    await view.waitFor({ timeout: WAIT_MS });
  }

  tree(view: 'Nodes' | 'Sentinels'): Locator {
    return this.page.locator('.pane', {
      has: this.page.locator('.pane-header', { hasText: view }),
    });
  }

  /** A row by the node's name, whose label begins with it. */
  row(view: 'Nodes' | 'Sentinels', name: string): Locator {
    return this.tree(view)
      .locator('.monaco-list-row')
      .filter({
        has: this.page.locator('.label-name', { hasText: new RegExp(`^${literal(name)}$`) }),
      })
      .first();
  }

  /** Everything a row says. */
  async rowText(view: 'Nodes' | 'Sentinels', name: string): Promise<string> {
    return (await this.row(view, name).textContent({ timeout: WAIT_MS })) ?? '';
  }

  /** An entry of a row's context menu. */
  async menu(view: 'Nodes' | 'Sentinels', name: string, entry: string): Promise<void> {
    await this.row(view, name).click({ button: 'right' });
    const item = this.page.locator('.monaco-menu .action-item:visible', { hasText: entry });
    await item.first().click({ timeout: WAIT_MS });
  }

  statusBar(): Locator {
    return this.page.locator('.statusbar-item[id*="replicationSandbox.status"]');
  }

  /** Texts of the notifications there are. */
  notifications(): Promise<string[]> {
    return this.page.locator('.notification-list-item-message').allTextContents();
  }

  async untilNotified(pattern: RegExp): Promise<string> {
    let found: string | undefined;
    await until(async () => {
      found = (await this.notifications()).find((text) => pattern.test(text));
      return found !== undefined;
    }, `a notification like ${pattern}`);
    return found!;
  }

  /** The frame of our panel: the innermost one that has `#panel`. */
  async panel(): Promise<Frame> {
    let found: Frame | undefined;
    await until(async () => {
      for (const frame of this.page.frames()) {
        const count = await frame
          .locator('#panel')
          .count()
          .catch(() => 0);
        if (count > 0) found = frame;
      }
      return found !== undefined;
    }, 'the panel');
    return found!;
  }

  async theme(name: string): Promise<void> {
    await this.openPalette();
    await this.quickInput().fill('>Preferences: Color Theme');
    await this.page.keyboard.press('Enter');
    await this.page
      .locator('.quick-input-title', { hasText: /theme/i })
      .or(this.quickInput())
      .first()
      .waitFor();
    await this.quickInput().fill(name);
    await this.choose(name);
  }

  async screenshot(name: string): Promise<void> {
    mkdirSync(PICTURES, { recursive: true });
    await this.page.screenshot({ path: join(PICTURES, `${name}.png`) });
  }
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Waits for a condition; never for a time. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  what: string,
  limitMs = WAIT_MS,
): Promise<void> {
  const limit = Date.now() + limitMs;
  while (!(await holds())) {
    assert.ok(Date.now() < limit, `waited ${limitMs} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
