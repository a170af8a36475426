// What the launcher scripts share. Plain JavaScript for Node 20: it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

const INSTALL_MS_MAX = 300_000;
const stamp = join(root, 'node_modules', '.installed-lock');

/** Runs `npm ci` unless what is installed is what the lock file says. */
export function install() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  console.error('Installing dependencies (npm ci)…');
  // npm's own script when npm started us: no shell, the same on every platform.
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

/** Path of a program in an installed package. */
export function bin(packageName, name = packageName) {
  const manifest = JSON.parse(
    readFileSync(join(root, 'node_modules', packageName, 'package.json'), 'utf8'),
  );
  const relative = typeof manifest.bin === 'string' ? manifest.bin : manifest.bin[name];
  return join(root, 'node_modules', packageName, relative);
}

/** The Node that runs the tests: the one the lock file names, not the one that happens to be there. */
export function testNode() {
  return bin('node');
}

/** Runs a program with inherited output; gives its exit status. */
export function run(program, args, env = {}) {
  const result = spawnSync(program, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  return result.status ?? 1;
}

/** An environment in which `node` is the one that runs the tests. */
export function withNode24(env) {
  return { ...env, PATH: `${dirname(testNode())}${delimiter}${env.PATH ?? ''}` };
}

/** Runs npm in a package of its own, such as test/e2e; throws with its last words when that fails. */
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
