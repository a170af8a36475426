/**
 * Real processes for the interop tests: Debian's Redis programs and our own CLI.
 *
 * Invariant: everything listens on loopback only, works in a temporary directory of its own, and
 * is ended by its pid when the test that started it ends.
 */

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { EndpointList } from '../../src/gateway/hostMessages.ts';

/** The source, unless INTEROP_CLI names a bundle. */
const CLI =
  process.env['INTEROP_CLI'] ?? fileURLToPath(new URL('../../src/cli/cli.ts', import.meta.url));
const HOST = '127.0.0.1';
const START_MS_MAX = 30_000;
const POLL_MS = 20;
const FIRST_PORT = 20_000;
const PORTS = 20_000;

export interface Peer {
  readonly pid: number;
  readonly port: number;
  readonly directory: string;
  /** Standard output and error so far. */
  output(): string;
  /** Ends it and waits for its end; gives its exit code, null when a signal ended it. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface SandboxProcess extends Peer {
  readonly endpoints: EndpointList;
}

/** A program that has run: null when a signal ended it. */
interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** Polls until `condition` gives something true; its last error or `what` says what was missing. */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  limitMs: number,
  what = 'condition',
): Promise<NonNullable<T>> {
  const limit = Date.now() + limitMs;
  let failure: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value) return value;
      failure = undefined;
    } catch (error) {
      failure = error;
    }
    if (Date.now() > limit) {
      throw new Error(`${what}: not within ${limitMs} ms`, { cause: failure });
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** A number of consecutive free ports; others may take them before they are used, so callers retry. */
export async function freePorts(count: number): Promise<number> {
  for (;;) {
    const first = FIRST_PORT + Math.floor(Math.random() * PORTS);
    const ports = Array.from({ length: count }, (_, index) => first + index);
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) return first;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen(port, HOST, () => server.close(() => resolve(true)));
  });
}

function temporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'sandbox-interop-'));
}

class Running implements Peer {
  readonly port: number;
  readonly directory: string;
  private readonly child: ChildProcess;
  private text = '';
  private readonly exited: Promise<number | null>;

  constructor(child: ChildProcess, port: number, directory: string) {
    this.child = child;
    this.port = port;
    this.directory = directory;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (chunk: string) => {
        this.text += chunk;
      });
    }
    this.exited = new Promise((resolve) => child.once('close', (code) => resolve(code)));
  }

  get pid(): number {
    return this.child.pid!;
  }

  get hasExited(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  output(): string {
    return this.text;
  }

  waitForExit(): Promise<number | null> {
    return this.exited;
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (!this.hasExited) this.child.kill(signal);
    const timer = setTimeout(() => this.child.kill('SIGKILL'), START_MS_MAX);
    const code = await this.exited;
    clearTimeout(timer);
    return code;
  }
}

type Variables = Readonly<Record<string, string>>;

/** Starts a program that is ended with the test; `variables` are added to its environment. */
function startProgram(
  t: TestContext,
  program: string,
  args: readonly string[],
  port: number,
  directory = temporaryDirectory(),
  variables: Variables = {},
): Running {
  const child = spawn(program, args, {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...variables },
  });
  const running = new Running(child, port, directory);
  t.after(async () => {
    await running.stop('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  });
  return running;
}

async function ready(running: Running, text: string): Promise<Running> {
  const isReady = (): boolean => running.output().includes(text);
  await waitFor(() => isReady() || running.hasExited, START_MS_MAX, text);
  if (!isReady() || running.hasExited) throw new Error(`it has ended: ${running.output()}`);
  return running;
}

/** A real redis-server; arguments are directives: `--replicaof`, `127.0.0.1 6400`. */
export async function startRedis(t: TestContext, args: readonly string[] = []): Promise<Peer> {
  const port = await freePorts(1);
  const standard = [
    '--port',
    String(port),
    '--bind',
    HOST,
    '--save',
    '',
    '--enable-debug-command',
    'local',
  ];
  const redis = startProgram(t, 'redis-server', [...standard, ...args], port);
  return ready(redis, 'Ready to accept connections');
}

/** A real redis-sentinel with these lines in its sentinel.conf. */
export async function startSentinel(t: TestContext, lines: readonly string[]): Promise<Peer> {
  const port = await freePorts(1);
  const directory = temporaryDirectory();
  const config = join(directory, 'sentinel.conf');
  writeFileSync(config, [`port ${port}`, `bind ${HOST}`, ...lines, ''].join('\n'));
  const sentinel = startProgram(t, 'redis-sentinel', [config], port, directory);
  return ready(sentinel, '+monitor master');
}

/** Our CLI's `server` in place of redis-server. */
export async function startOurServer(
  t: TestContext,
  args: readonly string[] = [],
  variables: Variables = {},
): Promise<Peer> {
  const port = await freePorts(1);
  const all = [CLI, 'server', '--port', String(port), '--save', '', ...args];
  const program = startProgram(t, process.execPath, all, port, undefined, variables);
  return ready(program, 'Ready to accept connections');
}

/** Our CLI's `up --json` on free ports; the arguments are further options of `up`. */
export async function startSandbox(
  t: TestContext,
  args: readonly string[] = [],
): Promise<SandboxProcess> {
  const count = 20;
  const first = await freePorts(count);
  const ports = ['--port', String(first), '--sentinel-port', String(first + count / 2)];
  const services = ['--control-port', String(first + 18), '--dashboard-port', String(first + 19)];
  return startUp(t, [...ports, ...services, ...args]);
}

/** A script under this Node, once its output has the text. */
export function startNode(
  t: TestContext,
  args: readonly string[],
  text: string,
  variables: Variables = {},
): Promise<Peer> {
  return ready(startProgram(t, process.execPath, args, 0, undefined, variables), text);
}

/** Our CLI, once its output has the text. */
export function startCli(t: TestContext, args: readonly string[], text: string): Promise<Peer> {
  return startNode(t, [CLI, ...args], text);
}

/** Our CLI's `up --json` with these options alone. */
export async function startUp(t: TestContext, args: readonly string[]): Promise<SandboxProcess> {
  const running = await startCli(t, ['up', '--json', ...args], '"dashboard":');
  const line = running
    .output()
    .split('\n')
    .find((text) => text.startsWith('{'));
  const endpoints = JSON.parse(line!) as EndpointList;
  return {
    pid: running.pid,
    port: endpoints.nodes[0]!.port,
    directory: running.directory,
    endpoints,
    output: () => running.output(),
    stop: (signal) => running.stop(signal),
  };
}

/** Runs our CLI to its end. */
export function runCli(t: TestContext, args: readonly string[]): Promise<Ended> {
  return runToEnd(t, process.execPath, [CLI, ...args]);
}

/** Runs a real redis-server to its end. */
export function runRedis(t: TestContext, args: readonly string[]): Promise<Ended> {
  return runToEnd(t, 'redis-server', args);
}

async function runToEnd(t: TestContext, program: string, args: readonly string[]): Promise<Ended> {
  const running = startProgram(t, program, args, 0);
  const code = await running.waitForExit();
  return { code, output: running.output() };
}

/** Runs a program to its end and gives its standard output. */
export function run(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { maxBuffer: 16 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${program} ${args.join(' ')}: ${error.message}\n${stdout}${stderr}`));
    });
  });
}

/** redis-cli at a port; gives what it prints, without the last line's end. */
export async function redisCli(port: number, ...words: readonly string[]): Promise<string> {
  const output = await run('redis-cli', ['-h', HOST, '-p', String(port), ...words]);
  return output.replace(/\n$/, '');
}

/** A field of INFO at a port. */
export async function infoField(port: number, section: string, field: string): Promise<string> {
  const text = await redisCli(port, 'INFO', section);
  return new RegExp(`^${field}:(.*?)\\r?$`, 'm').exec(text)?.[1] ?? '';
}
