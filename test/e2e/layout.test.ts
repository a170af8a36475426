/**
 * The panel's page in Chromium, over a sandbox in virtual time: whatever happens, no control moves, and
 * selection and focus stay where the user put them.
 *
 * Invariant: the tests decide when time passes, so every state is reached without waiting for it.
 */

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import * as http from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { Dashboard } from '../../src/gateway/dashboard.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { Service } from '../../src/sandbox/service.ts';
import type { Operation } from '../../src/view/messages.ts';
import { bootedSandbox } from '../support/sandboxes.ts';
import { launchChromium, recordProblems, skipWithoutChromium } from './support/browser.ts';

const PICTURES = fileURLToPath(new URL('../../out/e2e', import.meta.url));
const PUMP_MS = 20;
const WAIT_MS = 10_000;
/** Code of the page, as text: these tests are compiled without a DOM. */
const DRAWN =
  'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))';
const CONTROLS =
  'button[id], vscode-button[id], vscode-dropdown[id], vscode-text-field[id], [tabindex="0"][id]';
const BOXES = `Object.fromEntries(
  [...document.querySelectorAll(${JSON.stringify(CONTROLS)})]
    .filter(({ id }) => id !== '' && !id.startsWith('feed-row-'))
    .map((element) => {
      const { x, y, width, height } = element.getBoundingClientRect();
      return [element.id, [x, y, width, height].map((value) => value.toFixed(1)).join(' ')];
    }),
)`;
/** The page alone in a window, and beside an open guide, above an open terminal, in a small window. */
const PAGES = [
  { width: 1400, height: 900, theme: 'dark' },
  { width: 1400, height: 900, theme: 'light' },
  { width: 900, height: 700, theme: 'dark' },
  { width: 900, height: 700, theme: 'light' },
  { width: 525, height: 830, theme: 'dark' },
  { width: 1050, height: 560, theme: 'dark' },
  { width: 550, height: 620, theme: 'dark' },
  { width: 460, height: 480, theme: 'dark' },
] as const;
type PageKind = (typeof PAGES)[number];

const skip = process.env['REQUIRE_PEERS'] === '1' ? false : skipWithoutChromium();
let browser: Browser | undefined;

before(async () => {
  if (skip === false) browser = await launchChromium();
});
after(() => browser?.close());

/** A page on a sandbox of its own. */
class Stage {
  readonly sandbox: Sandbox = bootedSandbox();
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

  static async with({ theme, ...size }: PageKind, play: (stage: Stage) => Promise<void>) {
    const context = await browser!.newContext({
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
    const { clock } = this.sandbox.snapshot();
    const events = `event ${String(clock.events).replace(/\B(?=(\d{3})+$)/g, ',')}`;
    const shown = this.page.locator('#events', { hasText: new RegExp(`^${events}$`) });
    await shown.waitFor({ state: 'attached', timeout: WAIT_MS });
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
    return this.page.evaluate(BOXES);
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = http.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/** What may happen to a sandbox, one after the other. */
const SCENES: readonly (readonly [name: string, happen: (stage: Stage) => void])[] = [
  [
    'load',
    (stage) => {
      stage.do({ op: 'load', rate: 500, bytes: 100 });
      stage.pass(5);
    },
  ],
  [
    'cut',
    (stage) => {
      stage.do({ op: 'cut', a: 'm', b: 'r1', oneway: false });
      stage.do({ op: 'cut', a: 's1', b: 's2', oneway: true });
      stage.do({ op: 'latency', a: 'm', b: 'r2', ms: 120, jitterMs: 30 });
      stage.pass(1);
    },
  ],
  [
    'crash',
    (stage) => {
      stage.do({ op: 'heal' });
      stage.do({ op: 'crash', node: 'm' });
      stage.pass(1.5);
    },
  ],
  ['failover', (stage) => stage.pass(20)],
  [
    'two-masters',
    (stage) => {
      stage.do({ op: 'restart', node: 'm' });
      stage.pass(3);
    },
  ],
  [
    'frozen',
    (stage) => {
      stage.do({ op: 'freeze', node: 'r2' });
      stage.pass(2);
    },
  ],
  ['paused', (stage) => stage.do({ op: 'pause' })],
  [
    'stopped-load',
    (stage) => {
      stage.do({ op: 'resume' });
      stage.do({ op: 'thaw', node: 'r2' });
      stage.do({ op: 'loadStop' });
      stage.pass(15);
    },
  ],
];

for (const kind of PAGES) {
  test(`no control moves, ${kind.theme}, ${kind.width}×${kind.height}`, { skip }, async () => {
    await Stage.with(kind, async (stage) => {
      await stage.page.locator('#node-m').click();
      await stage.page.mouse.move(0, 0);
      await stage.drawn();
      const atFirst = await stage.boxes();
      assert.ok(Object.keys(atFirst).length > 40, Object.keys(atFirst).join(' '));
      await stage.picture('begin');
      for (const [scene, happen] of SCENES) {
        happen(stage);
        await stage.drawn();
        await stage.picture(scene);
        const now = await stage.boxes();
        const moved = Object.keys(atFirst).filter((id) => now[id] !== atFirst[id]);
        const told = moved.map((id) => `${id} from ${atFirst[id]} to ${now[id]}`);
        assert.deepEqual(told, [], scene);
        assert.equal(await stage.page.locator('#inspector-name').textContent(), 'm', scene);
      }
    });
  });
}
