/** Fields of INFO that follow from what a server has seen. What a real 7.0.15 shows after the same. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServerHarness } from '../../support/serverHarness.ts';
import { Cluster } from '../replication/cluster.ts';

function field(m: ServerHarness, section: string, name: string): string {
  const text = m.send(['INFO', section]).toString();
  return new RegExp(`${name}[:=]([^\\r,]+)`).exec(text)?.[1] ?? '';
}

test('avg_ttl is the running mean of what the expire cycle saw, and moves with its database', () => {
  const m = new ServerHarness([['hz', '10']]);
  m.send(['SET', 'a', '1', 'PX', '100000']);
  m.send(['SET', 'b', '1', 'PX', '50000']);
  assert.equal(field(m, 'keyspace', 'avg_ttl'), '0', 'the cycle has not looked yet');
  m.advance(100);
  assert.equal(field(m, 'keyspace', 'avg_ttl'), '74900');
  m.advance(100);
  // 74,900 and 74,800: in whole fiftieths.
  assert.equal(field(m, 'keyspace', 'avg_ttl'), String(1498 * 49 + 1496));
  m.send(['SWAPDB', '0', '3']);
  assert.match(m.send(['INFO', 'keyspace']).toString(), /db3:keys=2,expires=2,avg_ttl=74898\r\n/);
  m.send(['FLUSHALL']);
  m.send(['SET', 'c', '1', 'PX', '60000']);
  m.advance(100);
  assert.equal(field(m, 'keyspace', 'avg_ttl'), '59900', 'nothing is left of the mean before');
  m.send(['PERSIST', 'c']);
  m.advance(1_000);
  assert.equal(field(m, 'keyspace', 'avg_ttl'), '0');
});

test("a replica's own keys with an expiry are counted, its master's are not", () => {
  const cluster = new Cluster();
  const m = cluster.node(7000);
  const r = cluster.node(7001, ['replicaof', '127.0.0.1', '7000'], ['replica-read-only', 'no']);
  cluster.until(() => r.info('master_link_status') === 'up');
  m.client().send('SET', 'x', '1', 'EX', '100');
  cluster.settle();
  assert.equal(r.server.expireCycle.ownCount, 0);
  const app = r.client();
  app.send('SET', 'y', '1', 'EX', '100');
  app.send('SELECT', '1');
  app.send('SET', 'y', '1', 'EX', '100');
  assert.match(app.send('INFO', 'stats'), /slave_expires_tracked_keys:1\r\n/);
});

test('what a stalled replica keeps of the stream is charged to replicas beyond the backlog', () => {
  const m = new ServerHarness();
  const replica = m.connect();
  m.send(['PSYNC', '?', '-1'], replica);
  m.advance(2_000);
  assert.equal(field(m, 'memory', 'mem_clients_slaves'), '0');
  for (let index = 0; index < 40; index += 1) m.send(['SET', 'a', 'x'.repeat(100_000)]);
  const total = Number(field(m, 'memory', 'mem_total_replication_buffers'));
  assert.ok(total > 3_500_000, `${total}`);
  assert.equal(field(m, 'memory', 'mem_replication_backlog'), '1048576');
  assert.equal(field(m, 'memory', 'mem_clients_slaves'), String(total - 1_048_576));
});

test('an error on a replication link is counted as unexpected', () => {
  const m = new ServerHarness();
  const replica = m.connect();
  m.send(['PSYNC', '?', '-1'], replica);
  m.send(['GET', 'a'], replica);
  m.send(['NOSUCH']);
  assert.equal(field(m, 'stats', 'unexpected_error_replies'), '1');
  assert.equal(field(m, 'stats', 'total_error_replies'), '2');
  m.send(['CONFIG', 'RESETSTAT']);
  assert.equal(field(m, 'stats', 'unexpected_error_replies'), '0');
});

test('CPU time is not measured, and shown as zero', () => {
  const m = new ServerHarness();
  const text = m.send(['INFO', 'cpu']).toString();
  assert.match(text, /# CPU\r\nused_cpu_sys:0.000000\r\nused_cpu_user:0.000000\r\n/);
});
