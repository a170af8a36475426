/** Events in the feed: families, small talk, crowds, what comes next, and who waits. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import type { EventDetail, FeedEntry, Operation } from '../../../src/view/messages.ts';
import { bootedSandbox } from '../../support/sandboxes.ts';

const SECOND = 1_000_000;

type EventEntry = FeedEntry & { readonly event: EventDetail };

function booted(): Sandbox {
  const sandbox = bootedSandbox({ seed: 7 });
  sandbox.takeFeed();
  return sandbox;
}

/** As a host would: time in small pieces, the feed taken after each. */
function run(sandbox: Sandbox, seconds: number): FeedEntry[] {
  const entries: FeedEntry[] = [];
  const until = sandbox.world.now + seconds * SECOND;
  while (sandbox.world.now < until) {
    sandbox.advance(sandbox.world.now + SECOND / 20);
    entries.push(...sandbox.takeFeed());
  }
  return entries;
}

function ask(sandbox: Sandbox, operation: Operation): void {
  sandbox.perform(operation, (outcome) => assert.ok(outcome.ok, JSON.stringify(outcome)));
}

const events = (entries: readonly FeedEntry[]): EventEntry[] =>
  entries.filter((entry): entry is EventEntry => entry.event !== undefined);

const countOf = (entries: readonly EventEntry[]): number =>
  entries.reduce((sum, { event }) => sum + event.count, 0);

test('a quiet world is small talk only, and every event is counted', () => {
  const sandbox = booted();
  const before = sandbox.world.eventCount;
  const entries = events(run(sandbox, 15));
  const shown = entries.filter(({ event }) => event.quiet === null);
  assert.deepEqual(
    shown.map(({ peer, text }: EventEntry & { peer?: string }) => [peer, text]),
    [],
  );
  assert.equal(countOf(entries), sandbox.world.eventCount - before);
  const kinds = new Set(entries.map(({ event }) => event.quiet));
  assert.deepEqual([...kinds].sort(), ['ACK', 'INFO', 'PING', 'PONG', 'hello', 'internal']);
});

test('load is a crowd: few entries, full counts', () => {
  const sandbox = booted();
  ask(sandbox, { op: 'load', rate: 2_000, bytes: 10 });
  run(sandbox, 1);
  const before = sandbox.world.eventCount;
  const entries = events(run(sandbox, 1));
  assert.equal(countOf(entries), sandbox.world.eventCount - before);
  assert.ok(entries.length < 250, `${entries.length} entries`);
  const writes = entries.filter(({ node, event }) => node === 'm' && event.peer === 'load');
  assert.ok(writes.every(({ event }) => event.family === 'client'));
  assert.ok(Math.abs(countOf(writes) - 2_000) < 100, `${countOf(writes)} writes`);
  assert.match(writes[0]!.text, /^SET load:\d+ /);
  const streamed = entries.filter(({ node, event }) => node === 'r1' && event.peer === 'm');
  assert.ok(streamed.every(({ event }) => event.family === 'stream'));
});

test('a resynchronization is a dialogue that can be read', () => {
  const sandbox = booted();
  ask(sandbox, { op: 'reset', a: 'm', b: 'r1' });
  const entries = run(sandbox, 3);
  const said = events(entries)
    .filter(({ event }) => event.family === 'replication' && event.quiet === null)
    .filter(({ node, event }) => [node, event.peer].includes('r1'))
    .map(({ text }) => text.replace(/[0-9a-f]{40}/, '<replid>').replace(/\d{2,}/g, 'N'));
  assert.deepEqual(said.slice(-2), ['PSYNC <replid> N', 'CONTINUE <replid>']);
  assert.ok(said.includes('REPLCONF listening-port N'), said.join('\n'));
});

test('no effect stands before its cause', () => {
  const sandbox = booted();
  ask(sandbox, { op: 'crash', node: 'r1' });
  ask(sandbox, { op: 'restart', node: 'r1' });
  const texts = run(sandbox, 3).map(({ node, text }) => `${node}: ${text}`);
  const placeOf = (pattern: RegExp): number => {
    const place = texts.findIndex((text) => pattern.test(text));
    assert.ok(place >= 0, `${pattern} is not told`);
    return place;
  };
  const inOrder = [
    /^: crash r1/,
    /^: restart r1/,
    /^r1: the process starts/,
    /^r1: Ready to accept connections/,
    /^m: PSYNC /,
    /^m: Replica .* asks for synchronization/,
    /^m: (partial|full) resynchronization of r1/,
  ].map(placeOf);
  assert.deepEqual(
    inOrder,
    inOrder.toSorted((a, b) => a - b),
  );
  assert.ok(
    placeOf(/^r1: (FULLRESYNC|CONTINUE) /) <
      placeOf(/^r1: (Full resync from master|Successful partial)/),
  );
});

test('an operation is told once', () => {
  const sandbox = booted();
  ask(sandbox, { op: 'cut', a: 'm', b: 'r1', oneway: false });
  const told = run(sandbox, 0.1).filter(
    ({ text, event }) => text.startsWith('cut') && (event?.quiet ?? null) === null,
  );
  assert.deepEqual(
    told.map(({ source, text }) => [source, text]),
    [['sandbox', 'cut m r1']],
  );
});

test('a paused world says what comes next, and shows every event of a step', () => {
  const sandbox = booted();
  assert.deepEqual(sandbox.snapshot().upcoming, []);
  ask(sandbox, { op: 'pause' });
  sandbox.takeFeed();
  const { upcoming } = sandbox.snapshot();
  assert.equal(upcoming.length, 4);
  ask(sandbox, { op: 'step', count: 1 });
  const [entry, ...more] = events(sandbox.takeFeed());
  assert.deepEqual(more, []);
  assert.equal(entry!.event.quiet !== null, upcoming[0]!.quiet);
  assert.ok(upcoming[0]!.sentence.includes(entry!.node), upcoming[0]!.sentence);
  ask(sandbox, { op: 'step', count: 50 });
  assert.equal(countOf(events(sandbox.takeFeed())), 50);
});

function connect(sandbox: Sandbox, node: string, port: number, conn: number): void {
  const peer = `127.0.0.1:${50_000 + conn}`;
  sandbox.inject({ kind: 'accept', conn, node, port, peer });
  sandbox.inject({ kind: 'data', conn, bytes: Buffer.from('CLIENT SETNAME app\r\n') });
}

test('clients of a paused world and of a frozen node wait, the others do not', () => {
  const sandbox = booted();
  connect(sandbox, 'm', 6400, 1);
  connect(sandbox, 'r1', 6401, 2);
  run(sandbox, 0.1);
  assert.deepEqual(sandbox.snapshot().waiting, []);
  ask(sandbox, { op: 'freeze', node: 'm' });
  for (const conn of [1, 2]) {
    sandbox.inject({ kind: 'data', conn, bytes: Buffer.from('PING\r\n') });
  }
  run(sandbox, 0.1);
  assert.deepEqual(sandbox.snapshot().waiting, [
    { name: 'app', addr: '127.0.0.1:50001', node: 'm', because: 'frozen' },
  ]);
  ask(sandbox, { op: 'thaw', node: 'm' });
  run(sandbox, 0.1);
  ask(sandbox, { op: 'pause' });
  const { revision } = sandbox.snapshot();
  sandbox.inject({ kind: 'data', conn: 2, bytes: Buffer.from('PING\r\n') });
  assert.deepEqual(sandbox.snapshot().waiting, [
    { name: 'app', addr: '127.0.0.1:50002', node: 'r1', because: 'paused' },
  ]);
  assert.ok(sandbox.snapshot().revision > revision, 'a request that waits is news');
});

test('a Sentinel shows its silence and its vote', () => {
  const sandbox = booted();
  ask(sandbox, { op: 'crash', node: 'm' });
  run(sandbox, 1.5);
  const silent = sandbox.snapshot().sentinels[0]!.master!;
  assert.ok(silent.silentMs > 0 && silent.silentMs <= silent.downAfterMs, `${silent.silentMs} ms`);
  const votes = new Set<string>();
  for (let i = 0; i < 100; i += 1) {
    run(sandbox, 0.05);
    for (const { name, vote } of sandbox.snapshot().sentinels) {
      if (vote !== null) votes.add(`${name} for ${vote.leader} in ${vote.epoch}`);
    }
  }
  assert.ok(votes.size >= 2, [...votes].join(', '));
  for (const vote of votes) assert.match(vote, /^s\d for s\d in \d+$/);
});
