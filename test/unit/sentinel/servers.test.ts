/** Sentinels of this engine over servers of this engine: the whole way of a failover and back. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seedFromNumber } from '../../../src/engine/machine/random.ts';
import { Sentinel } from '../../../src/engine/sentinel/sentinel.ts';
import { Server } from '../../../src/engine/server/server.ts';
import { registerMachine } from '../../../src/world/registry.ts';
import { World } from '../../../src/world/world.ts';

registerMachine('server', () => new Server());
registerMachine('sentinel', () => new Sentinel());

const SENTINELS = ['s1', 's2', 's3'];

function add(world: World, name: string, machine: string, port: number, lines: string[]): void {
  const conf = [`port ${port}`, ...lines].join('\n');
  world.inject({
    kind: 'addNode',
    name,
    machine,
    ports: [port],
    configFile: 'node.conf',
    files: [{ path: 'node.conf', bytes: Buffer.from(`${conf}\n`) }],
  });
}

function deployment(seed: number): World {
  const world = new World({
    seed: seedFromNumber(seed),
    startAt: 1_700_000_000_000_000,
    record: false,
  });
  add(world, 'm', 'server', 7000, []);
  add(world, 'r1', 'server', 7001, ['replicaof 127.0.0.1 7000']);
  add(world, 'r2', 'server', 7002, ['replicaof 127.0.0.1 7000']);
  SENTINELS.forEach((name, index) => {
    add(world, name, 'sentinel', 26379 + index, [
      'sentinel monitor mymaster 127.0.0.1 7000 2',
      'sentinel down-after-milliseconds mymaster 1000',
      'sentinel failover-timeout mymaster 10000',
    ]);
  });
  return world;
}

function until(world: World, what: string, condition: () => boolean): void {
  const end = world.now + 60_000_000;
  while (!condition()) {
    assert.ok(world.now < end, `${what}: not within 60 s`);
    world.runUntil(world.now + 50_000);
    assert.equal(world.failure?.stack, undefined);
  }
}

function masterPort(world: World, name: string): number {
  const sentinel = world.machine(name) as Sentinel;
  return sentinel.masters.get('mymaster')!.address.port;
}

function server(world: World, name: string): Server {
  return world.machine(name) as Server;
}

for (const seed of [1, 2, 3]) {
  test(`crash, failover, return: seed ${seed}`, () => {
    const world = deployment(seed);
    world.runUntil(world.now + 5_000_000 + seed * 1_234);
    world.inject({ kind: 'crash', node: 'm' });
    until(world, 'switch', () => SENTINELS.every((name) => masterPort(world, name) !== 7000));
    const port = masterPort(world, 's1');
    const [promoted, other] = port === 7001 ? ['r1', 'r2'] : ['r2', 'r1'];
    assert.ok(!server(world, promoted!).replication.isReplica);
    until(world, 'sync', () => server(world, other!).replication.masterLinkUp);
    world.inject({ kind: 'restart', node: 'm' });
    until(world, 'm follows', () => {
      const { replication } = server(world, 'm');
      return replication.isReplica && replication.masterLinkUp;
    });
    // CONFIG REWRITE was part of the transactions.
    const conf = (name: string): string => world.readFile(name, 'node.conf')!.latin1Slice();
    assert.doesNotMatch(conf(promoted!), /^replicaof/m);
    assert.match(conf(other!), new RegExp(`^replicaof 127.0.0.1 ${port}$`, 'm'));
    assert.match(conf('m'), new RegExp(`^replicaof 127.0.0.1 ${port}$`, 'm'));
    assert.match(conf('s1'), new RegExp(`^sentinel monitor mymaster 127.0.0.1 ${port} 2$`, 'm'));
    world.runUntil(world.now + 30_000_000);
    assert.ok(SENTINELS.every((name) => masterPort(world, name) === port));
  });
}
