/**
 * Throughput: `server` mode against a redis-server, the master of `up` (two replicas; traced and
 * recorded) against a redis-server with two replicas; by rounds in turn.
 */

import { benchmark, fill } from './load.ts';
import { bareServer, ourServer, type Program, realServer, sandbox } from './programs.ts';
import { median, type Row } from './table.ts';

const VALUES = [3, 100];
const KEYS = [100_000, 1_000_000];
const REQUESTS: Readonly<Record<number, number>> = { 1: 100_000, 16: 600_000, 64: 1_500_000 };

interface Contest {
  readonly what: string;
  readonly ours: number;
  readonly real: number;
  /** By pipeline. */
  readonly aims: Readonly<Record<number, string>>;
}

/** The rows of one contest and pipeline at a time. */
export async function* benchThroughput(rounds: number): AsyncGenerator<Row[]> {
  const programs = await start();
  const { contests } = programs;
  for (const keys of KEYS) {
    for (const valueBytes of VALUES) {
      for (const { ours, real } of contests) {
        await fill(ours, keys, valueBytes);
        await fill(real, keys, valueBytes);
      }
      for (const contest of contests) {
        for (const pipeline of Object.keys(contest.aims).map(Number)) {
          yield await compare(contest, { pipeline, keys, valueBytes }, rounds);
        }
      }
    }
  }
  await programs.stop();
}

interface Shape {
  readonly pipeline: number;
  readonly keys: number;
  readonly valueBytes: number;
}

async function compare(contest: Contest, shape: Shape, rounds: number): Promise<Row[]> {
  const requests = REQUESTS[shape.pipeline]!;
  const rates = { ours: measured(), real: measured() };
  for (let round = 0; round < rounds; round += 1) {
    for (const side of ['ours', 'real'] as const) {
      const found = await benchmark({ ...shape, requests, port: contest[side] }, ['set', 'get']);
      for (const name of ['SET', 'GET'] as const) rates[side][name].push(found[name]!);
    }
  }
  return (['SET', 'GET'] as const).map((name) => {
    const ours = median(rates.ours[name]);
    const real = median(rates.real[name]);
    return {
      what: `${name} ${shape.valueBytes} B, ${shape.keys / 1000} k keys, pipeline ${shape.pipeline}: ${contest.what}`,
      ours: `${Math.round(ours / 1000)} k/s`,
      real: `${Math.round(real / 1000)} k/s`,
      ratio: (ours / real).toFixed(2),
      aim: contest.aims[shape.pipeline]!,
    };
  });
}

function measured(): Record<'SET' | 'GET', number[]> {
  return { SET: [], GET: [] };
}

async function start() {
  const real = await realServer();
  const ours = await ourServer();
  const master = await realServer();
  const replicas: Program[] = [];
  for (let i = 0; i < 2; i += 1) {
    replicas.push(await realServer('--replicaof', `127.0.0.1 ${master.port}`));
  }
  const up = await sandbox();
  const bare = await bareServer();
  const contests: Contest[] = [
    {
      what: '`server` mode',
      ours: ours.port,
      real: real.port,
      aims: { 1: '≥ 0.95', 16: '≥ 0.95', 64: '≥ 1.2' },
    },
    {
      what: 'master of `up`, 2 replicas each',
      ours: up.nodes.find((node) => node.role === 'master')!.port,
      real: master.port,
      aims: { 1: '≥ 0.8', 16: '≥ 0.9' },
    },
    {
      what: 'a bare `net` server answering +OK',
      ours: bare.port,
      real: real.port,
      aims: { 1: '', 16: '' },
    },
  ];
  const stop = async () => {
    for (const program of [...replicas, master, real, ours, up, bare]) await program.stop();
  };
  return { contests, stop };
}

/** Other commands, pipeline 16, `server` mode; as redis-benchmark sends them. */
export async function benchCommands(rounds: number): Promise<Row[]> {
  const tests = ['incr', 'lpush', 'sadd', 'hset', 'zadd', 'mset'];
  const real = await realServer();
  const ours = await ourServer();
  const rates = new Map<string, { ours: number[]; real: number[] }>();
  for (let round = 0; round < rounds; round += 1) {
    for (const [side, { port }] of [
      ['ours', ours],
      ['real', real],
    ] as const) {
      const shape = { pipeline: 16, requests: 200_000, keys: 100_000, valueBytes: 3 };
      for (const [name, rate] of Object.entries(await benchmark({ ...shape, port }, tests))) {
        if (!rates.has(name)) rates.set(name, { ours: [], real: [] });
        rates.get(name)![side].push(rate);
      }
    }
  }
  await real.stop();
  await ours.stop();
  return [...rates].map(([name, { ours: mine, real: theirs }]) => ({
    what: `${name}, pipeline 16: \`server\` mode`,
    ours: `${Math.round(median(mine) / 1000)} k/s`,
    real: `${Math.round(median(theirs) / 1000)} k/s`,
    ratio: (median(mine) / median(theirs)).toFixed(2),
    aim: '',
  }));
}
