/**
 * One page on the editor, driven as a person drives it: palette, trees, panel; and pictures of it.
 *
 * Invariant: everything waits for a condition, with a limit, and never for a time.
 */

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Frame, Locator, Page } from 'playwright-core';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** Screenshots; git-ignored. */
const PICTURES = join(ROOT, 'out', 'e2e');
const MANIFEST = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly contributes: { readonly commands: readonly { command: string; title: string }[] };
};
export const WAIT_MS = 30_000;
const PALETTE_MS = 2_000;
const ANSWER_MS = 5_000;
const SIZES = [
  { width: 1400, height: 900 },
  { width: 900, height: 700 },
] as const;
/** Two frames: what a change of size or theme brought about is drawn. */
const DRAWN =
  'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))';

/** What begins the row to pick, or a text to type. */
type Answer = string | { readonly text: string };

/** One page on the editor. */
export class Window {
  readonly page: Page;
  readonly folder: string;
  /** The question that was answered last: its quick pick may still be there. */
  private answered = '';

  constructor(page: Page, folder: string) {
    this.page = page;
    this.folder = folder;
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

  /** Its renderer dies, as of a browser that is out of memory: no farewell to the server. */
  async kill(): Promise<void> {
    const crashed = this.page.waitForEvent('crash', { timeout: WAIT_MS });
    const left = this.page.goto('chrome://crash').catch(() => {}); // It never arrives.
    await crashed;
    void left;
  }

  /**
   * Runs a command of ours and answers what it asks: `command('Simulate Crash', 'm')` picks `m`,
   * `command('Start Load…', { text: '500' })` types into an input box.
   *
   * All of it again when a question goes away unanswered: the palette gives the focus back to the
   * panel as it closes, now and then only after the question has come up, and that closes the question.
   */
  async command(title: string, ...answers: readonly Answer[]): Promise<void> {
    await until(
      async () => {
        try {
          await this.openPalette(`>Replication Sandbox: ${title}`);
          // It lists what is enabled when it opens; a context key may be a moment late.
          await this.paletteRow(title).click({ timeout: PALETTE_MS });
          this.answered = '';
          for (const answer of answers) await this.answer(answer);
          return true;
        } catch {
          await this.page.keyboard.press('Escape');
          return false;
        }
      },
      `the palette to offer ${title}, and ${JSON.stringify(answers)} to be asked for`,
    );
  }

  /** Runs a command of VS Code's own, by all it is called in the palette. */
  async commandOfEditor(label: string): Promise<void> {
    const row = this.page.locator(
      `.quick-input-list .monaco-list-row[aria-label^=${JSON.stringify(label)}]`,
    );
    await until(async () => {
      try {
        await this.openPalette(`>${label}`);
        await row.first().click({ timeout: PALETTE_MS });
        return true;
      } catch {
        await this.page.keyboard.press('Escape');
        return false;
      }
    }, `the palette to offer ${label}`);
  }

  /** Opens a file of the folder by its name. */
  async openFile(name: string): Promise<void> {
    await until(async () => {
      try {
        await this.openPalette(name);
        const found = this.page.locator('.quick-input-list .monaco-list-row', { hasText: name });
        await found.first().click({ timeout: PALETTE_MS });
        return true;
      } catch {
        await this.page.keyboard.press('Escape');
        return false;
      }
    }, `the file ${name} to be found`);
  }

  /** Types a line into a new terminal. */
  async terminal(line: string): Promise<void> {
    await this.commandOfEditor('Terminal: Create New Terminal');
    const input = this.page.locator('.terminal.xterm .xterm-helper-textarea').last();
    await input.waitFor({ state: 'attached', timeout: WAIT_MS });
    await input.focus({ timeout: WAIT_MS });
    await this.page.keyboard.type(`${line}\n`);
  }

  /** Whether the palette offers a command now. */
  async offers(title: string): Promise<boolean> {
    await this.openPalette(`>Replication Sandbox: ${title}`);
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

  private async openPalette(text: string): Promise<void> {
    // One that is fading away would take the key and go.
    await this.page.locator('.quick-input-widget').waitFor({ state: 'hidden', timeout: WAIT_MS });
    await this.page.keyboard.press('F1');
    await this.quickInput().waitFor({ timeout: PALETTE_MS });
    await this.quickInput().fill(text, { timeout: PALETTE_MS });
  }

  /** Waits for a question that has not been answered yet. */
  private async answer(answer: Answer): Promise<void> {
    const isNew = async (): Promise<boolean> =>
      (await this.quickInput().isVisible()) && (await this.prompt()) !== this.answered;
    await until(isNew, `another question than ${this.answered}`, ANSWER_MS);
    if (typeof answer !== 'string') {
      await this.quickInput().fill(answer.text, { timeout: ANSWER_MS });
      await this.page.keyboard.press('Enter');
      return;
    }
    const row = this.page.locator('.quick-input-list .monaco-list-row').filter({
      has: this.page.locator('.label-name', { hasText: new RegExp(`^${literal(answer)}`) }),
    });
    await row.first().waitFor({ timeout: ANSWER_MS });
    this.answered = await this.prompt();
    await row.first().click({ timeout: ANSWER_MS });
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

  async untilRow(view: 'Nodes' | 'Sentinels', name: string, pattern: RegExp): Promise<void> {
    await this.untilText(this.row(view, name), pattern);
  }

  async untilText(place: Locator, pattern: RegExp): Promise<void> {
    let text = '';
    await until(
      async () => {
        text = (await place.textContent({ timeout: 1_000 }).catch(() => null)) ?? '';
        return pattern.test(text);
      },
      () => `${pattern} where “${text}” stands`,
    );
  }

  /** An entry of a row's context menu. */
  async menu(view: 'Nodes' | 'Sentinels', name: string, entry: string): Promise<void> {
    const menu = this.page.locator('.monaco-menu:visible');
    await this.row(view, name).click({ button: 'right', timeout: WAIT_MS });
    const item = menu.locator('.action-item', { hasText: entry }).first();
    await item.waitFor({ timeout: WAIT_MS });
    // A menu that has just come up takes no click, lest the one that opened it falls through.
    await until(async () => {
      await item.click({ timeout: PALETTE_MS }).catch(() => {});
      return (await menu.count()) === 0;
    }, `the menu to take ${entry}`);
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

  /** Presses a button of a notification. */
  async answerNotified(pattern: RegExp, button: string): Promise<void> {
    await this.buttonOfNotified(pattern, button).click({ timeout: WAIT_MS });
  }

  buttonOfNotified(pattern: RegExp, button: string): Locator {
    return this.page
      .locator('.notification-list-item', {
        has: this.page.locator('.notification-list-item-message', { hasText: pattern }),
      })
      .locator('.monaco-button', { hasText: button });
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

  /** The panel shows a master. One that another panel covers takes its frame along: look again then. */
  async untilPanelDrawn(): Promise<void> {
    await until(async () => {
      const card = (await this.panel()).locator('[data-node="m"] .card-offset');
      return card.isVisible().catch(() => false);
    }, 'the panel to be drawn');
  }

  /** A picture of a step; with E2E_THEME in that theme, once for each size. */
  async pictures(name: string): Promise<void> {
    const theme = process.env['E2E_THEME'];
    if (theme === undefined) return this.screenshot(name);
    for (const size of SIZES.toReversed()) {
      await this.page.setViewportSize(size);
      await this.page.evaluate(DRAWN);
      await this.screenshot(`${name}-${theme}-${size.width}`);
    }
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
  what: string | (() => string),
  limitMs = WAIT_MS,
): Promise<void> {
  const limit = Date.now() + limitMs;
  while (!(await holds())) {
    if (Date.now() >= limit) {
      assert.fail(`waited ${limitMs} ms for ${typeof what === 'string' ? what : what()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
