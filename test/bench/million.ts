/**
 * A million keys of 100 bytes: how they are loaded, what they take, how long they are saved and sent
 * to a replica, and how long a PING waits meanwhile.
 */

import { ask } from './ask.ts';
import { fill, worstPing } from './load.ts';
import { ourServer, type Program, realServer, sandbox, until } from './programs.ts';
import { median, type Row } from './table.ts';

const KEYS = 1_000_000;
const VALUE_BYTES = 100;
const MEBIBYTE = 1024 * 1024;
const SAVES = 3;

type Start = (...options: string[]) => Promise<Program>;

interface Figures {
  readonly loadMs: number;
  readonly megabytes: number;
  readonly loadPingMs: number;
  readonly saveMs: number;
  readonly savePingMs: number;
  readonly syncMs: number;
  readonly syncPingMs: number;
  readonly gcPauseMs: number;
}

/** One server from its start to a full synchronization of `replica`. */
async function figures(start: Start, replica: Start): Promise<Figures> {
  const program = await start();
  const { port } = program;
  const before = program.resident();
  const [loadPingMs, loadMs] = await worstPing(port, () => fill(port, KEYS, VALUE_BYTES));
  const megabytes = (program.resident() - before) / MEBIBYTE;
  const saves: number[] = [];
  const [savePingMs] = await worstPing(port, async () => {
    for (let i = 0; i < SAVES; i += 1) saves.push(await saved(port));
  });
  const follower = await replica();
  const [syncPingMs, syncMs] = await worstPing(port, () => synchronized(follower.port, port));
  const gcPauseMs = program.longestCollection();
  await follower.stop();
  await program.stop();
  const saveMs = median(saves);
  return { loadMs, megabytes, loadPingMs, saveMs, savePingMs, syncMs, syncPingMs, gcPauseMs };
}

async function info(port: number, field: string): Promise<string | undefined> {
  const text = (await ask(port, ['INFO', 'everything'], 30_000)) as string;
  return new RegExp(`^${field}:(.*)\r$`, 'm').exec(text)?.[1];
}

/** Milliseconds that a BGSAVE takes. */
async function saved(port: number): Promise<number> {
  const started = performance.now();
  await ask(port, ['BGSAVE'], 30_000);
  await until('the end of BGSAVE', async () =>
    (await info(port, 'rdb_bgsave_in_progress')) === '0' ? true : undefined,
  );
  return performance.now() - started;
}

/** Milliseconds from REPLICAOF to a replica that has everything. */
async function synchronized(replica: number, master: number): Promise<number> {
  const started = performance.now();
  await ask(replica, ['REPLICAOF', '127.0.0.1', String(master)]);
  await until('a replica in sync', async () =>
    (await info(replica, 'master_link_status')) === 'up' ? true : undefined,
  );
  return performance.now() - started;
}

export async function benchMillion(): Promise<Row[]> {
  const real = await figures(realServer, realServer);
  const ours = await figures(ourServer, realServer);
  const ourPair = await figures(ourServer, ourServer);
  const row = (
    what: string,
    mine: number,
    theirs: number,
    unit: string,
    aim: string,
    ratio = mine / theirs,
  ): Row => ({
    what,
    ours: `${mine.toFixed(mine < 10 ? 1 : 0)} ${unit}`,
    real: Number.isNaN(theirs) ? '' : `${theirs.toFixed(theirs < 10 ? 1 : 0)} ${unit}`,
    ratio: Number.isNaN(ratio) ? '' : ratio.toFixed(2),
    aim,
  });
  return [
    row('1 M × 100 B: resident memory above empty', ours.megabytes, real.megabytes, 'MB', '≤ 1.0'),
    row(
      '1 M × 100 B: loading by SET, pipeline 16 (speed)',
      ours.loadMs,
      real.loadMs,
      'ms',
      '≥ 1.0',
      real.loadMs / ours.loadMs,
    ),
    row('Longest PING while they are loaded', ours.loadPingMs, real.loadPingMs, 'ms', '≤ 10 ms'),
    row('Longest pause of the garbage collector', ours.gcPauseMs, Number.NaN, 'ms', '≤ 10 ms'),
    row('BGSAVE', ours.saveMs, real.saveMs, 'ms', '≤ 1.1'),
    row('Longest PING during BGSAVE', ours.savePingMs, real.savePingMs, 'ms', '≤ 20 ms'),
    row('Full synchronization of a redis-server', ours.syncMs, real.syncMs, 'ms', '≤ 1.1'),
    row('Longest PING during it', ours.syncPingMs, real.syncPingMs, 'ms', '≤ 20 ms'),
    row('Full synchronization, ours to ours', ourPair.syncMs, real.syncMs, 'ms', '≤ 1.3'),
    await ofSandbox(real.megabytes),
  ];
}

/** The three copies of a sandbox with two replicas against one real server. */
async function ofSandbox(realMegabytes: number): Promise<Row> {
  const up = await sandbox();
  const before = up.resident();
  await fill(up.nodes.find((node) => node.role === 'master')!.port, KEYS, VALUE_BYTES);
  const megabytes = (up.resident() - before) / MEBIBYTE;
  await up.stop();
  return {
    what: '1 M × 100 B through `up` with two replicas: resident memory',
    ours: `${Math.round(megabytes)} MB`,
    real: `${Math.round(realMegabytes)} MB (one server)`,
    ratio: (megabytes / realMegabytes).toFixed(2),
    aim: '≤ 2.6',
  };
}
