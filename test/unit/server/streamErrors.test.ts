/** Replies within a replication link, and keys that only a replica has. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Cluster, type Node } from '../replication/cluster.ts';

function pair(...directives: readonly string[][]): { cluster: Cluster; m: Node; r: Node } {
  const cluster = new Cluster();
  const m = cluster.node(7000);
  const r = cluster.node(7001, ['replicaof', '127.0.0.1', '7000'], ...directives);
  cluster.until(() => r.info('master_link_status') === 'up');
  return { cluster, m, r };
}

test("an error while the master's stream is applied is logged: the data differs", () => {
  const { cluster, m, r } = pair(['replica-read-only', 'no']);
  m.client().send('SET', 'k', '1');
  cluster.settle();
  r.client().send('DEL', 'k');
  r.client().send('LPUSH', 'k', 'x');
  m.client().send('INCR', 'k');
  cluster.settle();
  assert.equal(
    r.log.at(-1),
    "S # == CRITICAL == This replica is sending an error to its master: '-WRONGTYPE Operation against a key holding the wrong kind of value' after processing the command 'incr'",
  );
  assert.equal(r.info('master_link_status'), 'up');
});

test('a replica that would get a reply is disconnected', () => {
  const { cluster, m } = pair();
  for (const command of ['PING', 'SAVE', 'GET k']) {
    const peer = m.client();
    peer.raw('SYNC\r\n');
    cluster.until(() => m.server.replication.replicaCount === 2);
    cluster.advance(1);
    const mark = m.log.length;
    peer.raw(`${command}\r\n`);
    cluster.settle();
    const name = command.split(' ')[0]!.toLowerCase();
    const lines = m.linesSince(mark).join('\n');
    assert.match(
      lines,
      new RegExp(`Replica generated a reply to command '${name}', disconnecting`),
    );
    assert.equal(m.server.replication.replicaCount, 1);
    assert.equal(/interact with the keyspace/.test(lines), name === 'get');
  }
});

test('keys that a client gave an expiry on a writable replica go there', () => {
  const { cluster, m, r } = pair(['replica-read-only', 'no']);
  const app = r.client();
  app.send('SET', 'own', '1', 'PX', '50');
  m.client().send('SET', 'theirs', '1', 'PX', '50');
  m.client().send('DEBUG', 'SET-ACTIVE-EXPIRE', '0');
  cluster.settle();
  cluster.advance(1);
  assert.equal(app.send('DBSIZE'), ':1\r\n', "the master's own keys wait for its DEL");
  assert.equal(app.send('GET', 'theirs'), '$-1\r\n');
  assert.equal(app.send('INCR', 'theirs'), ':1\r\n', 'to be written, it is as if gone');
  assert.equal(app.send('TTL', 'theirs'), ':-1\r\n');
});

test('SHUTDOWN waits for a replica that lags, and writes wait meanwhile', () => {
  const { cluster, m, r } = pair();
  const app = m.client();
  r.frozen = true;
  app.send('SET', 'k', '1');
  const other = m.client();
  other.raw('SHUTDOWN\r\n');
  cluster.settle();
  assert.equal(app.send('GET', 'k'), '$1\r\n1\r\n');
  assert.equal(app.send('SET', 'k', '2'), '');
  assert.equal(m.client().send('SHUTDOWN', 'ABORT'), '+OK\r\n');
  cluster.settle();
  assert.equal(m.client().send('GET', 'k'), '$1\r\n2\r\n', 'what waited was done');
  m.client().raw('SHUTDOWN\r\n');
  cluster.advance(12);
  assert.ok(!m.alive, 'after shutdown-timeout');
  assert.match(
    m.log.join('\n'),
    /User requested shutdown\.\.\.\nM \* Waiting for replicas before shutting down\.\n(.*\n)*M # Lagging replica 127\.0\.0\.1:7001 reported offset \d+ behind master, lag=\d+, state=online\.\nM \* 0 of 1 replicas are in sync when shutting down\./,
  );
});
