// npm start: opens VS Code on the playground folder with the packaged extension: the desktop's `code` if it
// is usable, otherwise code-server in the browser, otherwise the panel alone.
//
// Invariant: all data of the editor is in a temporary folder that is removed at the end, never in the user's
// profile.
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  buildOutputChannels,
  editorFolders,
  freePort,
  installCodeServer,
  makeFolders,
  prepareEditor,
  startCodeServer,
} from './codeServer.mjs';
import { during, outputOf } from './progress.mjs';
import { root } from './tools.mjs';

const PLAYGROUND = join(root, 'media', 'playground');
const FIRST_PORT = 8_100;
const READY_POLL_MS = 250;
/** The guide opens first. */
const SETTINGS = { 'workbench.startupEditor': 'readme' };
const USAGE = 'usage: npm start -- [--browser] [--host address] [--port number]';

/** Throws an Error with the usage as its message. */
export function parseStartOptions(args) {
  const options = { browser: false, host: '127.0.0.1', port: undefined };
  const rest = [...args];
  while (rest.length > 0) {
    const word = rest.shift();
    if (word === '--browser') options.browser = true;
    else if (word === '--host' && rest.length > 0) options.host = rest.shift();
    else if (word === '--port' && /^\d+$/.test(rest[0] ?? '')) options.port = Number(rest.shift());
    else throw new Error(USAGE);
  }
  // An address is given in order to reach it with a browser.
  if (options.host !== '127.0.0.1') options.browser = true;
  return options;
}

/** Runs until Ctrl-C or the editor's end. Resolves to false when no editor can start, after printing why. */
export async function startEditor(options, vsix) {
  const base = mkdtempSync(join(tmpdir(), 'replication-sandbox-'));
  const readyFile = join(base, 'ready.json');
  try {
    const reason = options.browser ? 'asked for the browser' : noDesktopReason();
    const editor =
      reason === undefined
        ? await startDesktop(base, vsix, readyFile)
        : await startBrowser(base, vsix, readyFile, options, reason);
    if (editor === undefined) return false;
    const watch = announceEndpoints(readyFile);
    await Promise.race([interrupted(), editor.exited]);
    clearInterval(watch);
    await editor.stop();
    return true;
  } finally {
    rmSync(base, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Why the desktop's VS Code cannot be used; undefined when it can. */
function noDesktopReason() {
  if (process.getuid?.() === 0) return 'VS Code does not run as root';
  const hasDisplay =
    process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
  if (!hasDisplay) return 'there is no display';
  const isThere =
    spawnSync('code', ['--version'], { shell: process.platform === 'win32' }).status === 0;
  return isThere ? undefined : '`code` is not on the PATH';
}

async function startDesktop(base, vsix, readyFile) {
  const editor = editorFolders(base);
  const { data, extensions } = editor;
  const shell = process.platform === 'win32';
  const folders = ['--user-data-dir', data, '--extensions-dir', extensions];
  makeFolders(editor, SETTINGS);
  const installed = await during('Installing the extension in a VS Code with its own data', () =>
    outputOf('code', [...folders, '--install-extension', vsix], { shell }),
  );
  if (installed.status !== 0) {
    console.error(`VS Code did not install the extension:\n${installed.output}`);
    return undefined;
  }
  const child = spawn(
    'code',
    [...folders, '--disable-workspace-trust', '--new-window', '--wait', PLAYGROUND],
    {
      stdio: 'ignore',
      shell,
      env: { ...process.env, REPLICATION_SANDBOX_READY_FILE: readyFile },
    },
  );
  console.log(
    'VS Code opens on the playground, with separate data and extensions. Ctrl-C ends it.',
  );
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const stop = async () => {
    child.kill();
    endDesktop(join(data, 'code.lock'));
  };
  return { exited, stop };
}

/** The window belongs to another process, whose ID VS Code writes into its lock file. */
function endDesktop(lockFile) {
  if (!existsSync(lockFile)) return;
  const pid = Number(readFileSync(lockFile, 'utf8'));
  try {
    if (Number.isInteger(pid) && pid > 1) process.kill(pid, 'SIGTERM');
  } catch {
    // It has already ended.
  }
}

async function startBrowser(base, vsix, readyFile, { host, port }, reason) {
  console.log(`VS Code runs in the browser (${reason}).`);
  try {
    await installCodeServer();
    if (!(await buildOutputChannels())) {
      console.log(
        "Output channels (the nodes' logs) stay empty: they need a C++ compiler, make and Python.",
      );
    }
    const folders = editorFolders(base);
    await during('Installing the extension in it', () => prepareEditor(folders, [vsix], SETTINGS));
    const at = port ?? (await freePort(FIRST_PORT, host));
    // The editor has a terminal, so an address that others can reach requires a password.
    const password = isLoopback(host) ? undefined : randomBytes(9).toString('base64url');
    const env = { REPLICATION_SANDBOX_READY_FILE: readyFile };
    const server = await during('Starting it', () =>
      startCodeServer({ folders, host, port: at, env, password }),
    );
    const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
    console.log(
      `\n  Open  http://${name.includes(':') ? `[${name}]` : name}:${at}/?folder=${encodeURI(PLAYGROUND)}`,
    );
    if (password !== undefined) console.log(`  Password  ${password}`);
    console.log('\nA sandbox starts when the page is open. Ctrl-C ends everything.');
    return server;
  } catch (error) {
    console.error(`VS Code cannot start in the browser: ${error.message}`);
    return undefined;
  }
}

function isLoopback(host) {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

/** Prints the endpoints whenever the extension reports new ones. */
function announceEndpoints(readyFile) {
  let known = '';
  return setInterval(() => {
    const text = existsSync(readyFile) ? readFileSync(readyFile, 'utf8') : '';
    if (text === known || !text.endsWith('\n')) return;
    known = text;
    for (const endpoints of JSON.parse(text)) {
      const { nodes, sentinels, masterName, control } = endpoints;
      console.log('\nThe sandbox is ready:');
      for (const node of nodes)
        console.log(`  ${node.name.padEnd(8)} ${node.host}:${node.port}  ${node.role}`);
      for (const node of sentinels) {
        console.log(
          `  ${node.name.padEnd(8)} ${node.host}:${node.port}  Sentinel of ${masterName}`,
        );
      }
      console.log(
        `  control  ${control.host}:${control.port}  redis-cli -p ${control.port} SANDBOX HELP`,
      );
    }
  }, READY_POLL_MS);
}

function interrupted() {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, resolve);
  });
}
