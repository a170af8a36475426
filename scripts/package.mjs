// npm run package: makes dist/replication-sandbox.vsix of the bundles in dist/.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { outputOf } from './progress.mjs';
import { bin, root, testNode } from './tools.mjs';

export const VSIX = join(root, 'dist', 'replication-sandbox.vsix');

/** Packages the extension in `folder`; resolves to the size in bytes. Rejects when vsce fails. */
export async function packageExtension(folder = root, vsix = VSIX) {
  // vsce needs Node 22. Everything is bundled, so it need not look for dependencies.
  const { status, output } = await outputOf(
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
    { cwd: folder },
  );
  if (status !== 0) throw new Error(`vsce package failed:\n${output}`);
  return statSync(vsix).size;
}
