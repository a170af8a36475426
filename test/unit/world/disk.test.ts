/** The virtual disk: order, modelled time, and what a power loss leaves. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seedFromNumber } from '../../../src/engine/machine/random.ts';
import { copyState } from '../../../src/engine/machine/state.ts';
import { VirtualDisk } from '../../../src/world/disk.ts';
import { dial, newWorld, pass, seen, server, tell } from './harness.ts';

const PARAMS = { fsyncMicros: 1_000, opMicrosMax: 50 };

function newDisk(seed = 1): VirtualDisk {
  return new VirtualDisk(PARAMS, seedFromNumber(seed));
}

function bytes(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

test('operations complete in order, an fsync after its modelled time', () => {
  const disk = newDisk();
  const first = disk.start(100, { kind: 'append', path: 'f', bytes: bytes('abc') });
  const second = disk.start(100, { kind: 'fsync', path: 'f' });
  const third = disk.start(100, { kind: 'read', path: 'f' });
  assert.ok(first.at >= 100 && first.at <= 150);
  assert.equal(second.at, first.at + 1_000);
  assert.ok(third.at >= second.at);
  assert.deepEqual(third.result, { ok: true, bytes: bytes('abc') });
});

test('write truncates, rename replaces, unlink removes, and what is missing is an operating error', () => {
  const disk = newDisk();
  disk.start(0, { kind: 'append', path: 'a', bytes: bytes('long content') });
  disk.start(0, { kind: 'write', path: 'a', bytes: bytes('new') });
  disk.start(0, { kind: 'append', path: 'b', bytes: bytes('other') });
  disk.start(0, { kind: 'rename', path: 'a', to: 'b' });
  assert.deepEqual([...disk.contents()], [['b', bytes('new')]]);
  disk.start(0, { kind: 'unlink', path: 'b' });
  const { result } = disk.start(0, { kind: 'read', path: 'b' });
  assert.deepEqual(result, { ok: false, error: 'No such file or directory' });
});

test('a power loss keeps what was synced and a random part of what was not', () => {
  const left = new Set<number>();
  for (let seed = 0; seed < 60; seed += 1) {
    const disk = newDisk(seed);
    disk.start(0, { kind: 'append', path: 'f', bytes: Buffer.alloc(100_000, 1) });
    const synced = disk.start(0, { kind: 'fsync', path: 'f' });
    disk.start(synced.at, { kind: 'append', path: 'f', bytes: Buffer.alloc(40, 2) });
    disk.start(synced.at, { kind: 'fsync', path: 'f' });
    disk.powerLoss(synced.at + 500); // The second fsync has not completed.
    const content = disk.content('f')!;
    assert.ok(content.length >= 100_000 && content.length <= 100_040);
    assert.equal(content.indexOf(2), content.length > 100_000 ? 100_000 : -1);
    assert.deepEqual(disk.views(0)[0], {
      path: 'f',
      size: content.length,
      syncedSize: content.length,
    });
    left.add(content.length);
  }
  assert.ok(left.size > 10);
});

/** What `dump` is after a power loss at some point of a replacement, for many seeds. */
function dumpsAfter(micros: number, isPatient: boolean): Set<string> {
  const found = new Set<string>();
  for (let seed = 0; seed < 40; seed += 1) {
    const disk = newDisk(seed);
    disk.install('dump', bytes('old'));
    disk.start(0, { kind: 'write', path: 'temp', bytes: bytes('young') });
    const synced = disk.start(0, { kind: 'fsync', path: 'temp' });
    const renameAt = isPatient ? synced.at : 0;
    const renamed = disk.start(renameAt, { kind: 'rename', path: 'temp', to: 'dump' });
    assert.equal(disk.content('dump')!.latin1Slice(), 'young', 'seen at once');
    disk.powerLoss(micros < 0 ? renamed.at + 1 : renameAt + micros);
    const dump = disk.content('dump')!.latin1Slice();
    assert.equal(disk.content('temp') === undefined, dump !== 'old', 'undone as a whole');
    found.add(dump);
  }
  return found;
}

test('a rename under way is undone by a power loss or not; one that has completed stays', () => {
  assert.deepEqual([...dumpsAfter(0, true)].sort(), ['old', 'young']);
  assert.deepEqual([...dumpsAfter(-1, true)], ['young']);
});

test('a rename that does not wait for the fsync may publish a torn file', () => {
  const found = dumpsAfter(10, false);
  assert.ok(found.has('old') && found.has('you'), [...found].join());
});

test('renames and unlinks under way stay or go in their order', () => {
  const found = new Set<string>();
  for (let seed = 0; seed < 40; seed += 1) {
    const disk = newDisk(seed);
    for (const path of ['a', 'b']) disk.install(path, bytes(path));
    disk.start(0, { kind: 'unlink', path: 'b' });
    disk.start(0, { kind: 'rename', path: 'a', to: 'b' });
    disk.start(0, { kind: 'rename', path: 'b', to: 'c' });
    disk.powerLoss(0);
    const left = [...disk.contents()].map(([path, content]) => `${path}=${content.latin1Slice()}`);
    found.add(left.sort().join());
  }
  // The operations of the disk take time unless chance says 0: none, one, two or all three stay.
  assert.deepEqual([...found].sort(), ['a=a', 'a=a,b=b', 'b=a', 'c=a']);
});

test('on a full disk a file can be created, but takes not a byte', () => {
  const disk = newDisk();
  disk.full = true;
  assert.ok(disk.start(0, { kind: 'write', path: 'f', bytes: bytes('') }).result.ok);
  assert.deepEqual(disk.start(0, { kind: 'append', path: 'f', bytes: bytes('x') }).result, {
    ok: false,
    error: 'No space left on device',
  });
  assert.equal(disk.content('f')!.length, 0);
});

test('a file goes on growing after a torn tail of any length', () => {
  for (const size of [1, 300, 40_000, 65_536, 70_001]) {
    const disk = newDisk();
    disk.start(0, { kind: 'append', path: 'f', bytes: Buffer.alloc(size, 1) });
    disk.start(0, { kind: 'fsync', path: 'f' });
    disk.powerLoss(100_000);
    disk.start(100_000, { kind: 'append', path: 'f', bytes: Buffer.alloc(150_000, 2) });
    const content = disk.content('f')!;
    assert.equal(content.length, size + 150_000);
    assert.equal(content.indexOf(2), size);
    assert.equal(content.lastIndexOf(1), size - 1);
  }
});

test('bytes are copied in, long files come back whole, copies go their own way', () => {
  const disk = newDisk();
  const chunk = Buffer.alloc(1_000);
  const whole: Buffer[] = [];
  for (let i = 0; i < 300; i += 1) {
    chunk.fill(i & 255);
    whole.push(Buffer.from(chunk));
    disk.start(0, { kind: 'append', path: 'f', bytes: chunk });
  }
  const copy = copyState(disk);
  disk.start(0, { kind: 'append', path: 'f', bytes: bytes('tail') });
  copy.start(0, { kind: 'append', path: 'f', bytes: bytes('other') });
  assert.deepEqual(disk.content('f'), Buffer.concat([...whole, bytes('tail')]));
  assert.deepEqual(copy.content('f'), Buffer.concat([...whole, bytes('other')]));
});

test('in a world: crash keeps the page cache, power loss does not, a full disk says so', () => {
  const world = newWorld();
  world.inject(server('a', 7000));
  pass(world, 0);
  dial(world, 1, 'a', 7000);
  tell(world, 1, 'APPEND f synced\nFSYNC f', 1_000);
  tell(world, 1, 'APPEND f cached', 0);
  world.inject({ kind: 'crash', node: 'a' });
  assert.equal(world.readFile('a', 'f')!.latin1Slice(), 'syncedcached');
  world.inject({ kind: 'restart', node: 'a' });
  pass(world, 0);
  dial(world, 2, 'a', 7000);
  world.inject({ kind: 'diskFault', node: 'a', full: true });
  tell(world, 2, 'APPEND f more\nREAD f', 1_000);
  assert.deepEqual(seen(world, 'a').slice(-2), [
    'file No space left on device',
    'file syncedcached',
  ]);
  world.inject({ kind: 'diskFault', node: 'a', full: false });
  world.inject({ kind: 'powerLoss', node: 'a' });
  assert.ok('syncedcached'.startsWith(world.readFile('a', 'f')!.latin1Slice()));
  assert.ok(world.readFile('a', 'f')!.length >= 6);
});
