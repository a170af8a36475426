/**
 * Recordings of random runs without secrets: passwords everywhere, commands cut anywhere, crashes, freezes
 * and cut links, from the beginning and from a state in the middle.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random, seedFromNumber } from '../../../src/engine/machine/random.ts';
import { copyState } from '../../../src/engine/machine/state.ts';
import { recordingFrom } from '../../../src/world/journal.ts';
import { parse, serialize } from '../../../src/world/recordingFile.ts';
import { replay } from '../../../src/world/replay.ts';
import { maskRecording } from '../../../src/world/secrets/maskRecording.ts';
import { World } from '../../../src/world/world.ts';
import { type Client, Outside } from '../../support/outside.ts';
import { bootedSandbox } from '../../support/sandboxes.ts';

const RUNS = 5;
const STEPS = 30;
const PASSWORD = 'zqPLANTED';
const WRONG = 'zqGUESSED';
/** Parts of both that nothing else contains. */
const PARTS = ['zq', 'PLANT', 'LANTE', 'GUESS', 'UESSE'];
const SERVERS = ['m', 'r1', 'r2'];
const COMMANDS = [
  `AUTH ${PASSWORD}\r\n`,
  `AUTH ${WRONG}\r\n`,
  `AUTH "z\\x71${PASSWORD.slice(2)}"\r\n`,
  `*2\r\n$4\r\nAUTH\r\n$${PASSWORD.length}\r\n${PASSWORD}\r\n`,
  `HELLO 3 AUTH default ${PASSWORD}\r\n`,
  `CONFIG SET masterauth ${PASSWORD}\r\n`,
  'CONFIG GET *auth*\r\n',
  'CONFIG REWRITE\r\n',
  ...['MULTI\r\n', 'EXEC\r\n', 'SET k v\r\n', 'GET k\r\n', 'BLPOP l 1\r\n', 'INFO\r\n'],
];
const WAITS = [0, 300, 5_000, 300_000, 3_000_000];

/** One random input of a run. */
class Actor {
  private readonly random: Random;
  private readonly clients: readonly Client[];
  /** What each client has begun to say. */
  private readonly rest = new Map<Client, string>();

  constructor(random: Random, clients: readonly Client[]) {
    this.random = random;
    this.clients = clients;
  }

  private pick<T>(from: readonly T[]): T {
    return from[this.random.below(from.length)]!;
  }

  act(world: World): void {
    const what = this.random.below(10);
    if (what < 7) this.say(world);
    else if (what === 7) {
      const kind = this.pick([
        'crash',
        'freeze',
        'thaw',
        'thaw',
        'powerLoss',
        'restart',
        'restart',
      ]);
      const node = this.pick([...SERVERS, 's1']);
      world.inject({ kind, node } as Parameters<World['inject']>[0]);
    } else if (what === 8) world.inject({ kind: 'reset', a: 'm', b: this.pick(['r1', 's1']) });
    else world.inject({ kind: this.pick(['cut', 'heal', 'heal'] as const), a: 'm', b: 'r1' });
    world.runUntil(world.now + this.pick(WAITS));
  }

  private say(world: World): void {
    const client = this.pick(this.clients);
    const text = this.rest.get(client) || this.pick(COMMANDS);
    const length = 1 + this.random.below(text.length);
    this.rest.set(client, text.slice(length));
    const bytes = Buffer.from(text.slice(0, length), 'latin1');
    world.inject({ kind: 'data', conn: client.conn, bytes });
  }
}

function assertMasked(world: World): void {
  const { recording, secrets } = maskRecording(world.recording()!, world.state.trace);
  assert.ok(secrets >= 1);
  const file = Buffer.concat(serialize(recording));
  for (const part of PARTS) {
    const at = file.indexOf(part);
    assert.equal(at, -1, file.toString('latin1', at - 80, at + 40));
  }
  const repeated = replay(parse(file));
  assert.equal(repeated.state.trace.differenceFrom(world.state.trace), undefined);
}

test('random runs are recorded without secrets, and stay the same runs', () => {
  for (let run = 1; run <= RUNS; run += 1) {
    const sandbox = bootedSandbox({ record: true, seed: run });
    const outside = new Outside(sandbox);
    for (const node of SERVERS) {
      const line = `CONFIG SET masterauth ${PASSWORD} requirepass ${PASSWORD}`;
      sandbox.perform({ op: 'command', node, line }, () => {});
    }
    for (const node of ['s1', 's2', 's3']) {
      const line = `SENTINEL SET mymaster auth-pass ${PASSWORD}`;
      sandbox.perform({ op: 'command', node, line }, () => {});
    }
    sandbox.advance(sandbox.world.now + 100_000);
    const random = new Random(seedFromNumber(run));
    const clients = [...SERVERS, 'm'].map((node) => outside.connect(node));
    const actor = new Actor(random, clients);
    for (let step = 0; step < STEPS; step += 1) actor.act(sandbox.world);
    assertMasked(sandbox.world);

    const base = copyState(sandbox.world.state);
    const later = new World({ state: copyState(base), recording: recordingFrom(base) });
    for (let step = 0; step < STEPS; step += 1) actor.act(later);
    assertMasked(later);
  }
});
