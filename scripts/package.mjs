// npm run package: dist/replication-sandbox.vsix from what the build left in dist/.
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { bin, root, testNode } from './tools.mjs';

export const VSIX = join(root, 'dist', 'replication-sandbox.vsix');

/** Packages a folder's extension, ours unless told; gives the size in bytes, throws when vsce fails. */
export function packageExtension(folder = root, vsix = VSIX) {
  // vsce itself needs Node 22. Everything is bundled, so there are no dependencies to look for.
  const result = spawnSync(
    testNode(),
    [
      bin('@vscode/vsce', 'vsce'),
      'package',
      '--no-dependencies',
      '--allow-missing-repository',
      '--no-rewrite-relative-links',
      '--out',
      vsix,
    ],
    { cwd: folder, encoding: 'utf8' },
  );
  if (result.status !== 0)
    throw new Error(`vsce package failed:\n${result.stdout}${result.stderr}`);
  return statSync(vsix).size;
}
