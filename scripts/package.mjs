// npm run package: makes dist/replication-sandbox.vsix of the bundles in dist/.
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { bin, root, testNode } from './tools.mjs';

export const VSIX = join(root, 'dist', 'replication-sandbox.vsix');

/** Packages the extension in `folder`; returns the size in bytes. Throws when vsce fails. */
export function packageExtension(folder = root, vsix = VSIX) {
  // vsce needs Node 22. Everything is bundled, so it need not look for dependencies.
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
