// A real VS Code without a desktop: code-server from npm, for npm start and the e2e tests. It needs
// neither root nor a compiler. This file runs on Node 20, code-server itself on Node 24.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import * as http from 'node:http';
import * as net from 'node:net';
import { join } from 'node:path';
import { during, outputOf } from './progress.mjs';
import { npm, root, testNode, withNode24 } from './tools.mjs';

const home = join(root, 'test', 'e2e');
const packageFolder = join(home, 'node_modules', 'code-server');
const stamp = join(home, 'node_modules', '.installed');
const READY_MS_MAX = 60_000;
const END_MS_MAX = 5_000;

// User settings of the isolated editor that suppress everything unrelated in a new window.
const SETTINGS = {
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'git.openRepositoryInParentFolders': 'never',
  // A few sandboxes have more ports than VS Code expects, and it also detects those of other programs.
  'remote.autoForwardPortsFallback': 0,
  'remote.otherPortsAttributes': { onAutoForward: 'silent' },
};

/** Installs code-server unless it is installed; rejects with npm's last lines when that fails. */
export async function installCodeServer(say = console.error) {
  const lock = readFileSync(join(home, 'package-lock.json'), 'utf8');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  const install = async () => {
    await npm(['ci'], home);
    // Its own dependencies have separate lists, which only its install script would install.
    await npm(['install'], join(packageFolder, 'lib', 'vscode'));
    await npm(['install'], join(packageFolder, 'lib', 'vscode', 'extensions'));
  };
  await during('Installing VS Code for the browser (code-server, once)', install, say);
  writeFileSync(stamp, lock);
}

/**
 * Builds the native module that output channels need. Best effort: resolves to false without a compiler and
 * when the build fails; only output channels stay empty then.
 */
export async function buildOutputChannels(say = console.error) {
  const folder = join(packageFolder, 'lib', 'vscode');
  const built = join(
    folder,
    'node_modules',
    '@vscode',
    'spdlog',
    'build',
    'Release',
    'spdlog.node',
  );
  if (existsSync(built)) return true;
  const tools = ['make', 'g++', 'python3'];
  if (tools.some((tool) => spawnSync(tool, ['--version']).status !== 0)) return false;
  try {
    const build = () => npm(['rebuild', '@vscode/spdlog'], folder, false);
    await during('Building its module for output channels (half a minute, once)', build, say);
  } catch {
    return false;
  }
  return existsSync(built);
}

/** The environment without variables that code-server would interpret, such as those of a VS Code around us. */
function cleanEnvironment(extra) {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(PORT|PASSWORD|HASHED_PASSWORD|CODE_SERVER_.*|VSCODE_.*|npm_.*)$/.test(name),
    ),
  );
  return { ...withNode24(env), ...extra };
}

function entry() {
  return join(packageFolder, 'out', 'node', 'entry.js');
}

/** The folders of an isolated editor below `base`. */
export function editorFolders(base) {
  return {
    data: join(base, 'data'),
    extensions: join(base, 'extensions'),
    config: join(base, 'config.yaml'),
  };
}

function folderArguments({ data, extensions, config }) {
  return ['--user-data-dir', data, '--extensions-dir', extensions, '--config', config];
}

/** Creates the folders and writes the settings, for code-server and for a desktop's VS Code. */
export function makeFolders(folders, settings = {}) {
  mkdirSync(join(folders.data, 'User'), { recursive: true });
  mkdirSync(folders.extensions, { recursive: true });
  writeFileSync(
    join(folders.data, 'User', 'settings.json'),
    JSON.stringify({ ...SETTINGS, ...settings }, undefined, 2),
  );
}

/** Creates the folders and installs the packages. */
export async function prepareEditor(folders, packages, settings = {}) {
  makeFolders(folders, settings);
  writeFileSync(folders.config, 'auth: none\n');
  const installs = packages.flatMap((vsix) => ['--install-extension', vsix]);
  const args = [entry(), ...installs, ...folderArguments(folders)];
  const { status, output } = await outputOf(testNode(), args, { env: cleanEnvironment({}) });
  if (status !== 0) throw new Error(`code-server --install-extension failed:\n${output}`);
}

/**
 * Starts code-server and resolves when it answers. With `trust: true` every folder is trusted. With a
 * `password` the browser asks for it, which is required on a host that others can reach.
 */
export async function startCodeServer({
  folders,
  host = '127.0.0.1',
  port,
  trust = true,
  env = {},
  password,
  graceSeconds = 60,
  log,
}) {
  const args = [
    entry(),
    ...folderArguments(folders),
    '--auth',
    password === undefined ? 'none' : 'password',
    '--bind-addr',
    `${host}:${port}`,
    '--disable-telemetry',
    '--disable-update-check',
    '--reconnection-grace-time',
    String(graceSeconds),
    ...(trust ? ['--disable-workspace-trust'] : []),
  ];
  const secret = password === undefined ? {} : { PASSWORD: password };
  const child = spawn(testNode(), args, {
    env: cleanEnvironment({ ...env, ...secret }),
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group: it starts extension hosts and terminals, which must end with it.
    detached: process.platform !== 'win32',
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text) => {
      output = (output + text).slice(-20_000);
      log?.(text);
    });
  }
  const exited = new Promise((resolve) => child.once('exit', resolve));
  await untilHealthy(
    host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host,
    port,
    child,
    () => output,
  );
  return { pid: child.pid, exited, stop: () => endGroup(child, exited) };
}

async function untilHealthy(host, port, child, output) {
  const limit = Date.now() + READY_MS_MAX;
  while (Date.now() < limit) {
    if (child.exitCode !== null) throw new Error(`code-server ended at once:\n${output()}`);
    if (await isHealthy(host, port)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`code-server does not answer at ${host}:${port}:\n${output()}`);
}

function isHealthy(host, port) {
  return new Promise((resolve) => {
    const request = http.get({ host, port, path: '/healthz', timeout: 1_000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('error', () => resolve(false));
    request.on('timeout', () => request.destroy());
  });
}

/** Sends SIGTERM to the group, and SIGKILL to what is left of it after END_MS_MAX. */
async function endGroup(child, exited) {
  signalGroup(child, 'SIGTERM');
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, END_MS_MAX);
  });
  await Promise.race([exited, late]);
  clearTimeout(timer);
  signalGroup(child, 'SIGKILL');
}

function signalGroup(child, signal) {
  try {
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // The group has ended.
  }
}

/** The first port from `first` on that is free now. */
export async function freePort(first, host = '127.0.0.1') {
  for (let port = first; port < first + 1_000; port += 1) {
    const isFree = await new Promise((resolve) => {
      const server = net.createServer();
      server.once('error', () => resolve(false));
      server.listen({ port, host }, () => server.close(() => resolve(true)));
    });
    if (isFree) return port;
  }
  throw new Error(`no free port from ${first} on`);
}
