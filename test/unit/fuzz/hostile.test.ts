/**
 * Whole machines under hostile inputs: nothing is thrown, the process goes on, and a new client's PING
 * is answered. FUZZ_INPUTS=10000000 is the long run, with arguments up to 512 MB and counts up to
 * millions; FUZZ_SEED chooses another one. A failure names the seed and the input.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random, seedFromNumber } from '../../../src/engine/machine/random.ts';
import type { Process } from '../../../src/engine/process/process.ts';
import { Sentinel } from '../../../src/engine/sentinel/sentinel.ts';
import { Server } from '../../../src/engine/server/server.ts';
import { HostileInputs } from '../../support/hostileInputs.ts';
import { LoneMachine } from '../../support/loneMachine.ts';

const MB = 1024 * 1024;
const isLong = process.env['FUZZ_INPUTS'] !== undefined;
const INPUTS = Number(process.env['FUZZ_INPUTS'] ?? 20_000);
const SEED = Number(process.env['FUZZ_SEED'] ?? 1);
const BYTES_MAX = isLong ? 512 * MB : 4 * MB;
const COUNT_MAX = isLong ? 3_000_000 : 30_000;
/** A giant takes seconds: the long run has some hundreds of them. */
const GIANT_CHANCE = isLong ? 0.00002 : 0.0005;
/** Of the process itself: the giant argument, what a server has stored of it, and garbage. */
const MEMORY_MAX = 6 * 1024 * MB;

const INPUTS_A_MACHINE = 4_000;
const INPUTS_A_CONNECTION = 40;
const CHECK_EVERY = 500;

interface Kind {
  readonly name: string;
  readonly make: () => Process;
  readonly config: string;
  readonly words: readonly string[];
  /** They end or stop the process as asked, or take memory as asked. */
  readonly without: readonly string[];
  /** Between two inputs of one connection. */
  readonly refresh: string;
}

const SERVER: Kind = {
  name: 'server',
  make: () => new Server(),
  config: 'port 6379\nsave ""\nenable-debug-command yes\nmaxmemory 512mb\n',
  words: [
    'maxmemory',
    'save',
    'timeout',
    'requirepass',
    'notify-keyspace-events',
    'client-output-buffer-limit',
    'hz',
    'repl-backlog-size',
  ],
  without: ['shutdown', 'debug', 'client|pause', 'failover'],
  refresh: 'FLUSHALL\r\n',
};

const SENTINEL: Kind = {
  name: 'Sentinel',
  make: () => new Sentinel(),
  config: 'port 26379\nsentinel monitor mymaster 127.0.0.1 7000 1\n',
  words: ['mymaster', '127.0.0.1', 'q', '__sentinel__:hello', 'auth-pass', '7000', '26379'],
  without: ['shutdown', 'sentinel|simulate-failure'],
  refresh: 'SENTINEL REMOVE q\r\n',
};

/** Replies as a hostile instance would send them over a connection that the machine has opened. */
const STREAMS = [
  '+PONG\r\n',
  '-ERR no\r\n',
  '+OK\r\n+OK\r\n+FULLRESYNC x 1\r\n',
  `+FULLRESYNC ${'a'.repeat(40)} 9007199254740993\r\n`,
  `+FULLRESYNC ${'a'.repeat(40)} 1000\r\n$10\r\nREDIS00100`,
  '+CONTINUE\r\n',
  '$-1\r\n',
  '*-1\r\n',
  '*3\r\n$7\r\nmessage\r\n$18\r\n__sentinel__:hello\r\n$3\r\n,,,\r\n',
  '$40\r\nrole:slave\r\nmaster_port:99999999999999999\r\n\r\n',
  '*1\r\n*1\r\n*1\r\n:1\r\n',
  '\0\r\n',
  '$9999999999999999\r\n',
];

for (const kind of [SERVER, SENTINEL]) {
  test(`${kind.name}: ${INPUTS} hostile inputs`, () => {
    const random = new Random(seedFromNumber(SEED));
    let lone = new LoneMachine(kind.make(), kind.config);
    const inputs = new HostileInputs(random, lone.machine.commands, {
      bytesMax: BYTES_MAX,
      countMax: COUNT_MAX,
      giantChance: GIANT_CHANCE,
      words: kind.words,
      without: kind.without,
    });
    let conn = lone.connect();
    for (let i = 0; i < INPUTS; i += 1) {
      if (i % INPUTS_A_MACHINE === INPUTS_A_MACHINE - 1) {
        lone = new LoneMachine(kind.make(), kind.config);
        conn = lone.connect();
      }
      // Some connections stay, idle and unread, whatever they are subscribed to or have queued.
      if (i % INPUTS_A_CONNECTION === 0 && random.chance(0.9)) lone.disconnect(conn);
      if (i % INPUTS_A_CONNECTION === 0 || !lone.isOpen(conn)) conn = lone.connect();
      const chunks = inputs.next();
      try {
        step(lone, conn, chunks, random);
        if (i % CHECK_EVERY === 0) check(lone, kind);
      } catch (error) {
        const shown = chunks
          .map((chunk) => JSON.stringify(chunk.subarray(0, 120).latin1Slice()))
          .join(' + ');
        throw new Error(`FUZZ_SEED=${SEED}, input ${i}: ${shown.slice(0, 1_000)}`, {
          cause: error,
        });
      }
    }
  });
}

function step(lone: LoneMachine, conn: number, chunks: readonly Buffer[], random: Random): void {
  for (const chunk of chunks) lone.receive(conn, chunk);
  if (random.chance(0.7)) lone.drain(conn, 64 * MB);
  if (random.chance(0.05)) lone.advance(random.below(3_000));
  const opened = lone.opened.shift();
  if (opened === undefined) return;
  if (random.chance(0.3)) {
    lone.answer(opened, 'Connection refused');
    return;
  }
  lone.answer(opened);
  for (let n = random.below(6); n > 0; n -= 1) {
    lone.receive(opened, Buffer.from(STREAMS[random.below(STREAMS.length)]!, 'latin1'));
  }
  if (random.chance(0.5)) lone.disconnect(opened);
}

/** The process is there, answers, and has room again once its data is gone. */
function check(lone: LoneMachine, kind: Kind): void {
  assert.ok(!lone.hasExited, 'the process has ended');
  const fresh = lone.connect();
  lone.receive(fresh, Buffer.from('PING\r\n'));
  const head = lone.drain(fresh, MB);
  assert.match(head, /^(\+PONG|-NOAUTH|-ERR max number of clients|-LOADING|-MASTERDOWN)/);
  lone.receive(fresh, Buffer.from(kind.refresh));
  lone.disconnect(fresh);
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  assert.ok(heapUsed + arrayBuffers < MEMORY_MAX, `${heapUsed} + ${arrayBuffers} bytes`);
}
