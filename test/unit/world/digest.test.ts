/** State digests: what a periodic one costs, and that nothing stays out of sight for good. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seedFromNumber } from '../../../src/engine/machine/random.ts';
import { registerState } from '../../../src/engine/machine/state.ts';
import { digestWorld } from '../../../src/world/digest.ts';
import { Hash } from '../../../src/world/hash.ts';
import { registerMachine } from '../../../src/world/registry.ts';
import { World } from '../../../src/world/world.ts';
import { Toy } from './toys.ts';

/** A machine with many clients; the first has many of everything. */
class CrowdedToy extends Toy {
  readonly clients = new Map<number, { name: string; queued: string[][]; channels: Set<string> }>();

  grow(clients: number, items: number): void {
    for (let id = 0; id < clients; id += 1) {
      this.clients.set(id, { name: `client ${id}`, queued: [], channels: new Set() });
    }
    const first = this.clients.get(0)!;
    for (let i = 0; i < items; i += 1) {
      first.queued.push(['SET', `key ${i}`, 'value']);
      first.channels.add(`channel ${i}`);
    }
  }
}
registerState('CrowdedToy', CrowdedToy);
registerMachine('crowded', () => new CrowdedToy());

function crowded(clients: number, items: number): { world: World; toy: CrowdedToy } {
  const world = new World({ seed: seedFromNumber(1), startAt: 1e15, record: false });
  world.inject({ kind: 'addNode', name: 'm', machine: 'crowded' });
  const toy = world.machine('m') as CrowdedToy;
  toy.grow(clients, items);
  return { world, toy };
}

/** Words that the digests of `turns` turns put into their hashes, on the average. */
function wordsPerTurn({ world }: { world: World }, turns: number): number {
  const { word } = Hash.prototype;
  let words = 0;
  Hash.prototype.word = function (this: Hash, value) {
    words += 1;
    word.call(this, value);
  };
  try {
    for (let turn = 0; turn < turns; turn += 1) digestWorld(world.state, turn);
  } finally {
    Hash.prototype.word = word;
  }
  return words / turns;
}

test('a digest costs the same whether there are a hundred clients or a hundred thousand', () => {
  const few = wordsPerTurn(crowded(200, 100), 50);
  const many = wordsPerTurn(crowded(100_000, 300_000), 50);
  assert.ok(many < few * 1.5, `${many} words in place of ${few}`);
});

test('a long name is not read through', () => {
  const { world, toy } = crowded(1, 0);
  toy.clients.get(0)!.name = 'x'.repeat(10_000_000);
  assert.ok(wordsPerTurn({ world }, 1) < 5_000);
});

/** Whether a change shows in the digest of one of the turns. */
function isSeen(change: (toy: CrowdedToy) => void, turns: number): boolean {
  const before = crowded(500, 200);
  const after = crowded(500, 200);
  change(after.toy);
  for (let turn = 0; turn < turns; turn += 1) {
    if (digestWorld(before.world.state, turn) !== digestWorld(after.world.state, turn)) return true;
  }
  return false;
}

test('whatever differs is seen in its turn, and at once by a digest of everything', () => {
  const changes: ((toy: CrowdedToy) => void)[] = [];
  for (const id of [0, 63, 64, 499]) {
    changes.push(({ clients }) => {
      clients.get(id)!.name = `CLIENT ${id}`;
    });
  }
  for (const index of [0, 7, 8, 199]) {
    changes.push(({ clients }) => {
      clients.get(0)!.queued[index]![1] = 'other';
    });
    changes.push(({ clients }) => {
      const { channels } = clients.get(0)!;
      const names = [...channels];
      names[index] = 'another';
      channels.clear();
      for (const name of names) channels.add(name);
    });
  }
  // 500 clients are 8 windows of 64; the first one's 200 items are 25 windows of 8.
  for (const change of changes) assert.ok(isSeen(change, 8 * 25), String(change));
  const before = crowded(500, 200).world;
  for (const change of changes) {
    const { world, toy } = crowded(500, 200);
    change(toy);
    assert.notEqual(world.digest(), before.digest());
  }
});

test('a copy has the digests of the original in every turn', () => {
  const { world } = crowded(10_000, 20_000);
  const copy = world.copy();
  for (let turn = 0; turn < 20; turn += 1) {
    assert.equal(digestWorld(copy.state, turn), digestWorld(world.state, turn));
  }
});
