/**
 * npm run bench [throughput] [topology] [failover] [hour] [checkpoint] [crowded] [memory] [editor]: speed as
 * ratios to a real redis-server in the same run, medians of alternating rounds. Prints a Markdown table.
 */

import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { benchCrowded } from './crowded.ts';
import { benchFailover, benchTopology } from './deployments.ts';
import { benchEditor } from './editor.ts';
import { benchCheckpoint, benchHour } from './inWorld.ts';
import { bareServer, ourServer, type Program, realServer, sandbox } from './programs.ts';
import { median, type Row } from './table.ts';

const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 5);
const only = process.argv.slice(2);
const wanted = (name: string): boolean => only.length === 0 || only.includes(name);

const rows: Row[] = [];

/** Requests a second by redis-benchmark: SET and GET, 50 clients. */
async function benchmark(port: number, pipeline: number): Promise<{ SET: number; GET: number }> {
  const requests = pipeline === 1 ? 100_000 : 600_000;
  const args = [
    '-p',
    String(port),
    '-t',
    'set,get',
    '-n',
    String(requests),
    '-c',
    '50',
    '-P',
    String(pipeline),
    '--csv',
  ];
  // Not the synchronous form: the bare server answers from this very process.
  const { stdout: text } = await promisify(execFile)('redis-benchmark', args);
  const rate = (name: string) => Number(new RegExp(`"${name}","([\\d.]+)"`).exec(text)![1]);
  return { SET: rate('SET'), GET: rate('GET') };
}

async function throughput(): Promise<void> {
  const real = await realServer();
  const replicas: Program[] = [];
  const realMaster = await realServer();
  for (let i = 0; i < 2; i += 1) {
    replicas.push(await realServer('--replicaof', `127.0.0.1 ${realMaster.port}`));
  }
  const ours = await ourServer();
  const up = await sandbox();
  const bare = await bareServer();
  const ports: Readonly<Record<string, number>> = {
    real: real.port,
    bare: bare.port,
    server: ours.port,
    realMaster: realMaster.port,
    master: up.nodes.find((node) => node.role === 'master')!.port,
  };
  for (const pipeline of [1, 16]) {
    const rates: Record<string, { SET: number[]; GET: number[] }> = {};
    for (const name of Object.keys(ports)) rates[name] = { SET: [], GET: [] };
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [name, port] of Object.entries(ports)) {
        const { SET, GET } = await benchmark(port, pipeline);
        rates[name]!.SET.push(SET);
        rates[name]!.GET.push(GET);
      }
    }
    for (const command of ['SET', 'GET'] as const) {
      const of = (name: string) => median(rates[name]![command]);
      const row = (what: string, a: string, b: string, aim: string) =>
        rows.push({
          what: `${command}, 50 clients, pipeline ${pipeline}: ${what}`,
          ours: `${Math.round(of(a) / 1000)} k/s`,
          real: `${Math.round(of(b) / 1000)} k/s`,
          ratio: (of(a) / of(b)).toFixed(2),
          aim,
        });
      row('`server` mode', 'server', 'real', pipeline === 1 ? '≥ 0.8' : '≥ 0.5');
      row('master of `up` (2 replicas; recorded, traced)', 'master', 'realMaster', '');
      row('a bare `net` server answering +OK', 'bare', 'real', '');
    }
  }
  for (const program of [...replicas, realMaster, real, ours, up, bare]) await program.stop();
}

async function memory(): Promise<void> {
  const results: number[] = [];
  for (const start of [ourServer, realServer]) {
    const program = await start('--enable-debug-command', 'yes');
    const before = program.resident();
    const args = [
      '-p',
      String(program.port),
      '-t',
      'set',
      '-n',
      '3000000',
      '-r',
      '1000000',
      '-d',
      '100',
      '-P',
      '16',
      '-q',
    ];
    execFileSync('redis-benchmark', args, { stdio: 'ignore' });
    results.push((program.resident() - before) / 1024 / 1024);
    await program.stop();
  }
  const [ours, real] = results as [number, number];
  rows.push({
    what: 'Resident memory of about 1 M keys × 100 B (above empty)',
    ours: `${Math.round(ours)} MB`,
    real: `${Math.round(real)} MB`,
    ratio: (ours / real).toFixed(2),
    aim: '',
  });
}

if (wanted('throughput')) await throughput();
if (wanted('topology')) rows.push(await benchTopology(ROUNDS));
if (wanted('failover')) rows.push(await benchFailover(ROUNDS));
if (wanted('hour')) rows.push(benchHour());
if (wanted('checkpoint')) rows.push(...benchCheckpoint());
if (wanted('crowded')) rows.push(...benchCrowded(ROUNDS));
if (wanted('memory')) await memory();
if (wanted('editor')) rows.push(...(await benchEditor(ROUNDS)));

console.log('| What | Ours | redis-server 7.0.15 | Ratio | Aim |\n| --- | --- | --- | --- | --- |');
for (const row of rows)
  console.log(`| ${row.what} | ${row.ours} | ${row.real} | ${row.ratio} | ${row.aim} |`);
