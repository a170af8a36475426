/**
 * Our digests equal DEBUG DIGEST and DEBUG DIGEST-VALUE of a real redis-server holding the same data.
 *
 * Skipped where redis-server is not installed; REQUIRE_PEERS=1 makes that a failure.
 */

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { dbDigest, digestValue } from '../../src/engine/data/digest.ts';
import { Keyspace } from '../../src/engine/data/table/keyspace.ts';
import { HashValue } from '../../src/engine/data/types/hash.ts';
import { ListValue } from '../../src/engine/data/types/list.ts';
import { SetValue } from '../../src/engine/data/types/set.ts';
import type { Value } from '../../src/engine/data/types/value.ts';
import { ZsetValue } from '../../src/engine/data/types/zset.ts';
import { Random, seedFromNumber } from '../../src/engine/machine/random.ts';
import { fromLatin1 } from '../../src/engine/resp/bytes.ts';
import { formatDouble } from '../../src/engine/resp/double.ts';
import { missing, skipFor } from '../support/required.ts';

const skip = skipFor(missing('redis-server'));

/** A redis-server of this test's own, spoken to by lines: no reply here is a bulk string. */
class RealServer {
  private readonly child: ChildProcess;
  private readonly dir: string;
  private readonly socket: Socket;
  private pending = '';

  private constructor(child: ChildProcess, dir: string, socket: Socket) {
    this.child = child;
    this.dir = dir;
    this.socket = socket;
    socket.setEncoding('latin1');
  }

  static async start(): Promise<RealServer> {
    const port = await freePort();
    const dir = mkdtempSync(join(tmpdir(), 'digest-'));
    const options = ['--save', '', '--dir', dir, '--bind', '127.0.0.1', '--port', String(port)];
    const child = spawn('redis-server', [...options, '--enable-debug-command', 'yes']);
    for await (const chunk of child.stdout) {
      if (String(chunk).includes('Ready to accept connections')) break;
    }
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new RealServer(child, dir, socket);
  }

  /** The lines of the replies, `count` of them. */
  async ask(commands: readonly (readonly string[])[], count = commands.length): Promise<string[]> {
    for (const command of commands) {
      const parts = command.map((part) => `$${part.length}\r\n${part}\r\n`);
      this.socket.write(`*${parts.length}\r\n${parts.join('')}`, 'latin1');
    }
    let lines = this.pending.split('\r\n');
    while (lines.length <= count) {
      const [chunk] = (await once(this.socket, 'data')) as [string];
      this.pending += chunk;
      lines = this.pending.split('\r\n');
    }
    this.pending = lines.slice(count).join('\r\n');
    for (const line of lines) assert.ok(!line.startsWith('-'), line);
    return lines.slice(0, count);
  }

  async stop(): Promise<void> {
    this.socket.destroy();
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
    rmSync(this.dir, { recursive: true });
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  assert.ok(typeof address === 'object' && address !== null);
  return address.port;
}

const SCORES = [0, -0, 1, -1.5, Math.PI, 1e15, 1e17, -1e100, 5e-324, 0.1, 1e-5, 2 ** 53];

function anyText(random: Random): string {
  const kind = random.below(5);
  if (kind === 0) return String(random.below(100_000) - 50_000);
  if (kind === 1) return random.hex(random.below(2000));
  const length = random.below(kind === 2 ? 100 : 12);
  return Array.from({ length }, () => String.fromCharCode(random.below(256))).join('');
}

/** A random value, and the command that makes the same under `key` in the real server. */
function anyValue(random: Random, key: string): { value: Value; command: string[] } {
  const count = 1 + random.below(random.chance(0.2) ? 800 : 20);
  const kind = random.below(5);
  if (kind === 0) {
    const text = anyText(random);
    return { value: fromLatin1(text), command: ['SET', key, text] };
  }
  if (kind === 1) {
    const hash = new HashValue();
    const command = ['HSET', key];
    for (let i = 0; i < count; i += 1) {
      const [field, text] = [anyText(random), anyText(random)];
      hash.set(field, fromLatin1(text));
      command.push(field, text);
    }
    return { value: hash, command };
  }
  if (kind === 2) {
    const list = new ListValue();
    const items = Array.from({ length: count }, () => anyText(random));
    for (const item of items) list.pushRight(fromLatin1(item));
    return { value: list, command: ['RPUSH', key, ...items] };
  }
  if (kind === 3) {
    const set = new SetValue();
    const onlyIntegers = random.chance(0.5);
    const members = Array.from({ length: count }, () =>
      onlyIntegers ? String(random.below(1e6)) : anyText(random),
    );
    for (const member of members) set.add(member);
    return { value: set, command: ['SADD', key, ...members] };
  }
  return anyZset(random, key, count);
}

function anyZset(random: Random, key: string, count: number) {
  const zset = new ZsetValue();
  const command = ['ZADD', key];
  for (let i = 0; i < count; i += 1) {
    const member = anyText(random);
    // Set once: a negative zero would stay when zero is set afterwards, and the other way round.
    if (zset.score(member) !== undefined) continue;
    const infinite = random.chance(0.5) ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
    const scores = [...SCORES, infinite, random.next() - 2 ** 31, random.fraction()];
    const score = scores[random.below(scores.length)]!;
    zset.set(member, score);
    command.push(formatDouble(score), member);
  }
  return { value: zset, command };
}

let server: RealServer | undefined;
before(async () => {
  if (skip === false) server = await RealServer.start();
});
after(async () => {
  await server?.stop();
});

test('digests of random data equal those of redis-server', { skip, timeout: 60_000 }, async () => {
  assert.ok(server !== undefined);
  for (const seed of [1, 2, 3]) {
    const random = new Random(seedFromNumber(seed));
    const keyspace = new Keyspace(16);
    await server.ask([['FLUSHALL']]);
    assert.equal(`+${dbDigest(keyspace)}`, (await server.ask([['DEBUG', 'DIGEST']]))[0]);
    for (let n = 0; n < 250; n += 1) {
      const index = [0, 0, 5, 15][random.below(4)]!;
      const key = `${anyText(random)}:${n}`;
      const { value, command } = anyValue(random, key);
      const database = keyspace.databases[index]!;
      database.set(key, value);
      await server.ask([['SELECT', String(index)], command]);
      const expires = random.chance(0.3);
      if (expires) {
        const at = 4_000_000_000_000 + random.below(1000);
        database.setExpireAt(key, at);
        await server.ask([['PEXPIREAT', key, String(at)]]);
      }
      const [, digest] = await server.ask([['DEBUG', 'DIGEST-VALUE', key]], 2);
      assert.equal(`+${digestValue(value, expires)}`, digest, command[0]);
    }
    assert.equal(`+${dbDigest(keyspace)}`, (await server.ask([['DEBUG', 'DIGEST']]))[0]);
  }
});
