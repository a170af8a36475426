/**
 * The panel's page in Chromium, over a sandbox of its own in virtual time.
 *
 * Invariant: the test decides when time passes, so every state is reached without waiting for it.
 */

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import * as http from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { Dashboard } from '../../../src/gateway/dashboard.ts';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import { Service } from '../../../src/sandbox/service.ts';
import type { Operation } from '../../../src/view/messages.ts';
import { bootedSandbox } from '../../support/sandboxes.ts';
import { recordProblems } from './browser.ts';

const PICTURES = fileURLToPath(new URL('../../../out/e2e', import.meta.url));
const PUMP_MS = 20;
const WAIT_MS = 10_000;
/** Code of the page, as text: these tests are compiled without a DOM. */
const DRAWN =
  'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))';
const CONTROLS =
  'button[id], vscode-button[id], vscode-dropdown[id], vscode-text-field[id], [tabindex="0"][id]';
const BOXES = `Object.fromEntries(
  [...document.querySelectorAll(${JSON.stringify(CONTROLS)})]
    .filter(({ id }) => !/^(|(feed|trace)-row-.*)$/.test(id))
    .map((element) => {
      const { x, y, width, height } = element.getBoundingClientRect();
      return [element.id, [x, y, width, height].map((value) => value.toFixed(1)).join(' ')];
    }),
)`;

export interface PageKind {
  readonly width: number;
  readonly height: number;
  readonly theme: 'dark' | 'light';
}

/** A page on a sandbox of its own. */
export class Stage {
  readonly sandbox: Sandbox = bootedSandbox({ record: true });
  readonly service = new Service(this.sandbox);
  readonly dashboard = new Dashboard(this.service, (operation, done) =>
    this.service.perform(operation, done),
  );
  readonly page: Page;
  readonly name: string;
  private readonly pump: NodeJS.Timeout;

  private constructor(page: Page, name: string) {
    this.page = page;
    this.name = name;
    this.pump = setInterval(() => {
      this.service.pump();
      this.dashboard.pump();
    }, PUMP_MS);
  }

  static async with(
    browser: Browser,
    { theme, ...size }: PageKind,
    play: (stage: Stage) => Promise<void>,
  ): Promise<void> {
    const context = await browser.newContext({
      viewport: size,
      colorScheme: theme,
      reducedMotion: 'reduce',
    });
    const page = await context.newPage();
    const problems = await recordProblems(page);
    const stage = new Stage(page, `${theme}-${size.width}x${size.height}`);
    try {
      await stage.dashboard.open(await freePort());
      await page.goto(stage.dashboard.url);
      await page.locator('#node-m .card-offset').waitFor();
      await play(stage);
      assert.deepEqual(problems, { csp: [], panel: [] });
    } finally {
      clearInterval(stage.pump);
      await context.close();
      stage.dashboard.close();
    }
  }

  do(operation: Operation): void {
    this.service.perform(operation, (outcome) => assert.ok(outcome.ok, JSON.stringify(outcome)));
  }

  pass(seconds: number): void {
    this.sandbox.advance(this.sandbox.world.now + seconds * 1_000_000);
  }

  /** Until the page shows the newest state. */
  async drawn(): Promise<void> {
    const { clock, history } = this.sandbox.snapshot();
    const events = `event ${String(clock.events).replace(/\B(?=(\d{3})+$)/g, ',')}`;
    const shown = this.page.locator('#events', { hasText: new RegExp(`^${events}$`) });
    await shown.waitFor({ state: 'attached', timeout: WAIT_MS });
    const present = clock.mode === 'paused' ? 'Paused' : 'Live';
    const mode = history.shown === null ? present : 'Past';
    await this.page.locator('#state', { hasText: mode }).waitFor({ timeout: WAIT_MS });
    await this.page.evaluate(DRAWN);
  }

  /** With E2E_THEME, as the stories take them. */
  async picture(scene: string): Promise<void> {
    if (process.env['E2E_THEME'] === undefined) return;
    mkdirSync(PICTURES, { recursive: true });
    await this.page.screenshot({ path: join(PICTURES, `layout-${scene}-${this.name}.png`) });
  }

  /** Where every control is, by its id. */
  boxes(): Promise<Record<string, string>> {
    return boxesOf(this.page);
  }
}

/** Where every control of a page is, by its id. */
export function boxesOf(page: Page): Promise<Record<string, string>> {
  return page.evaluate(BOXES);
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = http.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
