/**
 * The power goes between any two file operations of a save in the foreground, of CONFIG REWRITE and
 * of a Sentinel's saving of its state: what comes back is the old file or the new one, whole; and the
 * new one, once the client has its reply.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seedFromNumber } from '../../../src/engine/machine/random.ts';
import '../../../src/sandbox/machines.ts';
import type { AddNode } from '../../../src/world/input.ts';
import { World } from '../../../src/world/world.ts';

const START = 1_767_225_600_000_000;
const SEEDS = [1, 2, 3, 4, 5, 6];
const LONG = 'x'.repeat(500);

const SERVER: AddNode = {
  kind: 'addNode',
  name: 'a',
  machine: 'server',
  ports: [7000],
  configFile: 'redis.conf',
  files: [
    {
      path: 'redis.conf',
      bytes: Buffer.from('port 7000\nsave 3600 1\nenable-debug-command yes\nmaxclients 50\n'),
    },
  ],
};

const SENTINEL: AddNode = {
  kind: 'addNode',
  name: 'a',
  machine: 'sentinel',
  ports: [7000],
  configFile: 'sentinel.conf',
  files: [
    {
      path: 'sentinel.conf',
      bytes: Buffer.from('port 7000\nsentinel monitor m 127.0.0.1 7001 1\n'),
    },
  ],
};

class Scene {
  readonly world: World;
  private text = '';

  constructor(seed: number, node: AddNode) {
    this.world = new World({ seed: seedFromNumber(seed), startAt: START, record: false });
    this.world.outside = {
      send: (_conn, bytes) => {
        this.text += bytes.latin1Slice();
      },
      close: () => {},
      connect: () => {},
      listen: () => {},
      closeListener: () => {},
    };
    this.world.inject(node);
    this.pass(1_000_000);
    this.world.inject({ kind: 'accept', conn: 1, node: 'a', port: 7000, peer: '127.0.0.1:5' });
  }

  pass(micros: number): void {
    this.world.runUntil(this.world.now + micros);
  }

  /** Sends lines without letting time pass. */
  tell(...lines: readonly string[]): void {
    this.world.inject({ kind: 'data', conn: 1, bytes: Buffer.from(`${lines.join('\r\n')}\r\n`) });
  }

  ask(...lines: readonly string[]): string {
    this.tell(...lines);
    this.pass(1_000_000);
    return this.take();
  }

  take(): string {
    const { text } = this;
    this.text = '';
    return text;
  }

  /** Cuts the power in a copy of the world, and starts the node again there. */
  afterPowerCut(): World {
    const copy = this.world.copy();
    copy.inject({ kind: 'powerLoss', node: 'a' });
    copy.inject({ kind: 'restart', node: 'a' });
    copy.runUntil(copy.now + 1_000_000);
    return copy;
  }

  /** Lets the lines run event by event; `look` at each point in time, before and after the reply. */
  cutEverywhere(lines: readonly string[], look: (world: World, replied: boolean) => void): string {
    this.tell(...lines);
    const until = this.world.now + 20_000;
    let cuts = 0;
    while (this.world.nextEventAt() <= until && this.world.step()) {
      look(this.afterPowerCut(), this.text !== '');
      cuts += 1;
    }
    assert.ok(cuts >= 5, `only ${cuts} events`);
    return this.take();
  }
}

/** The keys that a node has loaded, or why it did not start. */
function keysOf(world: World): string {
  const node = world.node('a')!;
  const lines = world.logSince('a', 0).map((line) => line.line);
  if (node.state !== 'running') return lines.slice(-3).join(' | ');
  const loaded = lines.findLast((line) => line.startsWith('Done loading RDB, keys loaded'));
  return /keys loaded: (\d+)/.exec(loaded ?? '')?.[1] ?? 'nothing loaded';
}

const SAVERS: readonly (readonly [command: string, old: string, young: string])[] = [
  ['SAVE', '1', '3'],
  ['DEBUG RELOAD', '1', '3'],
  ['FLUSHALL', '1', '0'],
  ['SHUTDOWN SAVE', '1', '3'],
];

for (const [command, old, young] of SAVERS) {
  test(`${command}: a whole dump after a power loss at any moment`, () => {
    const found = new Set<string>();
    for (const seed of SEEDS) {
      const scene = new Scene(seed, SERVER);
      scene.ask('SET good 1', 'SAVE', `SET b ${LONG}`, `SET c ${LONG}`);
      scene.cutEverywhere([command], (world, replied) => {
        const keys = keysOf(world);
        assert.ok(keys === young || (!replied && keys === old), `${keys} after the power loss`);
        found.add(keys);
      });
    }
    assert.deepEqual([...found].sort(), [old, young].sort());
  });
}

/** Looks at a configuration file that had one text, and is to have another. */
function sameFile(node: AddNode, change: readonly string[], rewrite: readonly string[]): void {
  const found = new Set<string>();
  const path = node.configFile!;
  const read = (world: World) => world.readFile('a', path)!.latin1Slice();
  for (const seed of SEEDS) {
    const scene = new Scene(seed, node);
    scene.ask(...change);
    const old = read(scene.world);
    const rehearsal = new Scene(seed, node);
    rehearsal.ask(...change);
    rehearsal.ask(...rewrite);
    const young = read(rehearsal.world);
    assert.notEqual(young, old);
    scene.cutEverywhere(rewrite, (world, replied) => {
      const text = read(world);
      assert.ok(text === young || (!replied && text === old), text);
      assert.equal(world.node('a')!.state, 'running');
      found.add(text === young ? 'young' : 'old');
    });
  }
  assert.deepEqual([...found].sort(), ['old', 'young']);
}

test('CONFIG REWRITE: a whole file after a power loss at any moment', () => {
  sameFile(SERVER, ['CONFIG SET maxclients 60'], ['CONFIG REWRITE']);
});

test('CONFIG REWRITE in a transaction, as Sentinel sends it', () => {
  sameFile(SERVER, ['CONFIG SET maxclients 60'], ['MULTI', 'CONFIG REWRITE', 'EXEC']);
});

test('a Sentinel’s state: a whole file after a power loss at any moment', () => {
  sameFile(SENTINEL, ['PING'], ['SENTINEL SET m quorum 2']);
});

test('on a full disk nothing that is there is lost', () => {
  const scene = new Scene(1, SERVER);
  scene.ask('SET good 1', 'SAVE', 'CONFIG SET maxclients 60', `SET b ${LONG}`);
  const { world } = scene;
  const files = () =>
    ['dump.rdb', 'redis.conf'].map((path) => world.readFile('a', path)!.latin1Slice());
  const before = files();
  world.inject({ kind: 'diskFault', node: 'a', full: true });
  assert.equal(scene.ask('SAVE'), '-ERR\r\n');
  assert.equal(
    scene.ask('CONFIG REWRITE'),
    '-ERR Rewriting config file: No space left on device\r\n',
  );
  assert.deepEqual(files(), before);
  assert.equal(world.files('a').length, 2);
  assert.deepEqual(
    world
      .logSince('a', 0)
      .slice(-3)
      .map((line) => line.line),
    [
      'Write error saving DB on disk(fflush): No space left on device',
      'Failed after writing (0) bytes to tmp config file (No space left on device)',
      'CONFIG REWRITE failed: No space left on device',
    ],
  );
  world.inject({ kind: 'diskFault', node: 'a', full: false });
  assert.equal(scene.ask('SAVE', 'CONFIG REWRITE'), '+OK\r\n+OK\r\n');
});

test('nobody is answered before the last operation has completed', () => {
  const scene = new Scene(1, SERVER);
  scene.tell('SET a 1', 'SAVE', 'LASTSAVE');
  while (scene.world.readFile('a', 'dump.rdb') === undefined) {
    assert.equal(scene.take(), '');
    assert.ok(scene.world.step());
  }
  scene.pass(10_000);
  assert.match(scene.take(), /^\+OK\r\n\+OK\r\n:\d+\r\n$/);
});
