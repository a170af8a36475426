/**
 * Differential tests: the same random commands to our server, in this process, and to a real
 * redis-server; every reply is compared, and the data itself by its digest now and then.
 *
 * In RESP3 all small collections are packed after each command (data/table/database.ts), so that each
 * works on bytes; in RESP2 on objects.
 *
 * A failure names the seed and shows the last commands; DIFFERENTIAL_SEED and DIFFERENTIAL_COMMANDS
 * (a number of commands each) choose others.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random, seedFromNumber } from '../../src/engine/machine/random.ts';
import { ServerHarness } from '../support/serverHarness.ts';
import { type Arg, RealServer, whyNoRealServer } from './realServer.ts';
import { type Comparison, exact, shown } from './replies.ts';

const BATCH = 250;
const HISTORY = 12;
const COMMANDS_DEFAULT = 8000;

export interface Command {
  readonly args: readonly Arg[];
  readonly compare?: Comparison;
}

export type Generator = (random: Random) => Command;

interface Exchange {
  readonly args: readonly Arg[];
  readonly reply: Buffer;
}

/** Declares a test in RESP2 and one in RESP3. */
export function differentialTest(name: string, seed: number, generate: Generator): void {
  const why = whyNoRealServer();
  for (const protocol of [2, 3] as const) {
    test(`${name}, RESP${protocol}, as a real server`, { skip: why ?? false }, async () => {
      const chosen = Number(process.env['DIFFERENTIAL_SEED'] ?? seed + protocol);
      const count = Number(process.env['DIFFERENTIAL_COMMANDS'] ?? COMMANDS_DEFAULT);
      await runDifferential(chosen, count, protocol, generate);
    });
  }
}

/** Compares the replies to a fixed list of commands. */
export function differentialList(name: string, commands: readonly Command[]): void {
  const why = whyNoRealServer();
  for (const protocol of [2, 3] as const) {
    test(`${name}, RESP${protocol}, as a real server`, { skip: why ?? false }, async () => {
      let next = 0;
      await runDifferential(0, commands.length, protocol, () => commands[next++]!);
    });
  }
}

async function runDifferential(
  seed: number,
  count: number,
  protocol: 2 | 3,
  generate: Generator,
): Promise<void> {
  const random = new Random(seedFromNumber(seed));
  const real = await RealServer.start();
  try {
    const ours = new ServerHarness([], Date.now() * 1000);
    // Not compared: HELLO's reply names the server.
    ours.send(['HELLO', String(protocol)]);
    await real.send(['HELLO', String(protocol)]);
    ours.send(['DEBUG', 'SET-ACTIVE-EXPIRE', '0']);
    const history: Exchange[] = [];
    for (let done = 0; done < count; done += BATCH) {
      const batch = Array.from({ length: Math.min(BATCH, count - done) }, () => generate(random));
      batch.push({ args: ['DEBUG', 'DIGEST'] });
      const replies = await real.sendAll(batch.map((command) => command.args));
      for (let i = 0; i < batch.length; i += 1) {
        compareOne(ours, batch[i]!, replies[i]!, history, seed, done + i);
        if (protocol === 3) for (const database of ours.server.keyspace.databases) database.pack(0);
      }
    }
  } finally {
    await real.stop();
  }
}

function compareOne(
  ours: ServerHarness,
  command: Command,
  expected: Buffer,
  history: Exchange[],
  seed: number,
  index: number,
): void {
  // Spans of time begin now on both sides.
  ours.now = Date.now() * 1000;
  const reply = ours.send(command.args);
  if (!(command.compare ?? exact)(reply, expected)) {
    const before = history.map(({ args, reply }) => `  ${line(args)}  =>  ${shown(reply)}`);
    assert.fail(
      [
        `seed ${seed}, command ${index}: ${line(command.args)}`,
        `  ours ${shown(reply)}`,
        `  real ${shown(expected)}`,
        'after',
        ...before,
      ].join('\n'),
    );
  }
  history.push({ args: command.args, reply });
  if (history.length > HISTORY) history.shift();
}

function line(args: readonly Arg[]): string {
  const texts = args.map((arg) => (typeof arg === 'string' ? arg : arg.latin1Slice()));
  return texts.map((text) => JSON.stringify(text.slice(0, 120))).join(' ');
}

/** One of the list. */
export function pick<T>(random: Random, list: readonly T[]): T {
  return list[random.below(list.length)]!;
}

/** The words in another case, sometimes: commands and options do not care. */
export function anyCase(random: Random, word: string): string {
  if (random.chance(0.7)) return word;
  return [...word].map((c) => (random.chance(0.5) ? c.toUpperCase() : c.toLowerCase())).join('');
}
