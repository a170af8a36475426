/** Files that no program reaches. */

import type { SourceFile } from './sources.ts';

/** What the product starts. */
export const ENTRIES = ['src/cli/cli.ts', 'src/gateway/worker.ts', 'src/extension/extension.ts'];

/** What tests drive and no entry does yet: replay, going back, and the names for breakpoints. */
export const TEST_ENTRIES = [
  'src/world/replay.ts',
  'src/world/checkpoints.ts',
  'src/sandbox/protocolEvents.ts',
];

/** What is started beside the product and the tests that the launcher finds, and by what. */
export const STARTED: Readonly<Record<string, string>> = {
  'webview/panel.ts': 'scripts/build.mjs bundles it',
  'webview/styles/panel.css': 'scripts/build.mjs bundles it',
  'webview/styles/browserTheme.css': 'scripts/build.mjs bundles it',
  'scripts/launch.mjs': 'every script of package.json',
  'scripts/countReporter.mjs': "node:test, for the launcher's counts",
  'test/bench/bench.ts': 'npm run bench',
  'test/simulation/cli.ts': 'npm run simulate',
  'test/node20/register.mjs': 'node --import, see scripts/node20.mjs',
  'test/node20/hooks.mjs': 'register.mjs, by its URL',
  'test/e2e/probe/extension.cjs': "code-server, installed by the stories' support",
  'test/e2e/probe/plantedBug.mjs': 'node --import, in the threads that extension.cjs starts',
};

/** The files that the imports of the entries do not reach. */
export function deadFiles(files: readonly SourceFile[], entries: readonly string[]): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const reached = new Set(entries);
  for (const path of reached) {
    for (const imported of byPath.get(path)?.imports ?? []) reached.add(imported);
  }
  return files.map(({ path }) => path).filter((path) => !reached.has(path));
}
