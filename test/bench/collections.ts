/**
 * Small collections: resident memory of 200,000 hashes of ten fields of 10 + 20 bytes and of a million
 * sets of five integers, loaded by pipelined commands, and what commands on random ones of them take.
 *
 * Memory is read when it no longer falls, since a garbage collector gives pages back late. Speed is
 * requests a second and the processor time of the server for them; the latter counts when other
 * programs run beside.
 */

import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { ask } from './ask.ts';
import { ourServer, type Program, realServer } from './programs.ts';
import { median, type Row } from './table.ts';

const HASHES = 200_000;
const FIELDS = 10;
const SETS = 1_000_000;
const MEMBERS = 5;
const MEMBER_RANGE = 1_000_003;
const COMMANDS_A_CHUNK = 500;
const REQUESTS = 400_000;
const TICKS_A_SECOND = 100;
const MEGABYTE = 1024 * 1024;

/** As redis-benchmark writes __rand_int__. */
const number = (value: number): string => String(value).padStart(12, '0');
const bulk = (text: string): string => `$${text.length}\r\n${text}\r\n`;
const request = (args: readonly string[]): string =>
  `*${args.length}\r\n${args.map(bulk).join('')}`;
const field = (index: number): string => `field:${String(index).padStart(4, '0')}`;

function hashOf(index: number): string {
  const args = ['HSET', `hash:${number(index)}`];
  for (let at = 0; at < FIELDS; at += 1) {
    args.push(field(at), `value:${String(index * FIELDS + at).padStart(14, 'x')}`);
  }
  return request(args);
}

function setOf(index: number): string {
  const args = ['SADD', `set:${number(index)}`];
  for (let at = 0; at < MEMBERS; at += 1) {
    args.push(String((index * 7919 + at * 104_729) % MEMBER_RANGE));
  }
  return request(args);
}

/** Sends one command for each index, waiting for the replies now and then; seconds taken. */
async function load(port: number, count: number, make: (index: number) => string): Promise<number> {
  const started = performance.now();
  const socket = connect(port, '127.0.0.1');
  let replies = 0;
  let wake = () => {};
  socket.on('data', (chunk) => {
    for (const byte of chunk) if (byte === 10) replies += 1;
    wake();
  });
  await once(socket, 'connect');
  for (let sent = 0; sent < count; ) {
    const stop = Math.min(sent + COMMANDS_A_CHUNK, count);
    let text = '';
    for (; sent < stop; sent += 1) text += make(sent);
    socket.write(text, 'latin1');
    while (replies < sent - 4 * COMMANDS_A_CHUNK || (sent === count && replies < count)) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }
  socket.destroy();
  return (performance.now() - started) / 1000;
}

/** Megabytes, once three readings half a second apart no longer fall. */
async function settled(program: Program): Promise<number> {
  let lowest = Number.POSITIVE_INFINITY;
  for (let steady = 0; steady < 3; steady += 1) {
    await delay(500);
    await ask(program.port, ['PING']);
    const now = program.resident() / MEGABYTE;
    if (now < lowest - 1) steady = -1;
    lowest = Math.min(lowest, now);
  }
  return lowest;
}

/** Seconds of processor time a program has used. */
function processorSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}

interface Speed {
  readonly perSecond: number;
  readonly micros: number;
}

function speed(program: Program, keys: number, command: readonly string[]): Speed {
  const options = ['-p', String(program.port), '-n', String(REQUESTS), '-r', String(keys)];
  const before = processorSeconds(program.pid);
  const text = execFileSync('redis-benchmark', [...options, '-P', '16', '--csv', ...command], {
    encoding: 'utf8',
  });
  const spent = processorSeconds(program.pid) - before;
  const perSecond = Number(/","([\d.]+)"/.exec(text.slice(text.indexOf('\n')))![1]);
  return { perSecond, micros: (spent * 1e6) / REQUESTS };
}

interface Kind {
  readonly what: string;
  readonly count: number;
  readonly make: (index: number) => string;
  readonly commands: readonly (readonly string[])[];
}

const KINDS: readonly Kind[] = [
  {
    what: `${HASHES} hashes of ${FIELDS} fields of 10 + 20 B`,
    count: HASHES,
    make: hashOf,
    commands: [
      ['HGET', 'hash:__rand_int__', field(5)],
      ['HGETALL', 'hash:__rand_int__'],
      ['HSET', 'hash:__rand_int__', field(5), 'value:yyyyyyyyyyyyyy'],
    ],
  },
  {
    what: `${SETS} sets of ${MEMBERS} integers`,
    count: SETS,
    make: setOf,
    commands: [
      ['SISMEMBER', 'set:__rand_int__', '104729'],
      ['SMEMBERS', 'set:__rand_int__'],
      ['SADD', 'set:__rand_int__', '104729'],
    ],
  },
];

async function benchKind(rounds: number, { what, count, make, commands }: Kind): Promise<Row[]> {
  const programs = [await ourServer(), await realServer()];
  const memory: number[] = [];
  const seconds: number[] = [];
  for (const program of programs) {
    const before = program.resident() / MEGABYTE;
    seconds.push(await load(program.port, count, make));
    memory.push((await settled(program)) - before);
  }
  const row = (
    name: string,
    [ours, real]: readonly number[],
    unit: string,
    ratio: number,
  ): Row => ({
    what: name,
    ours: `${ours!.toFixed(1)} ${unit}`,
    real: `${real!.toFixed(1)} ${unit}`,
    ratio: ratio.toFixed(2),
    aim: '',
  });
  const rows = [
    row(`Resident memory of ${what} (above empty)`, memory, 'MB', memory[0]! / memory[1]!),
    row(`Loading ${what}`, seconds, 's', seconds[1]! / seconds[0]!),
  ];
  for (const command of commands) {
    const speeds: Speed[][] = [[], []];
    for (let round = 0; round < rounds; round += 1) {
      programs.forEach((program, at) => {
        speeds[at]!.push(speed(program, count, command));
      });
    }
    const rates = speeds.map((list) => median(list.map(({ perSecond }) => perSecond)) / 1000);
    const micros = speeds.map((list) => median(list.map((each) => each.micros)));
    const name = `${command[0]} on random ones of ${what}, pipeline 16`;
    rows.push(row(name, rates, 'k/s', rates[0]! / rates[1]!));
    rows.push(row(`${name}: processor time`, micros, 'µs', micros[0]! / micros[1]!));
  }
  for (const program of programs) await program.stop();
  return rows;
}

export async function benchCollections(rounds: number): Promise<Row[]> {
  const rows: Row[] = [];
  for (const kind of KINDS) rows.push(...(await benchKind(rounds, kind)));
  return rows;
}
