/** Files that no program reaches. */

import type { SourceFile } from './sources.ts';

/** What the product starts. */
export const ENTRIES = ['src/cli/cli.ts', 'src/gateway/worker.ts', 'src/extension/extension.ts'];

/** What the simulation harness drives and no entry does yet: replay, and going back. */
export const TEST_ENTRIES = ['src/world/replay.ts', 'src/world/checkpoints.ts'];

/** The files that the imports of the entries do not reach. */
export function deadFiles(files: readonly SourceFile[], entries: readonly string[]): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const reached = new Set(entries);
  for (const path of reached) {
    for (const imported of byPath.get(path)?.imports ?? []) reached.add(imported);
  }
  return files.map(({ path }) => path).filter((path) => !reached.has(path));
}
