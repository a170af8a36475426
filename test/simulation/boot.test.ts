/**
 * A topology agrees only by running: nothing is given to a Sentinel but the address of the master.
 * The trace of a booted sandbox shows where each Sentinel has every replica and every other Sentinel
 * from: a hello message with that Sentinel's address, a master's reply to INFO.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missingForAgreement } from '../../src/sandbox/agreement.ts';
import { Sandbox } from '../../src/sandbox/sandbox.ts';
import { sentinelOf } from '../../src/sandbox/sentinelReading.ts';
import { inputsOf } from '../../src/world/journal.ts';
import type { EventView, LogLine } from '../../src/world/views.ts';
import type { World } from '../../src/world/world.ts';
import { START } from './plan.ts';

const REPLICAS = 2;
const SENTINELS = 3;
const PORT = 7000;
const SENTINEL_PORT = 27000;

function booted(seed: number): Sandbox {
  const sandbox = new Sandbox({
    topology: {
      replicas: REPLICAS,
      sentinels: SENTINELS,
      port: PORT,
      sentinelPort: SENTINEL_PORT,
    },
    seed,
    startAt: START,
    record: true,
  });
  sandbox.boot();
  return sandbox;
}

function sentinelNames(): string[] {
  return Array.from({ length: SENTINELS }, (_, index) => `s${index + 1}`);
}

/** Bytes that reached a Sentinel when it wrote the line, each with its event. */
function arrivals(world: World, name: string, line: LogLine): { event: EventView; text: string }[] {
  return world
    .lastEvents(world.eventCount)
    .filter((event) => event.node === name && event.at === line.at && event.kind === 'data')
    .map((event) => ({ event, text: world.eventBytes(event.seq).latin1Slice() }));
}

function lines(world: World, name: string, pattern: RegExp): LogLine[] {
  return world.logSince(name, 0).filter(({ line }) => pattern.test(line));
}

test('nothing but nodes and their first configuration is put into the world before it agrees', () => {
  const { world } = booted(1);
  const inputs = [...inputsOf(world.recording()!)].map(({ input }) => input);
  assert.deepEqual(new Set(inputs.map(({ kind }) => kind)), new Set(['addNode']));
  assert.equal(inputs.length, 1 + REPLICAS + SENTINELS);
  for (const input of inputs) {
    assert.ok(input.kind === 'addNode');
    const text = (input.files ?? []).map(({ bytes }) => bytes.latin1Slice()).join('');
    assert.doesNotMatch(text, /known-|current-epoch|leader-epoch|config-epoch|myid/);
    if (input.machine !== 'sentinel') continue;
    const ports = [...text.matchAll(/\b(?:27\d{3}|7\d{3})\b/g)].map(([port]) => Number(port));
    assert.deepEqual(
      ports,
      [input.ports![0], PORT],
      'its own port and the master are all it is told',
    );
  }
});

test('every Sentinel has every other Sentinel from a hello message', () => {
  const { world } = booted(2);
  const first = world.lastEvents(world.eventCount)[0]!;
  assert.equal(first.seq, 1, 'the trace must hold the whole boot');
  for (const name of sentinelNames()) {
    const met = lines(world, name, /^\+sentinel sentinel /);
    assert.equal(met.length, SENTINELS - 1);
    for (const line of met) {
      const [, , id, ip, port] = line.line.split(' ');
      const from = arrivals(world, name, line).find(
        ({ text }) => text.includes('__sentinel__:hello') && text.includes(`${ip},${port},${id},`),
      );
      assert.ok(from, `${name}: ${line.line} does not come from a hello`);
    }
    const known = [...sentinelOf(world, name)!.masters.values()][0]!.sentinels;
    assert.equal(known.size, SENTINELS - 1);
  }
});

test("every Sentinel has every replica from the master's reply to its INFO", () => {
  const { world } = booted(3);
  for (const name of sentinelNames()) {
    const found = lines(world, name, /^\+slave slave /);
    assert.equal(found.length, REPLICAS);
    for (const line of found) {
      const reply = arrivals(world, name, line).find(
        ({ event, text }) => event.peer === 'm' && /\$\d+\r\n# Server\r\n/.test(text),
      );
      assert.ok(reply, `${name}: ${line.line} does not come from a reply to INFO`);
      const asked = world
        .causes(reply.event.seq)
        .some(
          ({ seq, node, peer }) =>
            node === 'm' &&
            peer === name &&
            /\r\nINFO\r\n/.test(world.eventBytes(seq).latin1Slice()),
        );
      assert.ok(asked, `${name} has not asked for that INFO`);
    }
  }
});

test('a topology that cannot agree says what is missing', () => {
  const sandbox = new Sandbox({
    topology: { replicas: 1, sentinels: 2, port: PORT, sentinelPort: SENTINEL_PORT },
    seed: 4,
    startAt: START,
    record: false,
  });
  sandbox.inject({ kind: 'cut', a: 's1', b: 'm' });
  assert.throws(() => sandbox.boot(10_000_000), /has not agreed within 10 s.*s1 /s);
  assert.notDeepEqual(missingForAgreement(sandbox.snapshot()), []);
});
