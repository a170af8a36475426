/**
 * The files of the panel's page, which scripts/build.mjs writes to dist/. They are read on request, so
 * that a reload after a build shows the new page.
 */

import { readFile } from 'node:fs/promises';

interface PanelFile {
  readonly type: string;
  readonly bytes: Buffer;
}

const TYPES: Readonly<Record<string, string>> = {
  'panel.js': 'text/javascript; charset=utf-8',
  'panel.css': 'text/css; charset=utf-8',
  'browserTheme.css': 'text/css; charset=utf-8',
};

/** Undefined for a name that is not a file of the page, and before the first build. */
export async function readPanelFile(name: string): Promise<PanelFile | undefined> {
  const type = TYPES[name];
  if (type === undefined) return undefined;
  try {
    return { type, bytes: await readFile(new URL(name, distUrl())) };
  } catch {
    return undefined;
  }
}

/** The folder of the bundle that contains this module, or dist/ beside src/ when it runs as source. */
function distUrl(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? '../../dist/' : './', import.meta.url);
}
