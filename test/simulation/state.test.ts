/** The state of a real world (servers, Sentinels, LOAD, clients), walked from its root. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { registrationOf } from '../../src/engine/machine/state.ts';
import type { World } from '../../src/world/world.ts';
import { drawPlan, type Plan } from './plan.ts';
import { Run } from './run.ts';

/** A plan that has everything: Sentinels, a chain, and all kinds of clients. */
function fullPlan(): Plan {
  for (let seed = 1; ; seed += 1) {
    const plan = drawPlan(seed);
    const kinds = new Set(plan.nodes.map(({ node }) => node.machine));
    if (kinds.size === 7 && plan.topology.isChained) return plan;
  }
}

/** Copies of a run's world, taken while it goes on. */
function worldsOf(plan: Plan, events: readonly number[]): World[] {
  const run = new Run(plan, { record: false, forkAt: events });
  run.execute();
  assert.deepEqual(run.violations, []);
  return [...run.tracks.worlds];
}

interface Reach {
  /** Objects that must not be found in any other world, and a way to each. */
  readonly own: Map<object, string>;
  /** Objects registered as shared: immutable, or protected by epochs. What is behind them, too. */
  readonly shared: Set<object>;
  readonly classes: Set<string>;
}

/** Everything reachable; throws on what state must not hold, with the way to it. */
function reach(root: object): Reach {
  const found: Reach = { own: new Map(), shared: new Set(), classes: new Set() };
  const todo: { value: unknown; path: string }[] = [{ value: root, path: 'state' }];
  for (let item = todo.pop(); item !== undefined; item = todo.pop()) {
    const { value, path } = item;
    const isCode = typeof value === 'function' || typeof value === 'symbol';
    assert.ok(!isCode, `${path} is a ${typeof value}`);
    if (typeof value !== 'object' || value === null || found.own.has(value)) continue;
    const registration = registrationOf(value);
    assert.ok(isState(value) || registration !== undefined, `${path}: ${className(value)}`);
    if (registration !== undefined) found.classes.add(className(value));
    if (registration?.shared) {
      found.shared.add(value);
      continue;
    }
    found.own.set(value, path);
    for (const [key, part] of partsOf(value)) todo.push({ value: part, path: `${path}.${key}` });
  }
  return found;
}

function isState(value: object): boolean {
  if (value instanceof Map || value instanceof Set || Array.isArray(value)) return true;
  if (ArrayBuffer.isView(value)) return !(value instanceof DataView);
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** A module's own empty Buffer, or the empty arguments of a command that has run (call.ts). */
function isEmpty(value: object): boolean {
  return (Buffer.isBuffer(value) || Array.isArray(value)) && value.length === 0;
}

function className(value: object): string {
  return Object.getPrototypeOf(value)?.constructor?.name ?? 'object';
}

function partsOf(value: object): [string, unknown][] {
  if (ArrayBuffer.isView(value)) return [];
  if (value instanceof Map) {
    return [...value].flatMap(([key, item]) => [
      [`key ${String(key)}`, key],
      [String(key), item],
    ]);
  }
  if (value instanceof Set) return [...value].map((item, index) => [String(index), item]);
  const symbols = Object.getOwnPropertySymbols(value);
  assert.equal(symbols.length, 0, `${className(value)} has symbols`);
  return Object.entries(value);
}

test('a world is plain data and registered classes, and copies share nothing else', () => {
  const plan = fullPlan();
  const worlds = worldsOf(plan, [4_000, 9_000]);
  assert.equal(worlds.length, 3);
  const reaches = worlds.map((world) => reach(world.state));
  const [original] = reaches;
  for (const name of ['WorldState', 'Server', 'Sentinel', 'LoadClient', 'Writer', 'Replication']) {
    assert.ok(original!.classes.has(name), `no ${name} in the world`);
  }
  reaches.forEach((a, index) => {
    for (const b of reaches.slice(index + 1)) {
      const common = [...a.own].filter(([value]) => b.own.has(value) && !isEmpty(value));
      assert.deepEqual(
        common.map(([, path]) => path),
        [],
        'shared, but not registered as shared',
      );
    }
  });
  // Copies of a large keyspace are cheap because they do share: its pages.
  const [a, b] = reaches.map(({ shared }) => shared);
  assert.ok([...a!].some((value) => b!.has(value) && className(value) === 'LogRecord'));
});
