// Shared by the launcher scripts. Plain JavaScript for Node 20, because it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

const INSTALL_MS_MAX = 300_000;
const stamp = join(root, 'node_modules', '.installed-lock');

/** Runs `npm ci` unless the installed packages match the lock file. */
export function install() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  console.error('Installing dependencies (npm ci)…');
  // When npm started us, its own script is run: without a shell, on every platform alike.
  const npm = process.env.npm_execpath;
  const [command, args] = npm === undefined ? ['npm', ['ci']] : [process.execPath, [npm, 'ci']];
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: npm === undefined && process.platform === 'win32',
  });
  if (result.status !== 0) {
    console.error('npm ci failed; its messages above say why.');
    process.exit(result.status ?? 1);
  }
  writeFileSync(stamp, lock);
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
export function npm(args, cwd, ignoreScripts = true) {
  const options = [...args, '--no-audit', '--no-fund', '--loglevel=error'];
  if (ignoreScripts) options.push('--ignore-scripts');
  const script = process.env.npm_execpath;
  const [command, words] =
    script === undefined ? ['npm', options] : [testNode(), [script, ...options]];
  const result = spawnSync(command, words, {
    cwd,
    encoding: 'utf8',
    env: withNode24(process.env),
    shell: script === undefined && process.platform === 'win32',
    timeout: INSTALL_MS_MAX,
  });
  if (result.status === 0) return;
  if (result.error?.code === 'ETIMEDOUT') {
    throw new Error(
      `npm ${args.join(' ')} in ${cwd} was ended after ${INSTALL_MS_MAX / 60_000} minutes: is the npm registry reachable?`,
    );
  }
  const said = `${result.stderr ?? ''}${result.error?.message ?? ''}`.trim();
  throw new Error(
    `npm ${args.join(' ')} in ${cwd} failed:\n${said.split('\n').slice(-8).join('\n')}`,
  );
}
