/**
 * Every registered class can be written and read, and the fields of all of them are those of
 * stateLayout.txt. A change of a class's fields shows there: raise STATE_LAYOUT when it is released, so
 * that a program never takes another one's checkpoints for its own. REWRITE=1 rewrites the file.
 */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { KeyIndex } from '../../src/engine/data/types/keyIndex.ts';
import { PagedTable } from '../../src/engine/data/types/pagedTable.ts';
import { Random, seedFromNumber } from '../../src/engine/machine/random.ts';
import { registeredNames, registrationOf } from '../../src/engine/machine/state.ts';
import { Connection } from '../../src/engine/process/connection.ts';
import { STATE_LAYOUT } from '../../src/world/stateLayout.ts';
import type { World } from '../../src/world/world.ts';
import { decoded, encoded } from '../support/stateBytes.ts';
import { drawPlan } from './plan.ts';
import { Run } from './run.ts';
import { Scene } from './scene.ts';

const ROOT = join(import.meta.dirname, '../../src');
const FILE = join(import.meta.dirname, 'stateLayout.txt');

/** Classes of the tests, in clients/kinds.ts. */
const CLIENTS: ReadonlySet<string> = new Set(['Listener', 'Publisher', 'Reader', 'Writer']);
const SEEDS = 5;
const LOOK_MICROS = 1_000_000;

/** Parts of other objects only: nothing refers to them alone in a world that is written. */
const UNREACHED = [
  new KeyIndex(),
  new PagedTable(),
  new Connection(1, { addr: '127.0.0.1:1', laddr: '127.0.0.1:2' }),
];

/** Registers every class of the state. */
async function importAll(): Promise<void> {
  const names = readdirSync(ROOT, { recursive: true }) as string[];
  for (const name of names) {
    if (/^(engine|world|sandbox)\/.*(?<!\.d)\.ts$/.test(name)) await import(join(ROOT, name));
  }
}

/** The fields of every class that was met, without those that files leave out. */
class Census {
  readonly fieldsOf = new Map<string, Set<string>>();

  /** Meets everything reachable. If a class is new, the graph is written and read. */
  count(root: unknown): void {
    const { size } = this.fieldsOf;
    this.walk(root);
    if (this.fieldsOf.size === size) return;
    const bytes = encoded(root);
    assert.ok(encoded(decoded(bytes)).equals(bytes), 'what is read is not what was written');
  }

  private walk(root: unknown): void {
    const seen = new Set<object>();
    const todo: unknown[] = [root];
    while (todo.length > 0) {
      const value = todo.pop();
      if (typeof value !== 'object' || value === null || seen.has(value)) continue;
      seen.add(value);
      if (ArrayBuffer.isView(value)) continue;
      if (value instanceof Map) for (const entry of value) todo.push(...entry);
      else if (value instanceof Set || Array.isArray(value))
        for (const item of value) todo.push(item);
      else
        for (const key of this.fieldsIn(value)) todo.push((value as Record<string, unknown>)[key]);
    }
  }

  private fieldsIn(value: object): string[] {
    const registration = registrationOf(value);
    if (registration === undefined) return Object.keys(value);
    const { derived, name } = registration;
    const fields = Object.keys(value).filter((key) => !Object.hasOwn(derived, key));
    const known = this.fieldsOf.get(name) ?? new Set();
    for (const field of fields) known.add(field);
    this.fieldsOf.set(name, known);
    return fields;
  }

  /** Meets the world's state after each of its events, until `act` has ended. */
  watch(world: World, act: () => void): void {
    const step = world.step.bind(world);
    world.step = () => {
      const isStepped = step();
      this.count(world.state);
      return isStepped;
    };
    act();
    world.step = step;
  }

  text(): string {
    const classes = [...this.fieldsOf].filter(([name]) => !CLIENTS.has(name));
    const lines = classes.map(([name, fields]) => `${[name, ...fields].join(' ')}\n`);
    return lines.sort().join('');
  }
}

/** What simulations seldom meet, because it lasts for an event or needs much data. */
function rareMoments(census: Census): void {
  const scene = new Scene();
  const { world } = scene;
  scene.addServer('m', 'repl-diskless-sync no');
  scene.addServer('r', 'replicaof 127.0.0.1 7000');
  scene.until('r is online', () => scene.linkIsUp('r'));
  const random = new Random(seedFromNumber(1));
  // Texts that compression does not shorten.
  const members = Array.from({ length: 3_000 }, () => random.hex(100));
  const scores = members.map((member, index) => `${index} ${member}`);
  scene.ask('m', `ZADD zset ${scores.join(' ')}`, `RPUSH list ${members.join(' ')}`);
  scene.ask('m', 'HSET hash field value', `SET long ${members.join('')}`, 'PEXPIRE list 9000000');
  const get = '*2\r\n$3\r\nGET\r\n$4\r\nlong\r\n'.repeat(3);
  scene.inject({ kind: 'accept', conn: 9_999, node: 'm', port: 7000, peer: '127.0.0.1:9999' });
  scene.inject({ kind: 'data', conn: 9_999, bytes: Buffer.from(get) });
  census.watch(world, () => {
    for (const command of ['HSET hash field other', 'CONFIG REWRITE', 'SAVE', 'DEBUG RELOAD']) {
      scene.ask('m', command);
    }
    scene.ask('r', 'REPLICAOF NO ONE', 'SET other history');
    scene.ask('r', 'REPLICAOF 127.0.0.1 7000');
    scene.until('r is online', () => scene.linkIsUp('r'));
    scene.inject({ kind: 'restart', node: 'm' });
    scene.until('r is online', () => scene.linkIsUp('r'));
  });
}

/** Servers, Sentinels, LOAD and clients under faults, looked at every second. */
function ordinaryMoments(census: Census): void {
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const run = new Run(drawPlan(seed), { record: false });
    const { tracks, world } = run;
    const advance = tracks.advance.bind(tracks);
    let lookAt = 0;
    tracks.advance = (until, eventsMax) => {
      advance(until, eventsMax);
      if (world.now < lookAt) return;
      census.count(world.state);
      lookAt = world.now + LOOK_MICROS;
    };
    run.execute();
  }
}

test('every class of the state was met, and its fields are those of the layout', async () => {
  await importAll();
  const census = new Census();
  ordinaryMoments(census);
  rareMoments(census);
  census.count(UNREACHED);
  const unmet = registeredNames().filter((name) => !census.fieldsOf.has(name));
  assert.deepEqual(unmet, []);
  const text = `STATE_LAYOUT ${STATE_LAYOUT}\n${census.text()}`;
  if (process.env['REWRITE'] !== undefined) writeFileSync(FILE, text);
  assert.equal(text, readFileSync(FILE, 'utf8'), 'see the head of this file');
});
