/** A real redis-server 7.0 of our own on a free loopback port, and one raw connection to it. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { missing, skipFor } from '../support/required.ts';
import { Incoming } from './incoming.ts';
import { replyEnd, splitReplies } from './replies.ts';

const START_ATTEMPTS = 200;
const START_POLL_MS = 25;
const EXCHANGE_LIMIT_MS = 15_000;

export type Arg = string | Buffer;

/** Why the tests against a real server cannot run here; undefined when they can. Throws where they must. */
export function whyNoRealServer(): string | undefined {
  return skipFor(missing('redis-server') ?? otherVersion()) || undefined;
}

function otherVersion(): string | undefined {
  const { stdout } = spawnSync('redis-server', ['--version'], { encoding: 'utf8' });
  return stdout.includes('v=7.0.') ? undefined : `not a redis-server 7.0: ${stdout.trim()}`;
}

/** A command as bytes; strings are latin1. */
export function encodeCommand(args: readonly Arg[]): Buffer {
  const parts: Buffer[] = [Buffer.from(`*${args.length}\r\n`)];
  for (const arg of args) {
    const bytes = typeof arg === 'string' ? Buffer.from(arg, 'latin1') : arg;
    parts.push(Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from('\r\n'));
  }
  return Buffer.concat(parts);
}

export class RealServer {
  readonly port: number;
  private readonly child: ChildProcess;
  private readonly dir: string;
  private readonly socket: Socket;
  private readonly incoming: Incoming;

  private constructor(port: number, child: ChildProcess, dir: string, socket: Socket) {
    this.port = port;
    this.child = child;
    this.dir = dir;
    this.socket = socket;
    this.incoming = new Incoming(socket);
  }

  static start(...options: readonly string[]): Promise<RealServer> {
    return RealServer.launch(undefined, options);
  }

  /** With a redis.conf of this text. */
  static startWith(config: string): Promise<RealServer> {
    return RealServer.launch(config, []);
  }

  private static async launch(
    config: string | undefined,
    options: readonly string[],
  ): Promise<RealServer> {
    const port = await freePort();
    const dir = mkdtempSync(join(tmpdir(), 'differential-'));
    const file = join(dir, 'redis.conf');
    if (config !== undefined) writeFileSync(file, config, 'latin1');
    const child = spawn(
      'redis-server',
      [
        ...(config === undefined ? [] : [file]),
        '--port',
        String(port),
        '--bind',
        '127.0.0.1',
        '--save',
        '',
        '--dir',
        dir,
      ].concat('--enable-debug-command', 'yes', ...options),
      { stdio: 'ignore' },
    );
    try {
      const server = new RealServer(port, child, dir, await connected(port, child));
      await server.send(['DEBUG', 'SET-ACTIVE-EXPIRE', '0']);
      return server;
    } catch (error) {
      child.kill('SIGKILL');
      rmSync(dir, { recursive: true, force: true });
      throw error;
    }
  }

  /** The raw reply. */
  async send(args: readonly Arg[]): Promise<Buffer> {
    return (await this.sendAll([args]))[0]!;
  }

  /** Sends commands as one pipeline; their raw replies. */
  async sendAll(commands: readonly (readonly Arg[])[]): Promise<Buffer[]> {
    this.socket.write(Buffer.concat(commands.map(encodeCommand)));
    let whole = 0;
    let count = 0;
    await this.incoming.until((bytes) => {
      for (let end = nextEnd(bytes, whole); end >= 0; end = nextEnd(bytes, whole)) {
        whole = end;
        count += 1;
      }
      return count >= commands.length;
    });
    return splitReplies(this.incoming.take(whole));
  }

  /** Sends this text over a connection of its own; everything that comes until the server closes it. */
  async exchange(text: string): Promise<Buffer> {
    const signal = AbortSignal.timeout(EXCHANGE_LIMIT_MS);
    const socket = connect({ port: this.port, host: '127.0.0.1', signal });
    socket.write(text, 'latin1');
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  }

  /** Its redis.conf as it is now. */
  configText(): string {
    return readFileSync(join(this.dir, 'redis.conf'), 'latin1');
  }

  async stop(): Promise<void> {
    this.socket.destroy();
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const exited = once(this.child, 'exit');
      this.child.kill('SIGKILL');
      await exited;
    }
    rmSync(this.dir, { recursive: true, force: true });
  }
}

function nextEnd(bytes: Buffer, at: number): number {
  return at < bytes.length ? replyEnd(bytes, at) : -1;
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function connected(port: number, child: ChildProcess): Promise<Socket> {
  for (let attempt = 0; attempt < START_ATTEMPTS; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`redis-server ended with ${child.exitCode}`);
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      socket.setNoDelay(true);
      return socket;
    } catch {
      socket.destroy();
      await delay(START_POLL_MS);
    }
  }
  throw new Error('redis-server does not accept connections');
}
