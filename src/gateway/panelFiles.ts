/**
 * The files of the panel's page, as scripts/build.mjs puts them into dist/: read when they are asked
 * for, so that a page loaded again after a build is the new one.
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

/** Undefined for a name that is none of the page's, and while nothing has been built. */
export async function readPanelFile(name: string): Promise<PanelFile | undefined> {
  const type = TYPES[name];
  if (type === undefined) return undefined;
  try {
    return { type, bytes: await readFile(new URL(name, distUrl())) };
  } catch {
    return undefined;
  }
}

/** Where this module runs as a bundle, or dist/ beside src/ when it runs as source. */
function distUrl(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? '../../dist/' : './', import.meta.url);
}
