// Prepares the tests on Node 20, the oldest supported version (VS Code 1.96 has it): installs it and
// translates the sources. Node 24 runs TypeScript directly; for Node 20 esbuild translates every file,
// and test/node20/hooks.mjs loads the result in place of the source.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { during } from './progress.mjs';
import { npm, root } from './tools.mjs';

const home = join(root, 'test', 'node20');
const stamp = join(home, 'node_modules', '.installed');

/** Returns the program that runs the tests, and the environment for it and its children. */
export async function prepareNode20() {
  await install();
  await translate();
  const register = pathToFileURL(join(home, 'register.mjs')).href;
  return {
    node: join(home, 'node_modules', 'node', 'bin', 'node'),
    env: { NODE_OPTIONS: `--import=${register}` },
  };
}

async function install() {
  const lock = readFileSync(join(home, 'package-lock.json'), 'utf8');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  await during('Installing Node 20 for the tests', () => npm(['ci'], home, false));
  writeFileSync(stamp, lock);
}

async function translate() {
  const outdir = join(root, 'out', 'node20');
  rmSync(outdir, { recursive: true, force: true });
  await build({
    absWorkingDir: root,
    entryPoints: ['src', 'test', 'webview'].flatMap(sourcesIn),
    outbase: '.',
    outdir,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: 'inline',
    logLevel: 'warning',
  });
}

function sourcesIn(folder) {
  return readdirSync(join(root, folder), { recursive: true })
    .filter((file) => file.endsWith('.ts') && !file.includes('node_modules'))
    .map((file) => join(folder, file));
}
