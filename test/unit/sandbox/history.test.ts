/** Going back: what is shown at an event of the past is what was shown when it was the present. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random, seedFromNumber } from '../../../src/engine/machine/random.ts';
import { Reading } from '../../../src/sandbox/reading.ts';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import { History, NotHeldError } from '../../../src/sandbox/session/history.ts';
import { takeSnapshot } from '../../../src/sandbox/snapshot.ts';
import type { Operation } from '../../../src/view/messages.ts';
import { parse, serialize } from '../../../src/world/recordingFile.ts';
import { replay } from '../../../src/world/replay.ts';
import { bootedSandbox } from '../../support/sandboxes.ts';

/** HISTORY_SEEDS=50 is the long run. */
const SEEDS = Number(process.env['HISTORY_SEEDS'] ?? 2);
const LOOKS = 200;
const GOES = 20;
/** How long an application takes to answer: otherwise the clock would stand still. */
const THINK_MICROS = 1_000;

/** All that a paused panel shows of a world. */
function shown(reading: Reading): string {
  const driver = { mode: 'paused', speed: 1 } as const;
  const history = { shown: null, first: 0, firstAt: 0, last: 0, lastAt: 0 };
  const present = reading.world;
  const frame = { seed: 0, masterName: 'mymaster', revision: 0, driver, history, present };
  return JSON.stringify(takeSnapshot(reading, frame));
}

/** Clients outside that write whenever they have an answer, and reconnect. */
class Apps {
  private readonly sandbox: Sandbox;
  private readonly random: Random;
  private readonly open = new Map<number, string>();
  private answers: number[] = [];
  private actsAt = 0;

  constructor(sandbox: Sandbox, random: Random) {
    this.sandbox = sandbox;
    this.random = random;
    sandbox.openTo({
      send: (conn, bytes) => {
        this.sandbox.inject({ kind: 'drained', conn, bytes: bytes.length });
        this.answers.push(conn);
      },
      close: (conn) => void this.open.delete(conn),
      connect: (conn) =>
        this.sandbox.inject({ kind: 'refused', conn, error: 'Connection refused' }),
      listen: () => {},
      closeListener: () => {},
    });
  }

  act(): void {
    const { sandbox, random } = this;
    if (sandbox.world.now < this.actsAt) return;
    this.actsAt = sandbox.world.now + THINK_MICROS;
    const answers = this.answers;
    this.answers = [];
    for (const conn of answers) this.write(conn);
    if (this.open.size >= 3 || !random.chance(0.02)) return;
    const nodes = sandbox.reading.nodes;
    const { name: node, port } = nodes[random.below(nodes.length)]!;
    const conn = sandbox.newConn();
    this.open.set(conn, node);
    sandbox.inject({ kind: 'accept', conn, node, port, peer: `127.0.0.1:${50_000 + conn}` });
    this.write(conn);
  }

  private write(conn: number): void {
    if (!this.open.has(conn)) return;
    const { random } = this;
    const value = 'v'.repeat(random.below(300));
    const text = random.chance(0.1)
      ? 'PING\r\n'
      : `*3\r\n$3\r\nSET\r\n$2\r\nk${random.below(10)}\r\n$${value.length}\r\n${value}\r\n`;
    this.sandbox.inject({ kind: 'data', conn, bytes: Buffer.from(text) });
  }
}

const FAULTS: readonly Operation[] = [
  { op: 'crash', node: 'm' },
  { op: 'restart', node: 'm' },
  { op: 'freeze', node: 'r1' },
  { op: 'thaw', node: 'r1' },
  { op: 'cut', a: 'm', b: 'r2', oneway: false },
  { op: 'heal' },
  { op: 'powerloss', node: 'r1' },
  { op: 'restart', node: 'r1' },
  { op: 'failover', name: 'mymaster' },
  { op: 'load', rate: 300, bytes: 40 },
  { op: 'replicaof', node: 'r2', to: { node: 'r1' } },
  { op: 'bgsave', node: 'm' },
  { op: 'addReplica', of: 'r1' },
  { op: 'remove', node: 'r3' },
];

interface Run {
  readonly sandbox: Sandbox;
  /** What was shown right after these events. */
  readonly seen: Map<number, string>;
}

/** A run as live: with clients outside and faults, looked at after random events. */
function live(seed: number): Run {
  const random = new Random(seedFromNumber(seed));
  const sandbox = bootedSandbox({ seed, record: true });
  const apps = new Apps(sandbox, random);
  const seen = new Map<number, string>();
  const until = sandbox.world.now + 20_000_000;
  while (sandbox.world.now < until) {
    apps.act();
    if (random.chance(0.0008)) sandbox.perform(FAULTS[random.below(FAULTS.length)]!, () => {});
    sandbox.advance(Math.max(sandbox.world.nextEventAt(), sandbox.world.now), 1);
    if (random.chance(0.06)) seen.set(sandbox.world.eventCount, shown(sandbox.reading));
  }
  return { sandbox, seen };
}

test(`what is shown at ${LOOKS} events of the past is what was shown then, on ${SEEDS} seeds`, () => {
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const { sandbox, seen } = live(seed);
    const { history, world } = sandbox;
    const [end, hash] = [shown(sandbox.reading), world.traceHash];
    const random = new Random(seedFromNumber(seed + 1_000));
    const events = [...seen.keys()];
    assert.ok(events.length > LOOKS, `only ${events.length} looks`);
    for (let i = 0; i < LOOKS; i += 1) {
      const event = events[random.below(events.length)]!;
      history.goTo(event);
      assert.equal(history.shown.world.eventCount, event);
      const now = shown(history.shown);
      if (now !== seen.get(event)) {
        assert.deepEqual(
          JSON.parse(now),
          JSON.parse(seen.get(event)!),
          `seed ${seed}, event ${event}`,
        );
      }
    }
    history.goLive();
    assert.equal(shown(history.shown), end);
    assert.equal(world.traceHash, hash);
  }
});

test(`a recording that was saved and opened shows the same, and forks of one event run alike, on ${SEEDS} seeds`, () => {
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const { sandbox, seen } = live(seed);
    const bytes = Buffer.concat(serialize(sandbox.world.recording()!));
    const opened = new Reading(replay(parse(bytes), undefined, { record: true }));
    assert.equal(opened.world.traceHash, sandbox.world.traceHash);
    const history = new History(opened);
    const random = new Random(seedFromNumber(seed + 2_000));
    const events = [...seen.keys()];
    for (let i = 0; i < GOES; i += 1) {
      const event = events[random.below(events.length)]!;
      history.goTo(event);
      assert.equal(shown(history.shown), seen.get(event), `seed ${seed}, event ${event}`);
    }
    const forks = [history.branch(), history.branch()];
    for (const fork of forks) {
      fork.inject({ kind: 'restart', node: 's1' });
      fork.runUntil(fork.now + 3_000_000);
    }
    assert.equal(forks[0]!.traceHash, forks[1]!.traceHash);
    assert.equal(forks[0]!.digest(), forks[1]!.digest());
  }
});

test('an event that is not held is refused with what is held', () => {
  const sandbox = bootedSandbox({ record: true });
  const last = sandbox.world.eventCount;
  assert.throws(() => sandbox.history.goTo(last + 1), {
    name: NotHeldError.name,
    message: `events 0 to ${last} are held, not ${last + 1}`,
  });
  assert.throws(() => sandbox.history.goTo(-1), NotHeldError);
  sandbox.history.goTo(0);
  assert.deepEqual(sandbox.history.shown.nodes, []);
  sandbox.world.suspendRecording();
  assert.throws(() => sandbox.history.goTo(5), /nothing is recorded/);
});
