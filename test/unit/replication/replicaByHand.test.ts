/** A master of ours whose replicas are the test: what each of them gets, byte by byte. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { copyState } from '../../../src/engine/machine/state.ts';
import { Cluster, type Node, type RawPeer } from './cluster.ts';

function announced(master: Node, port: number): RawPeer {
  const peer = master.client();
  assert.equal(peer.send('REPLCONF', 'listening-port', String(port)), '+OK\r\n');
  assert.equal(peer.send('REPLCONF', 'capa', 'eof', 'capa', 'psync2'), '+OK\r\n');
  return peer;
}

/** Splits what a fully synchronizing replica gets: answer, announced length, RDB, stream. */
function fullResync(text: string): { offset: number; rdb: string; stream: string } {
  const match = /^\+FULLRESYNC [0-9a-f]{40} (\d+)\r\n\n*\$(\d+)\r\n/.exec(text);
  assert.ok(match !== null, JSON.stringify(text.slice(0, 100)));
  const start = match[0].length;
  const end = start + Number(match[2]);
  return { offset: Number(match[1]), rdb: text.slice(start, end), stream: text.slice(end) };
}

test('REPLCONF', () => {
  const master = new Cluster().node(7000);
  const peer = master.client();
  const replies: readonly (readonly [readonly string[], string])[] = [
    [['a'], '-ERR syntax error'],
    [[], '+OK'],
    [['foo', 'bar'], '-ERR Unrecognized REPLCONF option: foo'],
    [['listening-port', 'x'], '-ERR value is not an integer or out of range'],
    [['ip-address', 'x'.repeat(50)], '+OK'],
    [
      ['ip-address', 'x'.repeat(300)],
      '-ERR REPLCONF ip-address provided by replica instance is too long: 300 bytes',
    ],
    [['capa', 'something-new'], '+OK'],
    [['rdb-only', '2'], '-ERR value is out of range, value must between 0 and 1'],
    [['rdb-only', '1'], '+OK'],
    [['rdb-filter-only', 'x'], '-ERR Unsupported rdb-filter-only option: x'],
    [['rdb-filter-only', ''], '-ERR RDB filters are not available in this server'],
    [['rdb-filter-only', 'functions'], '-ERR RDB filters are not available in this server'],
    [['rdb-filter-only', '"x'], '-ERR Missing rdb-filter-only values'],
    [['ack', '5'], ''],
    [['getack', '*'], ''],
  ];
  for (const [args, reply] of replies) {
    assert.equal(peer.send('REPLCONF', ...args), reply === '' ? '' : `${reply}\r\n`);
  }
});

test('offsets and ports of up to 64 bits are taken as the real server takes them', () => {
  const master = new Cluster().node(7000);
  const peer = announced(master, 4294967297);
  const largest = '9223372036854775807';
  const answer = peer.send('PSYNC', master.info('master_replid'), largest);
  const { offset } = fullResync(answer);
  const asked = `for lack of backlog (Replica request was: ${largest}).`;
  assert.ok(master.log.some((line) => line.endsWith(asked)));
  peer.send('REPLCONF', 'ACK', String(offset));
  // 2^32 + 1 in a C int.
  assert.match(master.info('slave0'), /port=1,/);
  peer.send('REPLCONF', 'ACK', largest);
  const client = master.client();
  client.send('SET', 'k', 'v');
  assert.equal(client.send('WAIT', '1', largest), ':1\r\n');
  assert.equal(client.send('WAIT', '2', largest), '');
});

test('PSYNC: a wrong offset, pending output, arity', () => {
  const master = new Cluster().node(7000);
  assert.equal(
    master.client().send('PSYNC', '?', 'x'),
    '-ERR value is not an integer or out of range\r\n',
  );
  assert.ok(
    master.log.some((line) => line.endsWith('asks for synchronization but with a wrong offset')),
  );
  assert.equal(
    master.client().raw('PING\r\nPSYNC ? -1\r\n'),
    '+PONG\r\n-ERR SYNC and PSYNC are invalid with pending output\r\n',
  );
  assert.ok(master.client().send('PSYNC', '?').startsWith('-ERR wrong number of arguments'));
});

test('while the RDB is made the replica gets newlines, then the RDB and all since the fork', () => {
  const cluster = new Cluster();
  const master = cluster.node(7000);
  const app = master.client();
  app.send('SET', 'before', '1');
  const peer = announced(master, 7101);
  cluster.childrenHeld = true;
  const head = peer.send('PSYNC', '?', '-1');
  assert.equal(master.info('slave0'), 'ip=127.0.0.1,port=7101,state=wait_bgsave,offset=0,lag=0');
  app.send('SET', 'after', '2');
  cluster.advance(2.5);
  const newlines = peer.take();
  assert.match(newlines, /^\n{2,3}$/);
  cluster.releaseChildren();
  const { offset, rdb, stream } = fullResync(head + newlines + peer.take());
  assert.equal(offset, 0);
  assert.ok(rdb.includes('before') && !rdb.includes('after'));
  assert.match(stream, /SELECT\r\n\$1\r\n0\r\n.*after/s);
});

test('replicas join a BGSAVE that was started for one like them', () => {
  const cluster = new Cluster();
  const master = cluster.node(7000);
  const app = master.client();
  cluster.childrenHeld = true;
  const first = announced(master, 7101);
  const head = first.send('PSYNC', '?', '-1');
  app.send('SET', 'k', 'v');
  const second = announced(master, 7102);
  const headOfSecond = second.send('PSYNC', '?', '-1');
  assert.equal(headOfSecond, head);
  assert.ok(master.log.includes('M * Waiting for end of BGSAVE for SYNC'));
  // One that knows less than the first cannot take what was made for it.
  const third = master.client();
  third.send('PSYNC', '?', '-1');
  assert.ok(
    master.log.includes(
      "M * Can't attach the replica to the current BGSAVE. Waiting for next BGSAVE for SYNC",
    ),
  );
  cluster.releaseChildren();
  const a = fullResync(head + first.take());
  const b = fullResync(headOfSecond + second.take());
  assert.equal(a.offset, 0);
  assert.equal(a.rdb, b.rdb);
  assert.equal(a.stream, b.stream);
  assert.ok(a.stream.endsWith('$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n'));
  const c = fullResync(third.take());
  assert.equal(c.offset, 50);
  assert.equal(c.stream, '');
  assert.ok(master.info('slave2').includes('state=online'));
});

test('a BGSAVE of the user is of no use to a replica', () => {
  const cluster = new Cluster();
  const master = cluster.node(7000);
  cluster.childrenHeld = true;
  master.client().send('BGSAVE');
  const peer = announced(master, 7101);
  assert.equal(peer.send('PSYNC', '?', '-1'), '');
  assert.ok(
    master.log.includes(
      "M * Can't attach the replica to the current BGSAVE. Waiting for next BGSAVE for SYNC",
    ),
  );
  cluster.releaseChildren();
  fullResync(peer.take());
});

test('a child that saves for nobody any more is killed', () => {
  const cluster = new Cluster();
  const master = cluster.node(7000);
  cluster.childrenHeld = true;
  const peer = announced(master, 7101);
  peer.send('PSYNC', '?', '-1');
  peer.close();
  cluster.settle();
  assert.ok(
    master.log.includes('M * Background saving terminated by signal SIGUSR1') ||
      master.log.includes('M # Background saving terminated by signal SIGUSR1'),
  );
  assert.equal(master.info('connected_slaves'), '0');
});

test('SYNC, as redis-cli --replica speaks it: no offsets, no timeouts', () => {
  const cluster = new Cluster();
  const master = cluster.node(7000, ['repl-timeout', '3']);
  const peer = master.client();
  const text = peer.raw('SYNC\r\n');
  assert.match(text, /^\$\d+\r\nREDIS0010/);
  peer.take();
  master.client().send('SET', 'k', 'v');
  assert.ok(peer.take().startsWith('*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n*3\r\n$3\r\nSET'));
  cluster.advance(10);
  assert.equal(peer.closed, false);
  assert.equal(master.notes.find((one) => one.kind === 'full-resync')?.['reason'], 'sync');
});

test('a client that wants the RDB only is closed behind it', () => {
  const cluster = new Cluster();
  const master = cluster.node(7000);
  const peer = announced(master, 7101);
  peer.send('REPLCONF', 'rdb-only', '1');
  const { stream } = fullResync(peer.send('PSYNC', '?', '-1'));
  assert.equal(stream, '');
  assert.equal(peer.closed, true);
  assert.ok(
    master.log.includes(
      'M * RDB transfer completed, rdb only replica (127.0.0.1:7101) should be disconnected asap',
    ),
  );
});

test('the ping in the stream is in small letters, as in 7.0', () => {
  const cluster = new Cluster();
  const peer = announced(cluster.node(7000), 7101);
  peer.send('PSYNC', '?', '-1');
  peer.send('REPLCONF', 'ACK', '0');
  cluster.advance(11);
  assert.match(peer.take(), /\*1\r\n\$4\r\nping\r\n/);
});

test('a replica that says something else than ACK is disconnected', () => {
  const cluster = new Cluster();
  const master = cluster.node(7000);
  const peer = announced(master, 7101);
  peer.send('PSYNC', '?', '-1');
  peer.raw('\n');
  peer.send('REPLCONF', 'ACK', '0');
  assert.equal(peer.closed, false);
  assert.equal(peer.send('PING'), '');
  assert.equal(peer.closed, true);
  const line = master.log.find((one) => one.includes('Replica generated a reply'));
  assert.match(line!, /^M # Replica generated a reply to command 'ping', disconnecting it: id=/);
});

test('a large RDB and stream go out by the window, and what is in between waits', () => {
  const cluster = new Cluster();
  const master = cluster.node(7000, ['rdbcompression', 'no']);
  const app = master.client();
  app.send('SET', 'big', 'x'.repeat(900_000));
  const peer = announced(master, 7101);
  peer.stalled = true;
  let text = peer.send('PSYNC', '?', '-1');
  cluster.settle();
  text += peer.take();
  assert.ok(text.length <= 256 * 1024 + 200, `${text.length} bytes sent into a stalled connection`);
  assert.ok(master.info('slave0').includes('state=send_bulk'));
  app.send('SET', 'k', 'v'.repeat(500_000));
  for (let i = 0; i < 20; i += 1) {
    peer.resume();
    peer.stalled = i % 2 === 0;
    text += peer.take();
  }
  const { rdb, stream } = fullResync(text);
  assert.ok(rdb.length > 900_000);
  assert.ok(stream.endsWith(`$500000\r\n${'v'.repeat(500_000)}\r\n`));
  assert.ok(master.info('slave0').includes('state=online'));
});

test('a replica above its output limit is closed; the limit is no less than the backlog', () => {
  const cluster = new Cluster();
  const master = cluster.node(
    7000,
    ['client-output-buffer-limit', 'replica', '100000', '0', '0'],
    ['repl-backlog-size', '1000000'],
  );
  const app = master.client();
  const peer = announced(master, 7101);
  peer.send('PSYNC', '?', '-1');
  peer.stalled = true;
  for (let i = 0; i < 10; i += 1) app.send('SET', 'k', 'x'.repeat(100_000));
  assert.equal(peer.closed, false, 'below repl-backlog-size');
  for (let i = 0; i < 4; i += 1) app.send('SET', 'k', 'x'.repeat(100_000));
  assert.equal(peer.closed, true);
  const line = master.log.find((one) => one.includes('overcoming of output buffer limits'));
  assert.match(line!, /^M # Client id=.* scheduled to be closed ASAP for overcoming/);
  assert.ok(master.log.at(-1)!.startsWith('M # Connection with replica 127.0.0.1:7101 lost.'));
});

test('the soft limit allows its seconds', () => {
  const cluster = new Cluster();
  const master = cluster.node(7000, ['client-output-buffer-limit', 'replica', '0', '100000', '3']);
  const peer = announced(master, 7101);
  peer.send('PSYNC', '?', '-1');
  peer.stalled = true;
  for (let i = 0; i < 5; i += 1) master.client().send('SET', 'k', 'x'.repeat(100_000));
  cluster.advance(3);
  assert.equal(peer.closed, false);
  cluster.advance(2);
  assert.equal(peer.closed, true);
  assert.ok(master.log.some((one) => /Client id=.* closed for overcoming of output/.test(one)));
});

test('a slow replica pins the backlog, and the backlog shrinks once it has caught up', () => {
  const cluster = new Cluster();
  const master = cluster.node(7000, ['repl-backlog-size', '16384']);
  const peer = announced(master, 7101);
  peer.send('PSYNC', '?', '-1');
  peer.stalled = true;
  const app = master.client();
  for (let i = 0; i < 20; i += 1) app.send('SET', 'k', 'x'.repeat(50_000));
  assert.ok(Number(master.info('repl_backlog_histlen')) > 600_000);
  for (let i = 0; i < 10; i += 1) peer.resume();
  assert.ok(Number(master.info('repl_backlog_histlen')) < 60_000);
});

test('good replicas are those whose lag is small enough', () => {
  const cluster = new Cluster();
  const master = cluster.node(7000, ['min-replicas-to-write', '1'], ['min-replicas-max-lag', '3']);
  const app = master.client();
  assert.equal(app.send('SET', 'k', 'v'), '-NOREPLICAS Not enough good replicas to write.\r\n');
  const peer = announced(master, 7101);
  peer.send('PSYNC', '?', '-1');
  assert.equal(master.info('min_slaves_good_slaves'), '1');
  assert.equal(app.send('SET', 'k', 'v'), '+OK\r\n');
  cluster.advance(5);
  assert.equal(app.send('SET', 'k', 'v'), '-NOREPLICAS Not enough good replicas to write.\r\n');
  peer.raw('\n'); // A replica that loads says no more than that.
  cluster.advance(1);
  assert.equal(app.send('SET', 'k', 'v'), '+OK\r\n');
});

test('WAIT counts the replicas that have what the client could know of', () => {
  const cluster = new Cluster();
  const master = cluster.node(7000);
  const peers = [announced(master, 7101), announced(master, 7102)];
  for (const peer of peers) peer.send('PSYNC', '?', '-1');
  const writer = master.client();
  const reader = master.client();
  const fresh = master.client();
  writer.send('SET', 'k', 'v');
  for (const peer of peers) peer.take();
  reader.send('GET', 'k');
  assert.equal(fresh.send('WAIT', '2', '0'), ':2\r\n'); // It has done nothing yet.
  assert.equal(reader.send('WAIT', '1', '500'), ''); // What it read may be unacknowledged.
  assert.ok(peers[0]!.take().endsWith('*3\r\n$8\r\nREPLCONF\r\n$6\r\nGETACK\r\n$1\r\n*\r\n'));
  cluster.advance(0.6);
  assert.equal(reader.take(), ':0\r\n');
  writer.send('WAIT', '2', '0');
  peers[0]!.send('REPLCONF', 'ACK', String(master.offset));
  assert.equal(writer.take(), '');
  peers[1]!.send('REPLCONF', 'ACK', String(master.offset));
  assert.equal(writer.take(), ':2\r\n');
  assert.equal(writer.send('WAIT', '-1', '0'), ':2\r\n');
  assert.equal(writer.send('WAIT', 'x', '0'), '-ERR value is not an integer or out of range\r\n');
  assert.equal(writer.send('WAIT', '1', '-1'), '-ERR timeout is negative\r\n');
  assert.equal(writer.send('WAIT', '1', 'x'), '-ERR timeout is not an integer or out of range\r\n');
  writer.raw('MULTI\r\nWAIT 3 0\r\n');
  assert.equal(writer.send('EXEC'), '*1\r\n:2\r\n');
});

test('clients that wait are told when their master becomes a replica', () => {
  const cluster = new Cluster();
  const master = cluster.node(7000);
  cluster.node(7001);
  announced(master, 7101).send('PSYNC', '?', '-1');
  const waiting = master.client();
  waiting.send('SET', 'k', 'v');
  waiting.send('WAIT', '3', '0');
  master.client().send('REPLICAOF', '127.0.0.1', '7001');
  assert.match(waiting.take(), /^-UNBLOCKED force unblock from blocking operation/);
  assert.equal(waiting.closed, true);
});

test('a server in the middle of everything can be copied', () => {
  const cluster = new Cluster();
  const master = cluster.node(7000);
  const replica = cluster.node(7001, ['replicaof', '127.0.0.1', '7000']);
  cluster.until(() => replica.info('master_link_status') === 'up');
  announced(master, 7101).send('PSYNC', '?', '-1');
  cluster.childrenHeld = true;
  announced(master, 7102).send('PSYNC', '?', '-1');
  const app = master.client();
  app.send('SET', 'k', 'v');
  app.send('WAIT', '5', '0');
  for (const node of [master, replica]) {
    const copy = copyState(node.server);
    assert.deepEqual(copy.replication.infoFields(), node.server.replication.infoFields());
    assert.notEqual(copy.replication.stream.backlog, node.server.replication.stream.backlog);
  }
});
