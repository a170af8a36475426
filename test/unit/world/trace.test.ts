/** The trace and the journal: causes, bounds, words, replay, and the live clock. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seedFromNumber } from '../../../src/engine/machine/random.ts';
import { LiveClock } from '../../../src/world/driver.ts';
import { Hash } from '../../../src/world/hash.ts';
import { parse, serialize } from '../../../src/world/recordingFile.ts';
import { replay } from '../../../src/world/replay.ts';
import { dial, newWorld, pass, server, tell } from './harness.ts';

test('every event has its cause, back to what came from outside', () => {
  const world = newWorld();
  world.inject(server('a', 7000));
  world.inject(server('b', 7001));
  pass(world, 0);
  dial(world, 1, 'a', 7000);
  tell(world, 1, 'CONNECT 127.0.0.1 7001');
  tell(world, 1, 'TELL hello', 200);
  const last = world.lastEvents(10).find((event) => event.node === 'b' && event.text === 'hello')!;
  const chain = world.causes(last.seq);
  assert.deepEqual(
    chain.map((event) => `${event.kind} ${event.node} ← ${event.peer}: ${event.text}`),
    ['data b ← a: hello', 'data a ← outside: TELL hello'],
  );
  assert.equal(chain.at(-1)!.cause, 0);
  world.inject({ kind: 'cut', a: 'a', b: 'b' });
  const cut = world.event(world.eventCount)!;
  assert.deepEqual([cut.kind, cut.text, cut.cause], ['operation', 'cut a b', 0]);
  world.inject({ kind: 'heal' });
  world.inject({ kind: 'crash', node: 'a' });
  pass(world, 1_000);
  const closed = world
    .lastEvents(5)
    .find((event) => event.kind === 'closed' && event.node === 'b')!;
  assert.equal(world.causes(closed.seq)[1]!.text, 'crash a');
});

test('the ring forgets, the numbers go on', () => {
  const world = newWorld({ traceEvents: 16 });
  world.inject(server('a', 7000));
  pass(world, 0);
  dial(world, 1, 'a', 7000);
  for (let i = 0; i < 20; i += 1) tell(world, 1, `line${i}`);
  assert.equal(world.event(1), undefined);
  assert.equal(world.lastEvents(100).length, 16);
  assert.equal(world.event(world.eventCount)!.text, 'line19');
  assert.equal(world.eventBytes(world.eventCount).latin1Slice(), 'line19\n');
});

test('long payloads push out the oldest events, and the trace says so', () => {
  const world = newWorld({ traceEvents: 10_000, params: { tracePayloadBytes: 256 * 1024 } });
  world.inject(server('a', 7000));
  pass(world, 0);
  dial(world, 1, 'a', 7000);
  const { trace } = world.state;
  assert.equal(trace.limit, undefined);
  for (let i = 0; i < 2_000; i += 1) tell(world, 1, String(i).padEnd(1_000, 'x'));
  assert.equal(trace.limit, 'bytes');
  assert.ok(trace.firstSeq > 1 && trace.firstSeq < world.eventCount - 500);
  assert.equal(world.event(trace.firstSeq - 1), undefined);
  assert.equal(world.eventBytes(trace.firstSeq).length, 1_001);
  assert.ok(trace.bytes < 512 * 1024);
});

test('an event is found by its time', () => {
  const world = newWorld();
  world.inject(server('a', 7000));
  pass(world, 0);
  dial(world, 1, 'a', 7000);
  for (let i = 0; i < 600; i += 1) tell(world, 1, 'x');
  const { trace } = world.state;
  for (const seq of [1, 2, 255, 256, 257, 512, 600]) {
    const at = trace.timeOf(seq)!;
    const found = trace.seqAt(at);
    assert.equal(trace.timeOf(found), at);
    assert.ok(found === 1 || trace.timeOf(found - 1)! < at);
  }
  assert.equal(trace.seqAt(Number.POSITIVE_INFINITY), world.eventCount);
});

test('peek says what comes next without changing it', () => {
  const world = newWorld();
  world.inject(server('a', 7000));
  assert.equal(world.peek()!.kind, 'start');
  pass(world, 0);
  dial(world, 1, 'a', 7000);
  pass(world, 0);
  assert.equal(world.peek(), undefined);
  world.inject({ kind: 'data', conn: 1, bytes: Buffer.from('*2\r\n$3\r\nGET\r\n$1\r\nx\r\n') });
  const next = world.peek()!;
  assert.deepEqual([next.kind, next.node, next.peer, next.text], ['data', 'a', 'outside', 'GET x']);
  assert.equal(world.nextEventAt(), world.now);
  assert.equal(world.upcoming(5).length, 1);
});

test('notes are numbered and carry their event', () => {
  const world = newWorld();
  world.inject(server('a', 7000));
  pass(world, 0);
  dial(world, 1, 'a', 7000);
  tell(world, 1, 'NOTE one\nNOTE two');
  const notes = world.notesSince(0);
  assert.deepEqual(
    notes.map((each) => each.note),
    [
      { kind: 'toy', text: 'one' },
      { kind: 'toy', text: 'two' },
    ],
  );
  assert.match(world.event(notes[0]!.seq)!.text, /NOTE one/);
  assert.equal(world.notesSince(1).length, 1);
  assert.equal(world.notesSince(2).length, 0);
});

test('the hash sees every byte, length and order', () => {
  const hash = (...parts: Buffer[]) => {
    const h = new Hash();
    for (const part of parts) h.bytes(part);
    return h.hex();
  };
  const seen = new Set<string>();
  const base = Buffer.alloc(40, 7);
  for (let i = 0; i < 40; i += 1) {
    const changed = Buffer.from(base);
    changed[i] = 8;
    seen.add(hash(changed));
    seen.add(hash(base.subarray(0, i)));
  }
  assert.equal(seen.size, 80);
  assert.notEqual(hash(base, Buffer.alloc(1)), hash(Buffer.alloc(1), base));
});

test('a full journal gives way to a checkpoint, and still replays', () => {
  const world = newWorld({ journalBytesMax: 40_000 });
  world.inject(server('a', 7000, { files: [{ path: 'f', bytes: Buffer.from([0, 255, 1]) }] }));
  pass(world, 0);
  dial(world, 1, 'a', 7000);
  assert.equal(world.recording()!.segments[0]!.base, undefined);
  for (let i = 0; i < 100; i += 1) tell(world, 1, 'y'.repeat(1_000));
  const recording = world.recording()!;
  assert.notEqual(recording.segments[0]!.base, undefined);
  const kept = recording.segments.flatMap((segment) => segment.blocks);
  assert.ok(kept.reduce((sum, block) => sum + block.length, 0) < 45_000);
  assert.equal(replay(recording).traceHash, world.traceHash);
  const read = parse(Buffer.concat(serialize(recording)));
  assert.equal(replay(read).traceHash, world.traceHash);
  const back = replay(recording, world.eventCount - 20, { record: true });
  assert.equal(back.eventCount, world.eventCount - 20);
  assert.throws(() => replay(recording, 3), /before the recording/);
});

test('a recording says what it is, and unlimited numbers survive it', () => {
  const costs = {
    forkMicrosPerGb: 0,
    saveBytesPerSecond: Number.POSITIVE_INFINITY,
    loadBytesPerSecond: 1,
  };
  const world = newWorld({ params: { costs }, seed: seedFromNumber(5) });
  world.inject(server('a', 7000));
  world.inject({ kind: 'bandwidth', a: 'a', b: 'x', bytesPerSecond: 5 });
  world.inject({ kind: 'bandwidth', a: 'a', b: 'x', bytesPerSecond: Number.POSITIVE_INFINITY });
  const again = replay(parse(Buffer.concat(serialize(world.recording()!))));
  assert.equal(again.state.params.costs.saveBytesPerSecond, Number.POSITIVE_INFINITY);
  assert.equal(again.links()[0]!.bytesPerSecond, Number.POSITIVE_INFINITY);
  assert.throws(() => parse(Buffer.from('hello')), /not a recording/);
});

test('the live clock drops what a sleeping machine missed', () => {
  const clock = new LiveClock(1_000, 0);
  assert.equal(clock.turn(11_000, 0), 10_000);
  assert.equal(clock.turn(60_000_000, 10_000), 260_000);
  clock.setSpeed(10);
  assert.equal(clock.turn(60_001_000, 260_000), 270_000);
  assert.equal(clock.delay(270_000, 280_000), 1_000);
  clock.setMode('paused', 60_001_000);
  assert.equal(clock.turn(70_000_000, 270_000), 270_000);
  assert.equal(clock.delay(270_000, 280_000), Number.POSITIVE_INFINITY);
  clock.setMode('live', 80_000_000);
  assert.equal(clock.turn(80_000_100, 270_000), 271_000);
  clock.setMode('fast', 80_000_100);
  assert.equal(clock.turn(80_000_200, 271_000), Number.POSITIVE_INFINITY);
  assert.equal(clock.delay(271_000, 280_000), 0);
  clock.setSpeed(1_000);
  assert.equal(clock.speed, 100);
});

test('a slow clock loses no fractions, and a turn cut short is made up for', () => {
  const clock = new LiveClock(0, 0);
  clock.setSpeed(0.1);
  let time = 0;
  for (let wall = 3; wall <= 300; wall += 3) time = clock.turn(wall, time);
  assert.ok(time >= 29 && time <= 30);
  clock.setSpeed(1);
  const wanted = clock.turn(100_300, time);
  assert.equal(clock.turn(100_400, time), wanted + 100);
});
