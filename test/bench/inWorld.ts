/** What needs no sockets: an idle virtual hour, and checkpoints of a large keyspace. */

import { seedFromNumber } from '../../src/engine/machine/random.ts';
import type { Server } from '../../src/engine/server/server.ts';
import { Sandbox } from '../../src/sandbox/sandbox.ts';
import { World } from '../../src/world/world.ts';
import { median, type Row } from './table.ts';

const START = 1_767_225_600_000_000;
const HOUR_MICROS = 3_600_000_000;
const KEYS = 1_000_000;

/** The default topology, idle for one hour of its own time. */
export function benchHour(): Row {
  const topology = { replicas: 2, sentinels: 3, port: 6400, sentinelPort: 26400 };
  const sandbox = new Sandbox({ topology, seed: 1, startAt: START, record: true });
  sandbox.boot();
  const { world } = sandbox;
  const before = world.eventCount;
  const started = performance.now();
  world.runUntil(world.now + HOUR_MICROS);
  const seconds = (performance.now() - started) / 1000;
  if (world.failure !== undefined) throw new Error(world.failure.error);
  return {
    what: `One idle virtual hour of the default topology (${world.eventCount - before} events)`,
    ours: `${seconds.toFixed(2)} s`,
    real: '3600 s',
    ratio: `${Math.round(3600 / seconds)}× real time`,
    aim: '≤ 4 s',
  };
}

/** Copying a world whose server holds 1 M keys, and the copy's first look at its data. */
export function benchCheckpoint(): Row[] {
  const world = new World({ seed: seedFromNumber(1), startAt: START, record: false });
  world.inject({ kind: 'addNode', name: 'm', machine: 'server', directives: [['save', '']] });
  world.runUntil(START + 1_000_000);
  const server = world.machine('m') as Server;
  const db = server.keyspace.databases[0]!;
  for (let i = 0; i < KEYS; i += 1) db.set(`key:${i}`, 'x'.repeat(100));
  const copies: number[] = [];
  const restores: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    let started = performance.now();
    const copy = world.copy();
    copies.push(performance.now() - started);
    started = performance.now();
    const found = (copy.machine('m') as Server).keyspace.databases[0]!.get('key:1');
    restores.push(performance.now() - started);
    if (found === undefined) throw new Error('the copy lost a key');
  }
  const row = (what: string, values: number[]): Row => ({
    what,
    ours: `${median(values).toFixed(1)} ms`,
    real: '',
    ratio: '',
    aim: '',
  });
  return [
    row('Checkpoint of a world with 1 M keys', copies),
    row('First look into that checkpoint', restores),
  ];
}
