/**
 * A real VS Code with the packaged extension, driven as a person drives it: palette, trees, panel.
 *
 * Invariant: one editor has folders and ports of its own and takes nothing from the user's profile;
 * `close` ends every process it started.
 */

import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BrowserContext } from 'playwright-core';
import {
  buildOutputChannels,
  editorFolders,
  freePort,
  installCodeServer,
  prepareEditor,
  type RunningCodeServer,
  startCodeServer,
} from '../../../scripts/codeServer.mjs';
import { packageExtension, VSIX } from '../../../scripts/package.mjs';
import type { EndpointList } from '../../../src/gateway/hostMessages.ts';
import { launchChromium, type PageProblems, recordProblems } from './browser.ts';
import { Probe } from './probe.ts';
import { until, Window } from './window.ts';

const FIRST_PORT = 20_000 + (process.pid % 20_000);

/** The extension that stands beside ours. */
const PROBE = fileURLToPath(new URL('../probe', import.meta.url));
const probeFileIn = (base: string): string => join(base, 'probe.port');

/** What E2E_THEME may name. */
const THEMES: Readonly<Record<string, string>> = {
  dark: 'Default Dark Modern',
  light: 'Default Light Modern',
  'high-contrast': 'Default High Contrast',
};

const SETTINGS = {
  'workbench.colorTheme': THEMES[process.env['E2E_THEME'] ?? 'dark'],
  'security.workspace.trust.startupPrompt': 'never',
  'workbench.reduceMotion': 'on',
};

interface EditorOptions {
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
  readonly probe: Probe;
  private readonly server: RunningCodeServer;
  /** One for all windows: VS Code keeps a workspace's state in the browser. */
  private readonly context: BrowserContext;
  /** Those that are open. */
  readonly windows: Window[] = [];
  private readonly problems: PageProblems[] = [];
  private hostErrorsTaken = 0;

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
    this.probe = new Probe(probeFileIn(base));
    this.server = server;
    this.context = context;
  }

  static async start(options: EditorOptions = {}): Promise<Editor> {
    assert.ok(existsSync(VSIX), `${VSIX} is missing: npm run package`);
    await installCodeServer();
    if (!(await buildOutputChannels())) {
      console.error(
        'No compiler here: code-server writes no logs, so errors in them are not seen.',
      );
    }
    const base = mkdtempSync(join(tmpdir(), 'replication-sandbox-e2e-'));
    const folder = options.folder ?? join(base, 'workspace');
    mkdirSync(folder, { recursive: true });
    const folders = editorFolders(base);
    const probe = join(base, 'probe.vsix');
    await packageExtension(PROBE, probe);
    await prepareEditor(folders, [VSIX, probe], { ...SETTINGS, ...options.settings });
    const port = await freePort(FIRST_PORT);
    const server = await startCodeServer({
      folders,
      port,
      trust: options.trust ?? true,
      graceSeconds: options.graceSeconds ?? 60,
      env: {
        REPLICATION_SANDBOX_READY_FILE: join(base, 'ready.json'),
        REPLICATION_SANDBOX_PROBE_FILE: probeFileIn(base),
      },
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
    const problems = await recordProblems(page);
    this.problems.push(problems);
    const window = new Window(page, folder);
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

  /** Everything that went wrong in windows and extension hosts since this was last asked. */
  takeProblems(): { csp: string[]; panel: string[]; host: string[] } {
    const csp = this.problems.flatMap((problems) => problems.csp.splice(0));
    const panel = this.problems.flatMap((problems) => problems.panel.splice(0));
    const host = this.hostErrors().slice(this.hostErrorsTaken);
    this.hostErrorsTaken += host.length;
    return { csp, panel, host };
  }

  /** Changes settings; VS Code watches their file. */
  set(changes: Readonly<Record<string, unknown>>): void {
    const file = join(this.base, 'data', 'User', 'settings.json');
    const settings = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    writeFileSync(file, JSON.stringify({ ...settings, ...changes }));
  }

  async closeWindow(window: Window): Promise<void> {
    this.windows.splice(this.windows.indexOf(window), 1);
    await window.page.close();
  }

  async closeWindows(): Promise<void> {
    for (const window of [...this.windows]) await this.closeWindow(window);
    // Nobody is there any more to write that nothing runs.
    rmSync(this.readyFile, { force: true });
  }

  /** What the windows showed when a test failed. */
  async picturesOfFailure(name: string): Promise<void> {
    for (const [index, window] of this.windows.entries()) {
      await window.screenshot(`${name}-${index}`).catch(() => {}); // Of a page that was killed.
    }
  }

  async close(): Promise<void> {
    await this.context.browser()!.close();
    await this.server.stop();
    rmSync(this.base, { recursive: true, force: true, maxRetries: 10 });
  }
}
