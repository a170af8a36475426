/** Masters, replicas and chains, over the cluster's queue. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Note } from '../../../src/engine/machine/notes.ts';
import { Cluster, type Node } from './cluster.ts';

function replicaOf(node: Node): string[] {
  return ['replicaof', '127.0.0.1', String(node.port)];
}

function linkUp(node: Node): boolean {
  return node.info('master_link_status') === 'up';
}

function digest(node: Node): string {
  return node.client().send('DEBUG', 'DIGEST');
}

function pair(): { cluster: Cluster; m: Node; r: Node } {
  const cluster = new Cluster();
  const m = cluster.node(7000);
  const r = cluster.node(7001, replicaOf(m));
  cluster.until(() => linkUp(r));
  return { cluster, m, r };
}

function note<Kind extends Note['kind']>(node: Node, kind: Kind) {
  const isOfKind = (one: Note): one is Extract<Note, { kind: Kind }> => one.kind === kind;
  return node.notes.filter(isOfKind).at(-1);
}

/** What two nodes said to each other since `mark`s, one line a message, as a transcript. */
function lines(bytes: readonly { bytes: Buffer }[], who: string): string[] {
  const text = Buffer.concat(bytes.map((one) => one.bytes)).latin1Slice();
  const said: string[] = [];
  for (const part of text.split(/(?=\*\d+\r\n)/)) {
    const words = part.startsWith('*')
      ? part
          .split('\r\n')
          .filter((_, index) => index > 0 && index % 2 === 0)
          .join(' ')
          .trim()
      : part.trim().replace(/\r\n/g, ' ');
    if (words !== '') said.push(`${who}> ${words}`);
  }
  return said;
}

test('a full resynchronization brings data and stream over', () => {
  const cluster = new Cluster();
  const m = cluster.node(7000);
  const app = m.client();
  for (let i = 0; i < 500; i += 1) app.send('SET', `key:${i}`, 'v'.repeat(i));
  const r = cluster.node(7001, replicaOf(m));
  cluster.until(() => linkUp(r));
  assert.equal(digest(r), digest(m));
  app.send('SELECT', '3');
  app.raw('MULTI\r\nSET a 1\r\nINCR a\r\nEXEC\r\n');
  app.send('LPUSH', 'l', '1', '2');
  cluster.settle();
  assert.equal(digest(r), digest(m));
  assert.equal(r.offset, m.offset);
  assert.ok(r.files.has('dump.rdb'));
  assert.deepEqual(
    [...r.files.keys()].filter((name) => name.startsWith('temp-')),
    [],
  );
  assert.equal(note(m, 'full-resync')?.reason, 'no-cached-master');
  assert.equal(note(r, 'link-up')?.by, 'full');
});

test('a link that was reset continues with the first byte that lacks', () => {
  const { cluster, m, r } = pair();
  const app = m.client();
  app.send('SET', 'k', 'v');
  assert.equal(m.offset, 50);
  cluster.linksHeld = true;
  app.send('SET', 'k', 'w');
  cluster.heldBytes.length = 0; // Lost with the connection.
  cluster.linksHeld = false;
  const fromReplica = r.sent.length;
  const fromMaster = m.sent.length;
  const logged = m.log.length;
  m.resetLinks(r);
  cluster.settle();
  assert.deepEqual(
    [...lines(r.sent.slice(fromReplica), 'replica'), ...lines(m.sent.slice(fromMaster), 'master')],
    [
      'replica> PING',
      'replica> REPLCONF listening-port 7001',
      'replica> REPLCONF capa eof capa psync2',
      `replica> PSYNC ${m.info('master_replid')} 51`,
      `master> +PONG +OK +OK +CONTINUE ${m.info('master_replid')}`,
      'master> SET k w',
    ],
  );
  assert.deepEqual(m.linesSince(logged), [
    'M # Connection with replica 127.0.0.1:7001 lost.',
    'M * Replica 127.0.0.1:7001 asks for synchronization',
    'M * Partial resynchronization request from 127.0.0.1:7001 accepted. Sending 27 bytes of backlog starting from offset 51.',
  ]);
  assert.equal(r.client().send('GET', 'k'), '$1\r\nw\r\n');
  assert.equal(m.server.replication.syncPartialOk, 1);
  assert.deepEqual(note(m, 'partial-resync'), {
    kind: 'partial-resync',
    replica: '127.0.0.1:7001',
    asked: 51,
    first: 1,
    last: 77,
    bytes: 27,
  });
});

test('the log of a replica that reconnects is that of redis-server', () => {
  const { m, r, cluster } = pair();
  m.client().send('SET', 'k', 'v');
  const logged = r.log.length;
  m.resetLinks(r);
  cluster.settle();
  assert.deepEqual(r.linesSince(logged), [
    'S # Connection with master lost.',
    'S * Caching the disconnected master state.',
    'S * Reconnecting to MASTER 127.0.0.1:7000',
    'S * MASTER <-> REPLICA sync started',
    'S * Non blocking connect for SYNC fired the event.',
    'S * Master replied to PING, replication can continue...',
    `S * Trying a partial resynchronization (request ${m.info('master_replid')}:51).`,
    'S * Successful partial resynchronization with master.',
    'S * MASTER <-> REPLICA sync: Master accepted a Partial Resynchronization.',
  ]);
});

test('what the backlog has lost is fetched anew', () => {
  const { cluster, m, r } = pair();
  const app = m.client();
  app.send('CONFIG', 'SET', 'repl-backlog-size', '16384');
  app.send('SET', 'k', 'v');
  r.crash();
  for (let i = 0; i < 100; i += 1) app.send('SET', 'k', 'x'.repeat(1000));
  const first = Number(m.info('repl_backlog_first_byte_offset'));
  assert.ok(first > 51);
  const logged = m.log.length;
  const again = r.restart(replicaOf(m));
  // Its own dump is the one of its full resynchronization: offset 0 of this history.
  cluster.until(() => linkUp(again));
  assert.ok(
    m
      .linesSince(logged)
      .includes(
        'M * Unable to partial resync with replica 127.0.0.1:7001 for lack of backlog (Replica request was: 1).',
      ),
    m.linesSince(logged).join('\n'),
  );
  const why = note(m, 'full-resync');
  assert.equal(why?.reason, 'backlog');
  assert.equal(why?.asked, 1);
  assert.equal(why?.first, first);
  assert.equal(why?.last, m.offset);
  assert.equal(m.server.replication.syncPartialErr, 1);
  assert.equal(digest(again), digest(m));
});

test('a replica that restarts on its own dump continues', () => {
  const { cluster, m, r } = pair();
  const app = m.client();
  app.send('SET', 'k', 'v');
  r.client().send('SAVE');
  const again = r.restart(replicaOf(m));
  app.send('SET', 'k', 'w');
  cluster.until(() => linkUp(again));
  assert.equal(m.server.replication.syncFull, 1);
  assert.equal(m.server.replication.syncPartialOk, 1);
  assert.equal(digest(again), digest(m));
});

test('a master that restarts on its dump takes back replicas that have just that', () => {
  const { cluster, m, r } = pair();
  m.client().send('SET', 'k', 'v');
  const before = m.info('master_replid');
  m.client().send('SAVE');
  const again = m.restart();
  cluster.until(() => again.info('master_replid2') === before);
  assert.equal(again.info('second_repl_offset'), '51');
  cluster.until(() => linkUp(r));
  assert.equal(again.server.replication.syncPartialOk, 1);
  assert.equal(r.info('master_replid'), again.info('master_replid'));
  assert.equal(r.info('master_replid2'), before);
});

test('keys that expired while a master was down are deleted on replicas that continue', () => {
  const { cluster, m, r } = pair();
  const app = m.client();
  app.send('SET', 'stays', '1');
  app.send('SET', 'goes', '1', 'PX', '3000');
  m.client().send('SAVE');
  const offset = m.offset;
  m.crash();
  cluster.advance(5);
  const again = m.restart();
  cluster.until(() => linkUp(r));
  assert.equal(again.server.replication.syncPartialOk, 1);
  const held = Number(again.info('repl_backlog_histlen'));
  assert.ok(held > 0);
  assert.equal(again.offset, offset + held);
  assert.equal(r.client().send('DBSIZE'), ':1\r\n');
  assert.equal(digest(r), digest(again));
});

test('a chain carries the very same stream, and heals from the middle', () => {
  const { cluster, m, r } = pair();
  const s = cluster.node(7002, replicaOf(r));
  cluster.until(() => linkUp(s));
  const app = m.client();
  app.send('SELECT', '5');
  app.raw('MULTI\r\nSET a 1\r\nINCR a\r\nEXEC\r\n');
  for (let i = 0; i < 100; i += 1) app.send('APPEND', 'k', 'x'.repeat(i * 30));
  cluster.settle();
  assert.equal(s.info('master_replid'), m.info('master_replid'));
  assert.equal(s.offset, m.offset);
  assert.equal(digest(s), digest(m));
  const tail = (node: Node) => {
    const { backlog } = node.server.replication.stream;
    return backlog.bytesFrom(node.offset - 100, 101).latin1Slice();
  };
  assert.equal(tail(s), tail(m));

  r.resetLinks(s);
  m.resetLinks(r);
  app.send('SET', 'b', '2');
  cluster.until(() => linkUp(s) && s.offset === m.offset);
  assert.equal(digest(s), digest(m));
  assert.equal(r.server.replication.syncPartialOk, 1);
  assert.equal(m.server.replication.syncFull, 1);
});

test('a sub-replica in another database than 0 learns it from the RDB', () => {
  const { cluster, m, r } = pair();
  const app = m.client();
  app.send('SELECT', '7');
  app.send('SET', 'a', '1');
  const s = cluster.node(7002, replicaOf(r));
  cluster.until(() => linkUp(s));
  app.send('SET', 'b', '2'); // No SELECT goes before it.
  cluster.settle();
  assert.equal(digest(s), digest(m));
});

test('a full resynchronization in the middle of a chain is passed on', () => {
  const { cluster, m, r } = pair();
  const s = cluster.node(7002, replicaOf(r));
  cluster.until(() => linkUp(s));
  m.client().send('DEBUG', 'CHANGE-REPL-ID');
  m.client().send('SET', 'k', 'v');
  const logged = r.log.length;
  m.resetLinks(r);
  cluster.until(() => linkUp(r) && linkUp(s) && s.offset === m.offset);
  const log = r.linesSince(logged).map((line) => line.slice(4));
  const order = [
    'Discarding previously cached master state.',
    'Connection with replica 127.0.0.1:7002 lost.',
    'MASTER <-> REPLICA sync: Flushing old data',
    'MASTER <-> REPLICA sync: Loading DB in memory',
    'MASTER <-> REPLICA sync: Finished with success',
    'Replica 127.0.0.1:7002 asks for synchronization',
  ];
  assert.deepEqual(
    log.filter((line) => order.includes(line)),
    order,
  );
  assert.equal(s.info('master_replid'), m.info('master_replid'));
  assert.equal(note(m, 'full-resync')?.reason, 'replid');
});

test('a promoted replica keeps the old ID, and its siblings continue with it', () => {
  const { cluster, m, r } = pair();
  const s = cluster.node(7002, replicaOf(m));
  cluster.until(() => linkUp(s));
  m.client().send('SET', 'k', 'v');
  const old = m.info('master_replid');
  const offset = r.offset;
  const logged = r.log.length;
  assert.equal(r.client().send('REPLICAOF', 'no', 'ONE'), '+OK\r\n');
  const log = r.linesSince(logged);
  assert.equal(log[0], 'M # Connection with master lost.');
  assert.equal(log[1], 'M * Caching the disconnected master state.');
  assert.equal(log[2], 'M * Discarding previously cached master state.');
  assert.equal(
    log[3],
    `M # Setting secondary replication ID to ${old}, valid up to offset: ${offset + 1}. New replication ID is ${r.info('master_replid')}`,
  );
  assert.match(log[4]!, /^M \* MASTER MODE enabled \(user request from 'id=\d+ addr=127\.0\.0\.1:/);
  assert.equal(r.info('role'), 'master');
  assert.equal(r.info('master_replid2'), old);
  assert.equal(r.info('second_repl_offset'), String(offset + 1));
  assert.equal(note(r, 'promoted')?.offset, offset);

  r.client().send('SET', 'k', 'w');
  s.client().send('REPLICAOF', '127.0.0.1', '7001');
  m.client().send('REPLICAOF', '127.0.0.1', '7001');
  cluster.until(() => linkUp(s) && linkUp(m));
  assert.equal(r.server.replication.syncPartialOk, 2);
  assert.equal(r.server.replication.syncFull, 0);
  for (const node of [m, s]) {
    assert.equal(node.info('master_replid'), r.info('master_replid'));
    assert.equal(node.info('master_replid2'), old);
    assert.equal(digest(node), digest(r));
  }
});

test('an old master that wrote on after the split gets everything anew', () => {
  const { cluster, m, r } = pair();
  m.client().send('SET', 'k', 'v');
  cluster.linksHeld = true;
  m.client().send('SET', 'k', 'lost');
  r.client().send('REPLICAOF', 'NO', 'ONE');
  cluster.heldBytes.length = 0;
  cluster.linksHeld = false;
  m.resetLinks(r);
  const logged = r.log.length;
  m.client().send('REPLICAOF', '127.0.0.1', '7001');
  cluster.until(() => linkUp(m));
  const expected =
    'M * Partial resynchronization not accepted: Requested offset for second ID was 81, but I can reply up to 51';
  assert.ok(r.linesSince(logged).includes(expected), r.linesSince(logged).join('\n'));
  assert.equal(note(r, 'full-resync')?.reason, 'second-offset');
  assert.equal(m.client().send('GET', 'k'), '$1\r\nv\r\n');
});

test('replicas of a promoted server are closed, and continue under the new ID', () => {
  const { cluster, m, r } = pair();
  const s = cluster.node(7002, replicaOf(r));
  cluster.until(() => linkUp(s));
  m.client().send('SET', 'k', 'v');
  const old = r.info('master_replid');
  const logged = s.log.length;
  r.client().send('REPLICAOF', 'NO', 'ONE');
  cluster.until(() => linkUp(s) && s.info('master_replid') === r.info('master_replid'));
  assert.ok(
    s
      .linesSince(logged)
      .includes(`S # Master replication ID changed to ${r.info('master_replid')}`),
  );
  assert.equal(s.info('master_replid2'), old);
  assert.equal(r.server.replication.syncPartialOk, 1);
});

test('REPLICAOF to the present master does nothing and says so', () => {
  const { r } = pair();
  const app = r.client();
  const logged = r.log.length;
  assert.equal(
    app.send('REPLICAOF', '127.0.0.1', '7000'),
    '+OK Already connected to specified master\r\n',
  );
  assert.deepEqual(r.linesSince(logged), [
    'S * REPLICAOF would result into synchronization with the master we are already connected with. No operation performed.',
  ]);
  assert.equal(app.send('REPLICAOF', '127.0.0.1', '70000'), '-ERR Invalid master port\r\n');
  assert.equal(app.send('REPLICAOF', '127.0.0.1', 'x'), '-ERR Invalid master port\r\n');
});

test('a master that is down is tried every second, a replica of a lonely replica told to wait', () => {
  const { cluster, m, r } = pair();
  const s = cluster.node(7002, replicaOf(r));
  cluster.until(() => linkUp(s));
  const logged = r.log.length;
  m.crash();
  cluster.advance(3);
  const refused = r.linesSince(logged).filter((line) => line.endsWith('Connection refused'));
  assert.deepEqual(
    new Set(refused),
    new Set(['S # Error condition on socket for SYNC: Connection refused']),
  );
  assert.equal(refused.length, 4); // At once, then once a second.
  assert.equal(r.info('master_link_down_since_seconds'), '3');
  assert.equal(linkUp(s), true);
  r.resetLinks(s);
  cluster.advance(2);
  assert.ok(
    s.log.some((line) =>
      line.endsWith(
        "Master is currently unable to PSYNC but should be in the future: -NOMASTERLINK Can't SYNC while not connected with my master",
      ),
    ),
  );
});

test('a silent master and a silent replica are given up after repl-timeout', () => {
  const cluster = new Cluster();
  const m = cluster.node(7000, ['repl-timeout', '5'], ['repl-ping-replica-period', '2']);
  const r = cluster.node(7001, replicaOf(m), ['repl-timeout', '5']);
  cluster.until(() => linkUp(r));
  cluster.advance(20);
  assert.equal(linkUp(r), true); // PINGs and ACKs keep it up.
  r.frozen = true;
  cluster.advance(7);
  assert.ok(m.log.includes('M # Disconnecting timedout replica (streaming sync): 127.0.0.1:7001'));
  r.thaw();
  cluster.until(() => linkUp(r));
  m.frozen = true;
  cluster.advance(7);
  assert.ok(r.log.includes('S # MASTER timeout: no data nor PING received...'));
  cluster.advance(7);
  assert.ok(r.log.includes('S # Timeout connecting to the MASTER...'));
  m.thaw();
  cluster.until(() => linkUp(r));
});

test('a backlog nobody needs is freed after its time, and the ID with it', () => {
  const { cluster, m, r } = pair();
  m.client().send('CONFIG', 'SET', 'repl-backlog-ttl', '4');
  const before = m.info('master_replid');
  r.crash();
  cluster.advance(6);
  assert.ok(
    m.log.includes('M * Replication backlog freed after 4 seconds without connected replicas.'),
  );
  assert.equal(m.info('repl_backlog_active'), '0');
  assert.notEqual(m.info('master_replid'), before);
});

test('a full resynchronization can be forced on a replica', () => {
  const { cluster, m, r } = pair();
  m.client().send('SET', 'k', 'v');
  r.instruct({ kind: 'resync' });
  cluster.until(() => linkUp(r));
  assert.equal(m.server.replication.syncFull, 2);
  assert.equal(m.server.replication.syncPartialErr, 0);
  assert.equal(digest(r), digest(m));
});
