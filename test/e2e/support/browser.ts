/**
 * Chromium for the e2e tests: where it is, and a page that remembers everything that went wrong.
 *
 * Invariant: without Chromium nothing is installed and the tests are skipped, visibly.
 */

import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Chromium's path; undefined when this machine has none. CHROMIUM names another. */
export function chromiumPath(): string | undefined {
  const named = process.env['CHROMIUM'];
  return [...(named === undefined ? [] : [named]), ...PLACES].find((path) => existsSync(path));
}

/** What `test` takes for `skip`: false, or why. */
export function skipWithoutChromium(): string | false {
  return (
    chromiumPath() === undefined &&
    'Chromium is not installed (looked in /usr/bin, and at CHROMIUM)'
  );
}

export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath()!, args: ARGUMENTS });
}

export interface PageProblems {
  /** Violations of a content security policy, wherever they happened. */
  readonly csp: string[];
  /** Errors of our own page, from its console and uncaught ones. */
  readonly panel: string[];
}

/** Records what a page and its frames complain about, from now on. */
export async function recordProblems(page: Page): Promise<PageProblems> {
  const problems: PageProblems = { csp: [], panel: [] };
  // In every frame and before its scripts: a violation is an event, not always a console line.
  await page.addInitScript(() => {
    const page = globalThis as unknown as {
      addEventListener(type: string, listener: (event: CspEvent) => void): void;
      console: Console;
    };
    interface CspEvent {
      readonly violatedDirective: string;
      readonly blockedURI: string;
      readonly sourceFile: string;
    }
    page.addEventListener('securitypolicyviolation', (event) => {
      const { violatedDirective, blockedURI, sourceFile } = event;
      page.console.error(`CSP ${violatedDirective} blocked ${blockedURI} in ${sourceFile}`);
    });
  });
  page.on('console', (message) => {
    const text = message.text();
    const { url } = message.location();
    if (/^CSP |Content Security Policy/.test(text)) problems.csp.push(`${text} (${url})`);
    else if (message.type() === 'error' && isOurs(url)) problems.panel.push(`${text} (${url})`);
  });
  page.on('pageerror', (error) => {
    if (isOurs(error.stack ?? '')) problems.panel.push(error.stack ?? error.message);
  });
  return problems;
}

function isOurs(where: string): boolean {
  return /replication-sandbox[^/]*\/dist\/|\/dist\/panel\.js/.test(where);
}
