/** A real redis-server on an RDB file: started in a directory of its own, on a unix socket only. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';

const START_TIMEOUT_MS = 30_000;

/** What redis-check-rdb prints about a file, and its exit code. */
export function checkRdb(file: Buffer): { readonly code: number | null; readonly text: string } {
  const directory = mkdtempSync(join(tmpdir(), 'rdb-check-'));
  const path = join(directory, 'dump.rdb');
  writeFileSync(path, file);
  const result = spawnSync('redis-check-rdb', [path], { encoding: 'latin1' });
  rmSync(directory, { recursive: true });
  return { code: result.status, text: result.stdout };
}

export class RdbServer {
  readonly redis: Redis;
  private readonly directory: string;
  private readonly child: ChildProcess;

  private constructor(directory: string, child: ChildProcess) {
    this.directory = directory;
    this.child = child;
    this.redis = new Redis({ path: join(directory, 'socket'), db: 0 });
  }

  /** Starts a server that loads `file`; throws with its log when it does not come up. */
  static async start(file?: Buffer, directives: readonly string[] = []): Promise<RdbServer> {
    const { directory, child, log, ready } = launch(file, directives);
    if (!(await ready)) {
      rmSync(directory, { recursive: true });
      throw new Error(`redis-server did not start:\n${log.text}`);
    }
    return new RdbServer(directory, child);
  }

  /** The log of a server that gives up on `file`. */
  static async logOfRefusal(file: Buffer): Promise<string> {
    const { directory, child, log, ready } = launch(file, []);
    if (await ready) {
      child.kill('SIGKILL');
      await once(child, 'close');
      log.text += 'The server started.';
    }
    rmSync(directory, { recursive: true });
    return log.text;
  }

  async call(...args: (string | number | Buffer)[]): Promise<unknown> {
    const [name, ...rest] = args;
    return this.redis.call(String(name), rest);
  }

  async digest(): Promise<string> {
    return String(await this.call('DEBUG', 'DIGEST'));
  }

  /** SAVE, and the file it wrote. */
  async save(): Promise<Buffer> {
    await this.call('SAVE');
    return readFileSync(join(this.directory, 'dump.rdb'));
  }

  async stop(): Promise<void> {
    this.redis.disconnect();
    if (this.child.exitCode === null) {
      this.child.kill('SIGTERM');
      await once(this.child, 'exit');
    }
    if (existsSync(this.directory)) rmSync(this.directory, { recursive: true });
  }
}

function launch(file: Buffer | undefined, directives: readonly string[]) {
  const directory = mkdtempSync(join(tmpdir(), 'rdb-peer-'));
  if (file !== undefined) writeFileSync(join(directory, 'dump.rdb'), file);
  const where = ['--port', '0', '--unixsocket', join(directory, 'socket'), '--dir', directory];
  const how = ['--save', '', '--enable-debug-command', 'yes', ...directives];
  const child = spawn('redis-server', [...where, ...how], { stdio: ['ignore', 'pipe', 'inherit'] });
  const log = { text: '' };
  const deadline = setTimeout(() => child.kill('SIGKILL'), START_TIMEOUT_MS);
  /** Whether it came up; false once it has ended instead. */
  const ready = new Promise<boolean>((resolve, reject) => {
    child.stdout!.setEncoding('latin1').on('data', (text: string) => {
      log.text += text;
      if (log.text.includes('ready to accept connections')) resolve(true);
    });
    child.once('close', () => resolve(false));
    child.once('error', (error) => {
      rmSync(directory, { recursive: true });
      reject(error);
    });
  }).finally(() => clearTimeout(deadline));
  return { directory, child, log, ready };
}
