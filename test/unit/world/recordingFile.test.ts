/** Recordings as files: saved in every state, refused when they are damaged, and replayed along their marks. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random, seedFromNumber } from '../../../src/engine/machine/random.ts';
import { Crc64 } from '../../../src/engine/persistence/rdb/crc64.ts';
import { inputsOf, type Recording } from '../../../src/world/journal.ts';
import { Marks } from '../../../src/world/marks.ts';
import { parse, RecordingError, serialize } from '../../../src/world/recordingFile.ts';
import { DepartureError, replay } from '../../../src/world/replay.ts';
import type { World } from '../../../src/world/world.ts';
import { client, dial, newWorld, pass, server, tell } from './harness.ts';

const MUTATIONS = 10_000;
const MAGIC_BYTES = 8;
const NAME_BYTES = 4;
const SECTION_HEAD = NAME_BYTES + 6;
const CHECKSUM_BYTES = 8;

/** A world whose journal holds `journalBytesMax`, after 60 lines of a kilobyte. */
function talkedTo(journalBytesMax: number): World {
  const world = newWorld({ journalBytesMax });
  world.inject(server('a', 7000, { files: [{ path: 'f', bytes: Buffer.from([0, 255, 1]) }] }));
  world.inject(client('c', 7000));
  dial(world, 1, 'a', 7000);
  for (let i = 0; i < 60; i += 1) tell(world, 1, 'y'.repeat(1_000));
  return world;
}

function fileOf(recording: Recording): Buffer {
  return Buffer.concat(serialize(recording));
}

/** Where each section of a file begins, by name; the last one of each name. */
function sectionsOf(file: Buffer): Map<string, { start: number; end: number }> {
  const sections = new Map<string, { start: number; end: number }>();
  const productEnd = MAGIC_BYTES + 8 + file.readUInt32LE(MAGIC_BYTES + 4);
  const headEnd = productEnd + 4 + file.readUInt32LE(productEnd);
  sections.set('head', { start: 0, end: headEnd });
  for (let start = headEnd + CHECKSUM_BYTES; start < file.length; ) {
    const end = start + SECTION_HEAD + file.readUIntLE(start + NAME_BYTES, 6);
    sections.set(file.latin1Slice(start, start + NAME_BYTES), { start, end });
    start = end + CHECKSUM_BYTES;
  }
  return sections;
}

/** Makes the checksum of a section right, whatever is in it. */
function forge(file: Buffer, section: { start: number; end: number }): void {
  const checksum = new Crc64();
  checksum.update(file, section.start, section.end);
  checksum.write(file, section.end);
}

/** The file with another text, of the same length, in its head. */
function withHead(file: Buffer, from: string, to: string): Buffer {
  assert.equal(from.length, to.length);
  const other = Buffer.from(file);
  other.write(to, file.indexOf(from), 'latin1');
  forge(other, sectionsOf(other).get('head')!);
  return other;
}

test('a recording whose beginning has given way to a checkpoint is saved and replayed', () => {
  const world = talkedTo(20_000);
  const recording = world.recording()!;
  assert.ok(recording.segments.length > 1);
  assert.ok(recording.segments.every(({ base }) => base !== undefined));
  const read = parse(fileOf(recording));
  assert.deepEqual(
    read.segments.map(({ base, firstInput, blocks }) => [
      base!.trace.count,
      firstInput,
      Buffer.concat(blocks).toString('hex'),
    ]),
    recording.segments.map(({ base, firstInput, blocks }) => [
      base!.trace.count,
      firstInput,
      Buffer.concat(blocks).toString('hex'),
    ]),
  );
  const again = replay(read, undefined, { record: true, journalBytesMax: 20_000 });
  for (const each of [world, again]) {
    each.inject({ kind: 'crash', node: 'a' });
    pass(each, 50_000);
    each.inject({ kind: 'restart', node: 'a' });
    dial(each, 2, 'a', 7000);
    for (let i = 0; i < 30; i += 1) tell(each, 2, 'z'.repeat(1_000));
  }
  assert.equal(again.traceHash, world.traceHash);
  assert.equal(again.digest(), world.digest());
  const second = replay(parse(fileOf(again.recording()!)));
  assert.equal(second.traceHash, world.traceHash);
});

test('a failed world is saved, and fails again at the same event', () => {
  const world = talkedTo(20_000);
  world.inject({ kind: 'data', conn: 1, bytes: Buffer.from('THROW\n') });
  pass(world, 10_000);
  assert.notEqual(world.failure, undefined);
  const again = replay(parse(fileOf(world.recording()!)));
  assert.equal(again.failure!.seq, world.failure!.seq);
  assert.equal(again.failure!.error, world.failure!.error);
});

test('checkpoints of one recording share their pages in the file', () => {
  const world = newWorld({ journalBytesMax: 20_000 });
  world.inject(server('a', 7000));
  dial(world, 1, 'a', 7000);
  for (let i = 0; i < 400; i += 1) tell(world, 1, `APPEND g ${'y'.repeat(1_000)}`);
  const recording = world.recording()!;
  assert.equal(recording.segments.length, 4);
  const one = fileOf({ ...recording, segments: [recording.segments[0]!] }).length;
  const all = fileOf(recording).length;
  assert.ok(one > 350_000 && all < 2 * one, `${all} bytes with 4 checkpoints, ${one} with one`);
});

/** A file as small as one with a checkpoint can be. */
function smallFile(): Buffer {
  const world = newWorld({ journalBytesMax: 2_000 });
  world.inject(server('a', 7000));
  dial(world, 1, 'a', 7000);
  for (let i = 0; i < 20; i += 1) tell(world, 1, `ECHO ${i}`);
  const recording = world.recording()!;
  const last = recording.segments.at(-1)!;
  assert.notEqual(last.base, undefined);
  return fileOf({ ...recording, segments: [last] });
}

test('every cut of a file is refused', () => {
  const file = fileOf(newWorld().recording()!);
  for (let length = 0; length < file.length; length += 1) {
    assert.throws(() => parse(file.subarray(0, length)), RecordingError, `${length} bytes`);
  }
  assert.throws(() => parse(Buffer.concat([file, Buffer.alloc(1)])), /1 bytes after the end/);
});

test(`${MUTATIONS} flipped bits and bytes are all refused`, () => {
  const file = smallFile();
  const random = new Random(seedFromNumber(1));
  for (let i = 0; i < MUTATIONS; i += 1) {
    const mutated = Buffer.from(file);
    for (let left = 1 + random.below(3); left > 0; left -= 1) {
      mutated[random.below(file.length)]! ^= 1 + random.below(255);
    }
    assert.throws(() => parse(mutated), { name: 'RecordingError', message: /recording format 1/ });
  }
});

test('damage under a forged checksum is refused or read, and nothing else happens', () => {
  const file = smallFile();
  const sections = [...sectionsOf(file)];
  const random = new Random(seedFromNumber(2));
  const outcomes = { read: 0, refused: 0 };
  for (let i = 0; i < MUTATIONS; i += 1) {
    const mutated = Buffer.from(file);
    const [name, section] = sections[random.below(sections.length)]!;
    const start = section.start + (name === 'head' ? MAGIC_BYTES + 12 : SECTION_HEAD);
    if (start < section.end) {
      mutated[start + random.below(section.end - start)]! ^= 1 << random.below(8);
    }
    forge(mutated, section);
    try {
      parse(mutated);
      outcomes.read += 1;
    } catch (error) {
      if (!(error instanceof RecordingError)) throw error;
      outcomes.refused += 1;
    }
  }
  assert.ok(outcomes.refused > 0 && outcomes.read > 0, JSON.stringify(outcomes));
});

test('other files and later formats are refused with the reason', () => {
  const file = fileOf(newWorld().recording()!);
  assert.throws(() => parse(Buffer.alloc(0)), /it is not a recording \(byte 0/);
  assert.throws(() => parse(Buffer.from('hello, world')), /it is not a recording/);
  const later = Buffer.from(file);
  later.writeUInt32LE(2, MAGIC_BYTES);
  const message = /it has format 2, written by version 0\.1\.0 \(byte 8, recording format 1\)/;
  assert.throws(() => parse(later), message);
  for (const [from, to] of [
    ['"events":0', '"events":x'],
    ['"events":0', '"efents":0'],
    ['"budget":256', '"budget":"a"'],
    ['"segments":[{', '"segmentz":[{'],
    ['"hasBase":false', '"hasBase":12345'],
  ] as const) {
    assert.throws(() => parse(withHead(file, from, to)), /its head has not the fields/, to);
  }
  const swapped = Buffer.from(file);
  const { start, end } = sectionsOf(file).get('MARK')!;
  swapped.write('INPT', start, 'latin1');
  forge(swapped, { start, end });
  assert.throws(() => parse(swapped), /MARK is expected, not INPT/);
});

/** A recording whose only input is this JSON, followed by `bytes`. */
function withJson(json: string, bytes = Buffer.alloc(0)): Recording {
  const recording = newWorld().recording()!;
  const [first] = recording.segments;
  const block = Buffer.alloc(29 + 4);
  block.writeUInt32LE(4 + json.length + bytes.length, 25);
  block.writeUInt32LE(json.length, 29);
  const blocks = [Buffer.concat([block, Buffer.from(json), bytes])];
  return { ...recording, segments: [{ ...first!, blocks }] };
}

test('inputs have the fields of their kind, or the file is refused', () => {
  const file = { path: 'f', length: 3 };
  const node = { kind: 'addNode', name: 'a', machine: 'server', files: [file] };
  const read = parse(fileOf(withJson(JSON.stringify(node), Buffer.from('abc'))));
  const [recorded] = inputsOf(read);
  const files = [{ path: 'f', bytes: Buffer.from('abc') }];
  assert.deepEqual(recorded!.input, { ...node, files });
  const refused = [
    ...[{ kind: 'reboot' }, { kind: 'data' }, { kind: 'crash' }, { kind: 'crash', node: 1 }, []],
    ...[null, { ...node, ports: '1' }, { ...node, files: [{ path: 'f', length: -3 }] }],
    ...[
      { ...node, directives: ['port'] },
      { kind: 'bandwidth', a: 'a', b: 'b' },
    ],
  ];
  for (const input of refused) {
    const damaged = fileOf(withJson(JSON.stringify(input), Buffer.from('abc')));
    assert.throws(() => parse(damaged), /has not the fields of its kind/, JSON.stringify(input));
  }
  const crash = '{"kind":"crash","node":"a","files":"f"}';
  assert.throws(() => parse(fileOf(withJson(crash, Buffer.from('abc')))), /3 bytes too many/);
  assert.throws(() => parse(fileOf(withJson('{"kind"'))), /an input that is no JSON/);
  const short = fileOf(withJson(JSON.stringify(node), Buffer.from('ab')));
  const at = sectionsOf(short).get('INPT')!.end - 2;
  const message = new RegExp(`data of 3 bytes, but only 2 are left \\(byte ${at}, `);
  assert.throws(() => parse(short), message);
});

test('checkpoints of another layout are left out if the recording begins with the world', () => {
  const layout = ['"layout":1', '"layout":9'] as const;
  const whole = talkedTo(1_000_000);
  const middle = talkedTo(80_000);
  const { segments } = middle.recording()!;
  assert.ok(segments.length > 1 && segments[0]!.base === undefined);
  for (const world of [whole, middle]) {
    const read = parse(withHead(fileOf(world.recording()!), ...layout));
    assert.deepEqual(
      read.segments.map(({ base }) => base),
      [undefined],
    );
    assert.equal(replay(read).traceHash, world.traceHash);
  }
  const late = withHead(fileOf(talkedTo(20_000).recording()!), ...layout);
  const message = /begins with a checkpoint of version 0\.1\.0, whose state has another layout/;
  assert.throws(() => parse(late), message);
});

/** A long run with few inputs, the last of which comes after event 25,000. */
function longRun(): World {
  const world = newWorld({ params: { digestEvery: 1_000 } });
  world.inject(server('a', 7000));
  for (const name of ['c', 'd', 'e']) world.inject(client(name, 7000));
  while (world.eventCount < 25_000) world.step();
  dial(world, 1, 'a', 7000);
  while (world.eventCount < 32_000) world.step();
  return world;
}

test('a replay along the marks says where it departs', () => {
  const world = longRun();
  const recording = parse(fileOf(world.recording()!));
  assert.deepEqual(
    recording.marks.map(({ events }) => Math.floor(events / 1_000)),
    [10, 20, 30],
  );
  assert.equal(recording.endHash, world.traceHash);
  assert.equal(replay(recording).traceHash, world.traceHash);

  const [first, second] = recording.marks;
  const blocks = recording.segments[0]!.blocks.map((block) => block.subarray(0, -20));
  assert.throws(() =>
    parse(fileOf({ ...recording, segments: [{ ...recording.segments[0]!, blocks }] })),
  );
  const other = { ...recording, seed: seedFromNumber(7) };
  assert.throws(() => replay(other), new DepartureError(0, first!.events));
  const marks = recording.marks.map((mark) =>
    mark === second ? { ...mark, hash: '0'.repeat(16) } : mark,
  );
  const departs = new DepartureError(first!.events, second!.events);
  assert.throws(() => replay({ ...recording, marks }), departs);
  assert.match(
    departs.message,
    /^the replay departs from the recording between events \d+ and \d+$/,
  );
  assert.equal(replay({ ...recording, marks }, departs.after).eventCount, first!.events);
  const ended = { ...recording, endHash: '0'.repeat(16) };
  assert.throws(() => replay(ended), new DepartureError(recording.marks[2]!.events, 32_000));
});

test('a run that goes on from its recording goes on with the marks', () => {
  const world = longRun();
  const back = replay(parse(fileOf(world.recording()!)), 15_000, { record: true });
  while (back.eventCount < 21_000) back.step();
  const marks = back.recording()!.marks.map(({ events }) => Math.floor(events / 1_000));
  assert.deepEqual(marks, [10, 20]);
});

test('marks are thinned out, so a long run keeps a bounded number', () => {
  const marks = new Marks([]);
  for (let events = 5_000; events <= 100_000_000; events += 5_000) {
    marks.pass(events, { hex: () => String(events) });
  }
  const kept = marks.after(0);
  assert.ok(kept.length > 1_024 && kept.length <= 4_096, String(kept.length));
  const distances = new Set(kept.slice(1).map(({ events }, index) => events - kept[index]!.events));
  assert.deepEqual([...distances].sort(), [40_000]);
  assert.ok(kept.every(({ events, hash }) => hash === String(events)));
});
