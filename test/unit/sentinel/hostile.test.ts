/**
 * What no honest client, instance or Sentinel sends. Where a real redis-sentinel 7.0.15 has an answer
 * of its own, ours is that; it was asked with the same bytes.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseInfo } from '../../../src/engine/sentinel/monitoring/info.ts';
import { MASTER, Stage } from './stage.ts';

const HELLO = '__sentinel__:hello';
const MANY = 5_000_000;
const RUNID = 'c'.repeat(40);
const NO_IP = '-ERR Invalid IP address or hostname specified\r\n';

function lone(conf: readonly string[] = []): Stage {
  const stage = new Stage({ sentinels: 1, replicas: [], quorum: 1, conf });
  stage.settle(['s1']);
  return stage;
}

function hello(epoch: string | number, configEpoch: string | number, port = 4711): string {
  return ['127.0.0.1', port, RUNID, epoch, MASTER, '127.0.0.1', 7000, configEpoch].join(',');
}

test('a hello of megabytes is answered and ignored', () => {
  const stage = lone();
  assert.equal(stage.askLong('s1', 'PUBLISH', HELLO, Buffer.alloc(MANY, ',')), ':1\r\n');
  const longId = hello(1, 0).replace(RUNID, 'r'.repeat(10_000));
  assert.equal(stage.askLong('s1', 'PUBLISH', HELLO, longId), ':1\r\n');
  assert.equal(stage.master('s1').sentinels.size, 0);
  assert.ok(stage.logged('s1', `Ignoring a hello of ${MANY} bytes`));
  // On an instance's channel, too.
  stage.ask('m', `PUBLISH ${HELLO} ${longId}`);
  stage.pass(1);
  assert.equal(stage.master('s1').sentinels.size, 0);
});

test('addresses of megabytes resolve to nothing', () => {
  const stage = lone();
  const dots = Buffer.alloc(MANY, '.');
  assert.equal(stage.askLong('s1', 'SENTINEL', 'MONITOR', 'q', dots, '1', '1'), NO_IP);
  const asked = stage.askLong('s1', 'SENTINEL', 'is-master-down-by-addr', dots, '1', '1', RUNID);
  assert.equal(asked, '*3\r\n:0\r\n$1\r\n*\r\n:0\r\n');
  const colons = Buffer.alloc(MANY, ':');
  assert.equal(stage.askLong('s1', 'SENTINEL', 'MONITOR', 'q', colons, '1', '1'), NO_IP);
});

test('names and values of megabytes are neither kept nor found', () => {
  const stage = lone();
  const long = Buffer.alloc(MANY, 'x');
  const answers = [
    stage.askLong('s1', 'SENTINEL', 'MONITOR', long, '127.0.0.1', '1', '1'),
    stage.askLong('s1', 'SENTINEL', 'SET', MASTER, 'auth-pass', long),
    stage.askLong('s1', 'SENTINEL', 'SET', MASTER, 'rename-command', 'PING', long),
    stage.askLong('s1', 'SENTINEL', 'CONFIG', 'SET', 'announce-ip', long),
    stage.askLong('s1', 'SENTINEL', 'MASTER', long),
  ].map((answer) => answer.slice(0, 27));
  assert.deepEqual(answers, [
    '-ERR Argument too long: a S',
    "-ERR Invalid argument 'xxxx",
    "-ERR Invalid argument 'PING",
    "-ERR Invalid value 'xxxxxxx",
    '-ERR No such master with th',
  ]);
  const voted = stage.askLong(
    's1',
    ...['SENTINEL', 'is-master-down-by-addr', '127.0.0.1', '7000', '1'],
    long,
  );
  assert.equal(voted, '*3\r\n:0\r\n$1\r\n*\r\n:0\r\n');
  assert.equal(stage.sentinel('s1').masters.size, 1);
  assert.ok(stage.conf('s1').length < 1000);
});

// A real one cuts the message of an event at 1023 bytes, in its log and on the channel.
test('the message of an event is cut where Redis cuts it', () => {
  const stage = lone();
  const conn = stage.dial('s1');
  stage.tell(conn, 'SUBSCRIBE +monitor');
  stage.ask('s1', `SENTINEL MONITOR ${'n'.repeat(1100)} 127.0.0.1 7001 1`);
  stage.pass(0.1);
  const message = `master ${'n'.repeat(1016)}`;
  assert.match(stage.ears.raw.get(conn)!, new RegExp(`\\r\\n\\$1023\\r\\n${message}\\r\\n$`));
});

test('an epoch that cannot be is not taken over, and a failover goes on as before', () => {
  const stage = new Stage();
  stage.settle();
  for (const epoch of ['9007199254740991', '9007199254740993', '9223372036854775807']) {
    const ask = `SENTINEL is-master-down-by-addr 127.0.0.1 7000 ${epoch} ${RUNID}`;
    assert.equal(stage.ask('s1', ask), '*3\r\n:0\r\n$1\r\n*\r\n:0\r\n');
    assert.ok(stage.logged('s1', `Ignoring ${RUNID}, which asks for a vote in epoch ${epoch}`));
    assert.equal(stage.ask('s1', `PUBLISH ${HELLO} ${hello(epoch, 0)}`), ':1\r\n');
    assert.equal(stage.ask('s1', `PUBLISH ${HELLO} ${hello(0, epoch)}`), ':1\r\n');
    stage.ask('m', `PUBLISH ${HELLO} ${hello(epoch, epoch)}`);
  }
  stage.pass(1);
  assert.ok(stage.logged('s1', `Ignoring a hello about ${MASTER} of ${RUNID}: epoch 90071992547`));
  assert.ok(
    stage.logged('s1', `Ignoring a hello about ${MASTER} of ${RUNID}: configuration epoch`),
  );
  assert.equal(stage.sentinel('s1').currentEpoch, 0);
  stage.do({ kind: 'crash', node: 'm' });
  stage.until('switch', () => stage.masterPort('s1') !== 7000, 20);
  assert.equal(stage.master('s1').configEpoch, stage.sentinel('s1').currentEpoch);
});

test('the greatest epoch that is taken over leaves room for failovers', () => {
  const stage = new Stage();
  stage.settle();
  const epoch = 2 ** 32;
  stage.ask('m', `PUBLISH ${HELLO} ${hello(epoch, 0)}`);
  stage.until('taken over', () => stage.sentinel('s1').currentEpoch === epoch, 5);
  stage.do({ kind: 'crash', node: 'm' });
  stage.until('switch', () => stage.masterPort('s1') !== 7000, 60);
  assert.ok(stage.master('s1').configEpoch > epoch);
});

test('a hello with no port in it is ignored', () => {
  const stage = lone();
  for (const port of ['65536', '-1', '9007199254740993', '9'.repeat(400)]) {
    stage.ask('s1', `PUBLISH ${HELLO} ${hello(0, 1).replace(',7000,', `,${port},`)}`);
    stage.ask('s1', `PUBLISH ${HELLO} ${hello(0, 1).replace(',4711,', `,${port},`)}`);
  }
  assert.ok(stage.logged('s1', `Ignoring a hello about ${MASTER} of ${RUNID}: no port: 65536`));
  assert.equal(stage.master('s1').sentinels.size, 0);
  assert.ok(!stage.logged('s1', '+switch-master'));
  assert.equal(stage.master('s1').configEpoch, 0);
});

test('an INFO above a megabyte costs its connection, and is asked again', () => {
  const stage = lone();
  stage.toy('m').infoTail = 'x'.repeat(1024 * 1024);
  stage.until('it is refused', () => stage.logged('s1', 'Closing connection'), 20);
  assert.ok(stage.logged('s1', `Closing connection 'sentinel cmd ${MASTER}': Too long a reply`));
  stage.toy('m').infoTail = '';
  stage.until('it is connected', () => !stage.master('s1').link.disconnected, 20);
});

test('an INFO is read line by line, in time that grows with its length only', () => {
  const facts = parseInfo(
    `slave0:${'ip=,'.repeat(250_000)}\r\nslave1:${'ip=,'.repeat(1000)}\r\n`.concat(
      `${':\r\n'.repeat(1000)}slave2:ip=127.0.0.1,port=7001\r\nslave3:ip=127.0.0.2,port=\r\nrole:slave`,
    ),
  );
  assert.deepEqual(facts.replicas, [{ hostname: '127.0.0.1', port: 7001 }]);
  assert.equal(facts.role, 'slave');
});

test('a Sentinel knows a bounded number of instances', () => {
  const stage = lone();
  const line = (port: number) => `slave${port}:ip=127.0.0.1,port=${port},state=online\r\n`;
  const ports = Array.from({ length: 5_050 }, (_, index) => 10_000 + index);
  stage.toy('m').infoTail = ports.map(line).join('');
  stage.until('INFO has come', () => stage.logged('s1', 'Too many instances'), 12);
  assert.equal(stage.master('s1').replicas.size, 4_999);
  assert.match(
    stage.ask('s1', 'SENTINEL MONITOR more 127.0.0.1 7000 1'),
    /^-ERR Too many instances: a Sentinel here knows at most 5000/,
  );
});

test('an offset beyond 2^53 counts as the greatest, and the log says so', () => {
  const stage = new Stage({ sentinels: 1, quorum: 1 });
  stage.settle(['s1']);
  stage.toy('r2').infoTail = 'slave_repl_offset:18446744073709551615\r\n';
  const said =
    '127.0.0.1:7002 reports an offset beyond 9007199254740991: taken as 9007199254740991';
  stage.until('INFO has come', () => stage.logged('s1', said), 12);
  stage.pass(30);
  assert.equal(stage.log('s1').filter((line) => line === said).length, 1);
  stage.do({ kind: 'crash', node: 'm' });
  stage.until('switch', () => stage.masterPort('s1') === 7002, 60);
});

test('a vote in an epoch that cannot be counts for nothing', () => {
  const stage = new Stage({ sentinels: 2, quorum: 2 });
  stage.settle(['s1', 's2']);
  stage.sentinel('s2').currentEpoch = 2 ** 40;
  stage.do({ kind: 'crash', node: 'm' });
  stage.until(
    's1 hears of it',
    () => stage.logged('s1', `${stage.sentinel('s2').myId} voted in`),
    60,
  );
  assert.equal([...stage.master('s1').sentinels.values()][0]!.leaderEpoch, 0);
});
