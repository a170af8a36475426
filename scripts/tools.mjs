// Shared by the launcher scripts. Plain JavaScript for Node 20, because it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { during, outputOf } from './progress.mjs';

export const root = fileURLToPath(new URL('..', import.meta.url));

const INSTALL_MS_MAX = 300_000;
const stamp = join(root, 'node_modules', '.installed-lock');

function lockHash() {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
}

/** Whether the installed packages match the lock file. */
export function isInstalled() {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === lockHash();
}

/** Runs `npm ci` unless the installed packages match the lock file. */
export async function install() {
  if (isInstalled()) return;
  // When npm started us, its own script is run: without a shell, on every platform alike.
  const npm = process.env.npm_execpath;
  const [command, args] = npm === undefined ? ['npm', ['ci']] : [process.execPath, [npm, 'ci']];
  const result = await during('Installing the packages of package-lock.json (npm ci)', () =>
    outputOf(command, args, {
      cwd: root,
      stdio: ['ignore', 2, 2],
      shell: npm === undefined && process.platform === 'win32',
    }),
  );
  if (result.status !== 0) {
    console.error('npm ci failed; its messages above say why.');
    process.exit(result.status ?? 1);
  }
  writeFileSync(stamp, lockHash());
}

/** The path of a program in an installed package. */
export function bin(packageName, name = packageName) {
  const manifest = JSON.parse(
    readFileSync(join(root, 'node_modules', packageName, 'package.json'), 'utf8'),
  );
  const relative = typeof manifest.bin === 'string' ? manifest.bin : manifest.bin[name];
  return join(root, 'node_modules', packageName, relative);
}

/** The Node that runs the tests: the one in the lock file, not the one on the PATH. */
export function testNode() {
  return bin('node');
}

/** Runs a program with inherited output; returns its exit status. */
export function run(program, args, env = {}) {
  const result = spawnSync(program, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  return result.status ?? 1;
}

/** The environment with the Node of the tests first on the PATH. */
export function withNode24(env) {
  return { ...env, PATH: `${dirname(testNode())}${delimiter}${env.PATH ?? ''}` };
}

/** Runs npm in a separate package, such as test/e2e; throws its last lines when that fails. */
export async function npm(args, cwd, ignoreScripts = true) {
  const options = [...args, '--no-audit', '--no-fund', '--loglevel=error'];
  if (ignoreScripts) options.push('--ignore-scripts');
  const script = process.env.npm_execpath;
  const [command, words] =
    script === undefined ? ['npm', options] : [testNode(), [script, ...options]];
  const { status, output, isLate } = await outputOf(command, words, {
    cwd,
    env: withNode24(process.env),
    shell: script === undefined && process.platform === 'win32',
    timeout: INSTALL_MS_MAX,
  });
  if (status === 0) return;
  if (isLate) {
    throw new Error(
      `npm ${args.join(' ')} in ${cwd} was ended after ${INSTALL_MS_MAX / 60_000} minutes: is the npm registry reachable?`,
    );
  }
  const last = output.trim().split('\n').slice(-8).join('\n');
  throw new Error(`npm ${args.join(' ')} in ${cwd} failed:\n${last}`);
}
