/** What the simulation has found once, as small scenes: each failed before it was put right. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serverOf } from './reading.ts';
import { Scene } from './scene.ts';

test('a master that drops an expired key of its dump tells replicas that continue from there', () => {
  const scene = new Scene();
  scene.addServer('m');
  scene.addServer('r', 'replicaof 127.0.0.1 7000');
  scene.until('the link is up', () => scene.linkIsUp('r'));
  scene.ask('m', 'SELECT 1', 'SET short x PX 300', 'SET long y');
  scene.inject({ kind: 'freeze', node: 'r' });
  scene.ask('m', 'CONFIG SET shutdown-timeout 0', 'BGSAVE');
  scene.pass(0.2);
  scene.inject({ kind: 'crash', node: 'm' });
  scene.pass(1);
  scene.inject({ kind: 'thaw', node: 'r' });
  scene.inject({ kind: 'restart', node: 'm' });
  scene.until('the link is up again', () => scene.linkIsUp('r'));
  scene.pass(0.1);
  assert.equal(scene.info('m', 'rdb_last_load_keys_expired'), '1');
  assert.equal(scene.info('m', 'sync_partial_ok'), '1');
  assert.deepEqual(scene.ask('r', 'DEBUG DIGEST'), scene.ask('m', 'DEBUG DIGEST'));
  assert.equal(scene.info('r', 'master_repl_offset'), scene.info('m', 'master_repl_offset'));
});

test('WAIT counts replicas that have the write, not replicas that were there before it', () => {
  const scene = new Scene();
  scene.addServer('m');
  scene.addServer('r', 'replicaof 127.0.0.1 7000');
  scene.until('the link is up', () => scene.linkIsUp('r'));
  scene.inject({ kind: 'hold', a: 'm', b: 'r', oneway: true });
  assert.deepEqual(scene.ask('m', 'SET k v', 'WAIT 1 500'), ['OK', '0']);
  scene.inject({ kind: 'heal' });
  assert.deepEqual(scene.ask('m', 'SET k w', 'WAIT 1 500'), ['OK', '1']);
});

test('WAIT does not count a replica that has been sent its RDB and has not loaded it', () => {
  const scene = new Scene();
  scene.addServer('m', 'repl-backlog-ttl 1');
  scene.addServer('r', 'replicaof 127.0.0.1 7000');
  scene.until('the link is up', () => scene.linkIsUp('r'));
  scene.ask('m', 'SET a b');
  scene.inject({ kind: 'crash', node: 'r' });
  scene.until('the backlog is freed', () => scene.info('m', 'repl_backlog_active') === '0');
  scene.inject({ kind: 'latency', a: 'm', b: 'r', micros: 300_000 });
  // Somebody keeps the master busy: it looks at who has acknowledged in every event.
  const directives = [
    ['to', '7000'],
    ['period-micros', '5000'],
  ];
  scene.inject({ kind: 'addNode', name: 'reader', machine: 'reader', directives });
  scene.inject({ kind: 'restart', node: 'r' });
  assert.deepEqual(scene.ask('m', 'SET k v', 'WAIT 1 0'), ['OK', '1']);
  const [database] = serverOf(scene.world, 'r').keyspace.databases;
  assert.equal(database!.get('k'), 'v');
});
