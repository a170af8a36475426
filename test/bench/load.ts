/** redis-benchmark as the load of every comparison, and a PING by its side. */

import { execFile } from 'node:child_process';
import { connect } from 'node:net';
import { promisify } from 'node:util';

interface Load {
  readonly port: number;
  readonly pipeline: number;
  readonly requests: number;
  /** Keys are drawn from as many. */
  readonly keys: number;
  readonly valueBytes: number;
}

/** Requests a second of each test of redis-benchmark, by its name in capitals; 50 clients. */
export async function benchmark(
  load: Load,
  tests: readonly string[],
): Promise<Readonly<Record<string, number>>> {
  const args = ['-p', load.port, '-P', load.pipeline, '-n', load.requests, '-r', load.keys];
  args.push('-d', load.valueBytes, '-c', 50, '-t', tests.join(','), '--csv');
  // Not the synchronous form: what is measured may run in this very process.
  const { stdout } = await promisify(execFile)('redis-benchmark', args.map(String));
  const rows = stdout.matchAll(/^"(\w+)[^"]*","([\d.]+)"/gm);
  return Object.fromEntries([...rows].map(([, name, rate]) => [name!, Number(rate)]));
}

/** Sets about `keys` keys, three times as many requests as keys: 95 % of them exist afterwards. */
export async function fill(port: number, keys: number, valueBytes: number): Promise<number> {
  const started = performance.now();
  await benchmark({ port, pipeline: 16, requests: 3 * keys, keys, valueBytes }, ['set']);
  return performance.now() - started;
}

/** The longest that a PING took, in ms, while `work` went on; one is sent every millisecond. */
export async function worstPing<T>(port: number, work: () => Promise<T>): Promise<[number, T]> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await new Promise((resolve) => socket.once('connect', resolve));
  let sentAt = 0;
  let worst = 0;
  let isOver = false;
  const ping = () => {
    if (isOver) return;
    sentAt = performance.now();
    socket.write('PING\r\n');
  };
  socket.on('data', () => {
    worst = Math.max(worst, performance.now() - sentAt);
    setTimeout(ping, 1);
  });
  ping();
  const result = await work();
  isOver = true;
  socket.destroy();
  return [worst, result];
}
