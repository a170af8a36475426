// Bundles the command line, the worker and the extension for Node 20, the version in VS Code 1.96, and
// the panel's page for browsers.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from './tools.mjs';

const NODE_BUNDLE = {
  absWorkingDir: root,
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  target: 'node20',
  sourcemap: 'linked',
  logLevel: 'warning',
  // Names are kept: state refers to classes by name, and stack traces of users must be readable.
  minifyWhitespace: true,
  minifySyntax: true,
};

export async function buildAll() {
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  await Promise.all([buildCommandLine(), buildForRequire(), buildPanel()]);
}

/** The command line; the code of a single command is a chunk that only this command loads. */
function buildCommandLine() {
  return build({
    ...NODE_BUNDLE,
    entryPoints: { cli: 'src/cli/cli.ts' },
    format: 'esm',
    splitting: true,
  });
}

/**
 * The worker and the extension are CommonJS because that starts faster: an ES module that imports
 * node:http reads all of its exports at once, which loads Node's whole HTTP client (undici). VS Code
 * loads extensions with require in any case.
 */
function buildForRequire() {
  return build({
    ...NODE_BUNDLE,
    entryPoints: { worker: 'src/gateway/worker.ts', extension: 'src/extension/extension.ts' },
    outExtension: { '.js': '.cjs' },
    format: 'cjs',
    external: ['vscode'],
    define: { 'import.meta.url': '__moduleUrl' },
    banner: { js: "const __moduleUrl = require('node:url').pathToFileURL(__filename).href;" },
  });
}

/** The panel's page, for webviews and browsers: panel.js, panel.css, browserTheme.css. */
function buildPanel(outdir = 'dist') {
  return build({
    absWorkingDir: root,
    outdir,
    entryPoints: [
      { in: 'webview/panel.ts', out: 'panel' },
      { in: 'webview/styles/panel.css', out: 'panel' },
      { in: 'webview/styles/browserTheme.css', out: 'browserTheme' },
    ],
    bundle: true,
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
  });
}

if (process.argv[1] === new URL(import.meta.url).pathname) await buildAll();
