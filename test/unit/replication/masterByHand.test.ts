/** A replica of ours whose master is the test: every answer redis-server 7.0.15 was given, too. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Cluster, type Node, type RawPeer } from './cluster.ts';

const PORT = 7900;
const ID = 'a'.repeat(40);
const NEW_ID = 'b'.repeat(40);
const MARK = 'e'.repeat(40);
const PING = '*1\r\n$4\r\nPING\r\n';

/** An RDB of a real data set, made by a server of ours. */
function dump(): string {
  const node = new Cluster().node(7999);
  node.client().send('SET', 'k', 'v');
  node.client().send('SAVE');
  return node.files.get('dump.rdb')!.latin1Slice();
}

class Stage {
  readonly cluster = new Cluster();
  readonly masters: RawPeer[] = [];
  readonly replica: Node;

  constructor(...directives: string[][]) {
    this.cluster.rawListeners.set(PORT, (peer) => this.masters.push(peer));
    this.replica = this.cluster.node(
      7001,
      ['replicaof', '127.0.0.1', String(PORT)],
      ['repl-timeout', '5'],
      ...directives,
    );
    this.cluster.advance(0.1);
  }

  /** The connection opened last. */
  get master(): RawPeer {
    return this.masters.at(-1)!;
  }

  /** Answers up to PSYNC; gives the PSYNC request. */
  handshake(): string {
    const { master } = this;
    assert.equal(master.take(), PING);
    master.raw('+PONG\r\n');
    return master.raw('+OK\r\n+OK\r\n');
  }

  log(pattern: string): boolean {
    return this.replica.log.some((line) => line.includes(pattern));
  }
}

function request(...words: string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`;
}

test('handshake with password, user and announced address', () => {
  const stage = new Stage(
    ['masterauth', 'secret'],
    ['masteruser', 'joe'],
    ['replica-announce-ip', '10.0.0.2'],
    ['replica-announce-port', '77'],
  );
  const { master } = stage;
  assert.equal(master.take(), PING);
  assert.equal(
    master.raw('-NOAUTH Authentication required.\r\n'),
    request('AUTH', 'joe', 'secret') +
      request('REPLCONF', 'listening-port', '77') +
      request('REPLCONF', 'ip-address', '10.0.0.2') +
      request('REPLCONF', 'capa', 'eof', 'capa', 'psync2'),
  );
  master.raw('+OK\r\n-ERR a\r\n-ERR b\r');
  assert.equal(master.raw('\n-ERR c\r\n'), request('PSYNC', '?', '-1'));
  for (const [option, error] of [
    ['listening-port', 'a'],
    ['ip-address', 'b'],
    ['capa', 'c'],
  ]) {
    assert.ok(
      stage.log(`(Non critical) Master does not understand REPLCONF ${option}: -ERR ${error}`),
    );
  }
});

test('a wrong password ends the handshake until the next cron', () => {
  const stage = new Stage(['masterauth', 'secret']);
  stage.master.take();
  stage.master.raw('-NOAUTH Authentication required.\r\n');
  stage.master.raw('-WRONGPASS invalid username-password pair or user is disabled.\r\n');
  assert.ok(stage.log('Unable to AUTH to MASTER: -WRONGPASS invalid'));
  assert.ok(stage.master.closed);
  assert.equal(stage.masters.length, 1);
  stage.cluster.advance(1);
  assert.equal(stage.masters.length, 2);
});

test('a transfer by length, in pieces, with the stream right behind it', () => {
  const rdb = dump();
  for (const cut of [1, 50, rdb.length - 1, rdb.length]) {
    const stage = new Stage();
    const { master, replica, cluster } = stage;
    assert.equal(stage.handshake(), request('PSYNC', '?', '-1'));
    master.raw('\n');
    master.raw(`+FULLRESYNC ${ID} 1000\r\n\n`);
    master.raw(`\n$${rdb.length}\r\n${rdb.slice(0, cut)}`);
    if (cut === 50) {
      assert.equal(replica.info('master_sync_in_progress'), '1');
      assert.equal(replica.info('master_sync_total_bytes'), String(rdb.length));
      assert.equal(replica.info('master_sync_read_bytes'), '50');
      assert.equal(replica.info('slave_repl_offset'), '1');
      assert.equal(replica.info('master_link_down_since_seconds'), '-1');
      assert.ok(replica.client().send('ROLE').includes('$4\r\nsync\r\n'));
    }
    master.raw(rdb.slice(cut) + request('SELECT', '2') + request('SET', 'a', 'b'));
    cluster.until(() => replica.info('master_link_status') === 'up');
    cluster.advance(1);
    assert.equal(replica.offset, 1000 + 23 + 27);
    assert.equal(replica.info('repl_backlog_first_byte_offset'), '1001');
    assert.match(master.take(), /ACK\r\n\$4\r\n1050\r\n/);
    assert.ok(replica.client().raw('SELECT 2\r\nGET a\r\n').endsWith('$1\r\nb\r\n'));
    assert.equal(replica.files.get('dump.rdb')?.latin1Slice(), rdb);
  }
});

test('a transfer by mark is acknowledged at once, and the mark kept out of the file', () => {
  const rdb = dump();
  for (const size of [7, 100_000]) {
    const stage = new Stage();
    const { master, replica, cluster } = stage;
    stage.handshake();
    master.raw(`+FULLRESYNC ${ID} 1000\r\n`);
    master.raw(`$EOF:${MARK}\r\n`);
    const payload = rdb + MARK;
    for (let at = 0; at < payload.length; at += size) master.raw(payload.slice(at, at + size));
    cluster.settle();
    assert.ok(stage.log('receiving streamed RDB from master with EOF to disk'));
    cluster.until(() => replica.info('master_link_status') === 'up');
    assert.equal(master.take(), request('REPLCONF', 'ACK', '1000'));
    assert.equal(replica.files.get('dump.rdb')?.latin1Slice(), rdb);
    assert.deepEqual([...replica.files.keys()], ['dump.rdb']);
  }
});

test('a command that is half there is no part of the offset, and asked for again', () => {
  const stage = new Stage();
  const { replica, cluster } = stage;
  const rdb = dump();
  stage.handshake();
  stage.master.raw(`+FULLRESYNC ${ID} 1000\r\n$${rdb.length}\r\n${rdb}`);
  cluster.until(() => replica.info('master_link_status') === 'up');
  stage.master.raw(`${PING}*3\r\n$3\r\nSET\r\n$1\r\na\r\n$`);
  assert.equal(replica.info('slave_read_repl_offset'), '1035');
  assert.equal(replica.info('slave_repl_offset'), '1014');
  assert.equal(replica.info('repl_backlog_histlen'), '14');
  stage.master.raw('1\r\nb\r\n*1\r\n$5\r\nMULTI\r\n*1\r\n');
  assert.equal(replica.info('slave_repl_offset'), '1041');
  stage.master.close();
  cluster.settle();
  assert.equal(stage.handshake(), request('PSYNC', ID, '1042'));
  stage.master.raw(`+CONTINUE ${NEW_ID}\r\n${PING}`);
  assert.equal(replica.info('master_link_status'), 'up');
  assert.equal(replica.info('master_replid'), NEW_ID);
  assert.equal(replica.info('master_replid2'), ID);
  assert.equal(replica.info('second_repl_offset'), '1042');
  assert.equal(replica.offset, 1055);
  // GETACK is answered before it counts itself, as its bytes are applied after it.
  stage.master.take();
  assert.equal(
    stage.master.raw(request('REPLCONF', 'GETACK', '*')),
    request('REPLCONF', 'ACK', '1055'),
  );
});

test('the master is told nothing but ACKs, whatever it sends', () => {
  const stage = new Stage();
  const rdb = dump();
  stage.handshake();
  stage.master.raw(`+FULLRESYNC ${ID} 0\r\n$${rdb.length}\r\n${rdb}`);
  stage.cluster.until(() => stage.replica.info('master_link_status') === 'up');
  stage.master.take();
  const answer = stage.master.raw(
    request('NOSUCH') + request('GET') + request('GET', 'k') + request('SET', 'k', 'w') + PING,
  );
  assert.equal(answer, '');
  assert.equal(stage.replica.client().send('GET', 'k'), '$1\r\nw\r\n');
});

test('a stream that breaks the protocol is not continued', () => {
  const stage = new Stage();
  const rdb = dump();
  stage.handshake();
  stage.master.raw(`+FULLRESYNC ${ID} 0\r\n$${rdb.length}\r\n${rdb}`);
  stage.cluster.until(() => stage.replica.info('master_link_status') === 'up');
  stage.master.raw('*1\r\n!oops\r\n');
  stage.cluster.settle();
  assert.equal(stage.masters.length, 2);
  assert.equal(stage.handshake(), request('PSYNC', '?', '-1'));
});

const REFUSALS: readonly (readonly [string, string, 'now' | 'later'])[] = [
  [
    '-LOADING x',
    'Master is currently unable to PSYNC but should be in the future: -LOADING x',
    'later',
  ],
  [
    '-NOMASTERLINK z',
    'Master is currently unable to PSYNC but should be in the future: -NOMASTERLINK z',
    'later',
  ],
];

for (const [answer, line, retry] of REFUSALS) {
  test(`PSYNC answered by ${answer}`, () => {
    const stage = new Stage();
    stage.handshake();
    stage.master.raw(`${answer}\r\n`);
    assert.ok(stage.log(line));
    assert.ok(stage.master.closed);
    assert.equal(stage.masters.length, retry === 'now' ? 2 : 1);
    stage.cluster.advance(1);
    assert.equal(stage.masters.length, 2);
  });
}

test('a master without PSYNC is asked by SYNC, and gets no ACKs', () => {
  for (const [answer, line] of [
    ['-ERR unknown', 'Master does not support PSYNC or is in error state (reply: -ERR unknown)'],
    ['+WHAT', 'Unexpected reply to PSYNC from master: +WHAT'],
  ]) {
    const stage = new Stage();
    const rdb = dump();
    stage.handshake();
    assert.equal(stage.master.raw(`${answer}\r\n`), 'SYNC\r\n');
    assert.ok(stage.log(line!));
    assert.ok(stage.log('Retrying with SYNC...'));
    stage.master.raw(`$${rdb.length}\r\n${rdb}`);
    stage.cluster.until(() => stage.replica.info('master_link_status') === 'up');
    stage.cluster.advance(2);
    assert.equal(stage.replica.info('slave_repl_offset'), '-1');
    assert.equal(stage.replica.info('master_repl_offset'), '-1');
    assert.ok(!stage.master.take().includes('ACK'));
  }
});

const BROKEN_TRANSFERS: readonly (readonly [string, string])[] = [
  ['-ERR no\r\n', 'MASTER aborted replication with an error: ERR no'],
  [
    'xxERR no\r\n',
    "Bad protocol from MASTER, the first byte is not '$' (we received 'xxERR no'), are you sure the host and port are right?",
  ],
  [
    '$10\r\n0123456789',
    'Failed trying to load the MASTER synchronization DB from disk: Invalid argument',
  ],
  ['$0\r\n', 'I/O error trying to sync with MASTER: connection lost'],
  ['$0\r\n*1\r\n$4\r\nPING\r\n', 'I/O error trying to sync with MASTER: connection lost'],
  ['$-5\r\n', 'I/O error trying to sync with MASTER: connection lost'],
  ['$many\r\n', 'I/O error trying to sync with MASTER: connection lost'],
  [`$${'9'.repeat(30)}\r\n`, 'I/O error trying to sync with MASTER: connection lost'],
];

for (const [bytes, line] of BROKEN_TRANSFERS) {
  test(`instead of a dump: ${JSON.stringify(bytes)}`, () => {
    const stage = new Stage();
    stage.handshake();
    stage.master.raw(`+FULLRESYNC ${ID} 1000\r\n`);
    stage.master.raw(bytes);
    stage.cluster.advance(0.05);
    assert.ok(stage.log(line), stage.replica.log.join('\n'));
    assert.ok(stage.log(`Reconnecting to MASTER 127.0.0.1:${PORT} after failure`));
    assert.equal(stage.masters.length, 2);
    assert.equal(stage.replica.info('master_link_status'), 'down');
  });
}

test('an offset that no stream can have reached is refused, with replicas below or without', () => {
  for (const offset of ['9007199254740993', '9'.repeat(60), '-2', '4503599627370497']) {
    const stage = new Stage();
    const { cluster, replica } = stage;
    const below = cluster.node(7002, ['replicaof', '127.0.0.1', '7001']);
    stage.handshake();
    stage.master.raw(`+FULLRESYNC ${ID} ${offset}\r\n`);
    assert.ok(
      stage.log(
        `Master replied with an offset that no stream can have reached: +FULLRESYNC ${ID} ${offset}`,
      ),
    );
    assert.ok(stage.master.closed);
    cluster.advance(1);
    assert.equal(stage.masters.length, 2, 'the next cron tries again');
    assert.equal(replica.info('master_link_status'), 'down');
    assert.equal(below.info('master_link_status'), 'down');
  }
});

test('a master that continues what nobody asked it to is left until the next cron', () => {
  for (const answer of ['+CONTINUE', `+CONTINUE ${ID}`]) {
    const stage = new Stage();
    assert.equal(stage.handshake(), request('PSYNC', '?', '-1'));
    stage.master.raw(`${answer}\r\n${PING}`);
    assert.ok(stage.log(`Master continues though it was asked for everything: ${answer}`));
    assert.ok(stage.master.closed);
    stage.cluster.advance(1);
    assert.equal(stage.masters.length, 2);
  }
});

test('a failed load leaves nothing to continue', () => {
  const stage = new Stage();
  stage.handshake();
  stage.master.raw(`+FULLRESYNC ${ID} 1000\r\n$9\r\nGARBAGE..`);
  stage.cluster.advance(0.05);
  assert.equal(stage.masters.length, 2);
  assert.equal(stage.handshake(), request('PSYNC', '?', '-1'));
  stage.master.raw('+CONTINUE\r\n');
  assert.ok(stage.log('Master continues though it was asked for everything: +CONTINUE'));
});

test('a connection that ends in the handshake, before and in the payload', () => {
  const rdb = dump();
  for (const [bytes, line, retry] of [
    ['', 'Master did not reply to PSYNC, will try later', 1],
    [`+FULLRESYNC ${ID} 1\r\n`, 'I/O error reading bulk count from MASTER: Success', 2],
    [
      `+FULLRESYNC ${ID} 1\r\n$${rdb.length}\r\nREDIS`,
      'I/O error trying to sync with MASTER: connection lost',
      2,
    ],
  ] as const) {
    const stage = new Stage();
    stage.handshake();
    stage.master.raw(bytes);
    stage.master.close();
    stage.cluster.settle();
    assert.ok(stage.log(line), line);
    assert.equal(stage.masters.length, retry);
    assert.deepEqual([...stage.replica.files.keys()], []);
  }
});

test('a connection that ends while the dump is loaded is noticed then, and continued', () => {
  const stage = new Stage();
  const rdb = dump();
  stage.handshake();
  const last = stage.master;
  last.end.peer!.arrive(
    Buffer.from(`+FULLRESYNC ${ID} 1000\r\n$${rdb.length}\r\n${rdb}${PING}`, 'latin1'),
  );
  last.close();
  stage.cluster.advance(0.05);
  assert.ok(stage.log('MASTER <-> REPLICA sync: Finished with success'));
  assert.ok(stage.log('Caching the disconnected master state.'));
  assert.equal(stage.masters.length, 2);
  assert.equal(stage.handshake(), request('PSYNC', ID, '1001'));
});

test('silence during handshake and transfer is not waited out for ever', () => {
  const stage = new Stage();
  stage.cluster.advance(7);
  assert.ok(stage.log('Timeout connecting to the MASTER...'));
  assert.equal(stage.masters.length, 2);
  stage.handshake();
  stage.master.raw(`+FULLRESYNC ${ID} 1000\r\n`);
  stage.cluster.advance(4);
  stage.master.raw('\n'); // Still saving: a sign of life.
  stage.cluster.advance(4);
  assert.equal(stage.masters.length, 2);
  stage.master.raw('$1000\r\n');
  stage.cluster.advance(7);
  assert.ok(stage.log('Timeout receiving bulk data from MASTER... If the problem persists'));
  assert.equal(stage.masters.length, 3);
});

test('promotion in the middle of a transfer drops what has come', () => {
  const stage = new Stage();
  stage.handshake();
  stage.master.raw(`+FULLRESYNC ${ID} 1000\r\n$1000\r\nREDIS`);
  stage.replica.client().send('REPLICAOF', 'NO', 'ONE');
  stage.cluster.advance(3);
  assert.ok(stage.master.closed);
  assert.equal(stage.masters.length, 1);
  assert.deepEqual([...stage.replica.files.keys()], []);
  assert.equal(stage.replica.info('role'), 'master');
});
