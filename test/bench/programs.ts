/**
 * The programs a bench run compares, each on a free loopback port in a folder of its own, ended by
 * the process that started it.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ask } from './ask.ts';

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const LIMIT_MS = 60_000;
/** A program's standard output, in its folder. */
const OUTPUT = 'output.txt';

export class Program {
  readonly port: number;
  readonly pid: number;
  private readonly child: ChildProcess;
  private readonly folder: string;

  constructor(port: number, child: ChildProcess, folder: string) {
    this.port = port;
    this.pid = child.pid!;
    this.child = child;
    this.folder = folder;
  }

  /** kill -9, as a crash. */
  crash(): void {
    this.child.kill('SIGKILL');
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const ended = new Promise((resolve) => this.child.once('exit', resolve));
      this.child.kill('SIGTERM');
      const killer = setTimeout(() => this.child.kill('SIGKILL'), 5000);
      await ended;
      clearTimeout(killer);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The longest pause of V8's garbage collector, in ms; NaN when it was not asked to tell. */
  longestCollection(): number {
    const text = readFileSync(join(this.folder, OUTPUT), 'utf8');
    const pauses = [...text.matchAll(/ (\d+\.\d+) \/ \d+\.\d+ ms /g)].map(([, ms]) => Number(ms));
    return pauses.length === 0 ? Number.NaN : Math.max(...pauses);
  }

  /** Resident bytes, from /proc. */
  resident(): number {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+)/.exec(status)![1]) * 1024;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Waits until `condition` gives something; fails after a limit. */
export async function until<T>(what: string, condition: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + LIMIT_MS;
  while (Date.now() < deadline) {
    const value = await condition().catch(() => undefined);
    if (value !== undefined) return value;
    await delay(5);
  }
  throw new Error(`waited ${LIMIT_MS} ms for ${what}`);
}

async function started(
  command: string,
  args: string[],
  port: number,
  folder: string,
): Promise<Program> {
  const output = openSync(join(folder, OUTPUT), 'w');
  const child = spawn(command, args, { cwd: folder, stdio: ['ignore', output, 'ignore'] });
  closeSync(output);
  await until(
    `${command} on ${port}`,
    async () => (await ask(port, ['PING'])) === 'PONG' || undefined,
  );
  return new Program(port, child, folder);
}

const folderOf = (): string => mkdtempSync(join(tmpdir(), 'bench-'));

/** What every server of a comparison is given. */
const COMMON = ['--save', '', '--bind', '127.0.0.1', '--repl-diskless-sync-delay', '0'];

export async function realServer(...options: string[]): Promise<Program> {
  const port = await freePort();
  return started('redis-server', ['--port', String(port), ...COMMON, ...options], port, folderOf());
}

export async function ourServer(...options: string[]): Promise<Program> {
  const port = await freePort();
  const args = ['--trace-gc', cli, 'server', '--port', String(port), ...COMMON, ...options];
  return started(process.execPath, args, port, folderOf());
}

interface SentinelOptions {
  readonly master: number;
  readonly downAfterMs: number;
}

export async function realSentinel({ master, downAfterMs }: SentinelOptions): Promise<Program> {
  const port = await freePort();
  const folder = folderOf();
  const conf = [
    `port ${port}`,
    'bind 127.0.0.1',
    `sentinel monitor mymaster 127.0.0.1 ${master} 2`,
    `sentinel down-after-milliseconds mymaster ${downAfterMs}`,
    'sentinel failover-timeout mymaster 10000',
  ];
  writeFileSync(join(folder, 'sentinel.conf'), `${conf.join('\n')}\n`);
  return started('redis-sentinel', ['sentinel.conf'], port, folder);
}

interface Sandbox {
  readonly nodes: { name: string; role: string; host: string; port: number }[];
  readonly sentinels: { name: string; host: string; port: number }[];
  readonly control: { host: string; port: number };
  /** Resident bytes. */
  resident(): number;
  stop(): Promise<void>;
}

/** `up --json` with any free ports; resolves when it has printed its endpoints. */
export async function sandbox(...options: string[]): Promise<Sandbox> {
  const port = await freePortRange(10);
  const args = [cli, 'up', '--json', '--port', String(port), '--control-port', String(port + 8)];
  args.push('--sentinel-port', String(port + 4), '--dashboard-port', String(port + 9), ...options);
  const folder = folderOf();
  const child = spawn(process.execPath, args, {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const line = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stdout!.on('data', (chunk) => {
      text += chunk;
      if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')));
    });
    child.once('exit', (code) => reject(new Error(`up ended with ${code}`)));
  });
  const program = new Program(port, child, folder);
  const endpoints = JSON.parse(line);
  return { ...endpoints, resident: () => program.resident(), stop: () => program.stop() };
}

async function freePortRange(count: number): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const base = 21_000 + Math.floor(Math.random() * 20_000);
    const servers = Array.from({ length: count }, () => createServer());
    const listening = await Promise.all(
      servers.map(
        (server, at) =>
          new Promise<boolean>((resolve) => {
            server.once('error', () => resolve(false));
            server.listen(base + at, '127.0.0.1', () => resolve(true));
          }),
      ),
    );
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    if (listening.every(Boolean)) return base;
  }
  throw new Error('no free range of ports');
}

/** The ceiling: a net server that answers +OK to whatever a redis-benchmark request looks like. */
export async function bareServer(): Promise<{ port: number; stop(): Promise<void> }> {
  const server: Server = createServer((socket) => {
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      let requests = 0;
      // Every request is an array: one reply each '*' at the start of a line.
      for (let at = chunk.indexOf(42); at >= 0; at = chunk.indexOf(42, at + 1)) {
        if (at === 0 || chunk[at - 1] === 10) requests += 1;
      }
      socket.write('+OK\r\n'.repeat(requests));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return { port, stop: () => new Promise((resolve) => server.close(() => resolve())) };
}
