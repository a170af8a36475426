/** Hellos: Sentinels that move, take another's place, or know better. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { copyState } from '../../../src/engine/machine/state.ts';
import { dateText } from '../../../src/engine/sentinel/acting/calendar.ts';
import { parseInfo } from '../../../src/engine/sentinel/monitoring/info.ts';
import { MASTER, Stage } from './stage.ts';

const STRANGER = 'c'.repeat(40);

function hello(port: number, runid: string, epoch: number, masterPort = 7000, config = 0): string {
  const message = `127.0.0.1,${port},${runid},${epoch},${MASTER},127.0.0.1,${masterPort},${config}`;
  return `PUBLISH __sentinel__:hello ${message}`;
}

test('a Sentinel at another address than before', () => {
  const stage = new Stage({ sentinels: 2 });
  stage.settle(['s1', 's2']);
  const id = stage.sentinel('s2').myId;
  stage.ask('s1', hello(26999, id, 0));
  assert.ok(
    stage
      .log('s1')
      .includes(
        `+sentinel-address-switch master mymaster 127.0.0.1 7000 ip 127.0.0.1 port 26999 for ${id}`,
      ),
  );
  assert.deepEqual(
    [...stage.master('s1').sentinels.values()].map((other) => other.address.port),
    [26999],
  );
});

test('another Sentinel at an address known before', () => {
  const stage = new Stage({ sentinels: 2 });
  stage.settle(['s1', 's2']);
  const id = stage.sentinel('s2').myId;
  stage.do({ kind: 'crash', node: 's2' });
  stage.ask('s1', hello(26380, STRANGER, 0));
  assert.ok(
    stage
      .log('s1')
      .includes(`+sentinel-invalid-addr sentinel ${id} 127.0.0.1 26380 @ mymaster 127.0.0.1 7000`),
  );
  assert.deepEqual([...stage.master('s1').sentinels.keys()], [STRANGER]);
  assert.match(stage.conf('s1'), new RegExp(`known-sentinel mymaster 127.0.0.1 26380 ${STRANGER}`));
});

test('greater epochs are taken over, lower ones are not', () => {
  const stage = new Stage({ sentinels: 1 });
  stage.settle(['s1']);
  stage.ask('s1', hello(26999, STRANGER, 7));
  assert.equal(stage.sentinel('s1').currentEpoch, 7);
  assert.ok(stage.log('s1').includes('+new-epoch 7'));
  assert.match(stage.conf('s1'), /sentinel current-epoch 7\n/);
  stage.ask('s1', hello(26999, STRANGER, 7, 7001, 0));
  assert.equal(stage.masterPort('s1'), 7000, 'the same config epoch');
  stage.ask('s1', hello(26999, STRANGER, 7, 7001, 7));
  assert.equal(stage.masterPort('s1'), 7001);
  assert.ok(stage.log('s1').includes('+switch-master mymaster 127.0.0.1 7000 127.0.0.1 7001'));
  stage.ask('s1', hello(26999, STRANGER, 7, 7002, 6));
  assert.equal(stage.masterPort('s1'), 7001);
  for (const nonsense of ['x', '1,2,3,4,5,6,7', '1,2,3,4,nosuch,6,7,8', `,,,,${MASTER},,,`]) {
    assert.equal(stage.ask('s1', `PUBLISH __sentinel__:hello ${nonsense}`), ':1\r\n');
  }
});

test('announce-ip and announce-port are what others are told', () => {
  const stage = new Stage({
    sentinels: 2,
    conf: ['sentinel announce-ip 127.0.0.2', 'sentinel announce-port 4711'],
  });
  stage.until('met', () => stage.master('s1')?.sentinels.size === 1, 5);
  const other = [...stage.master('s1').sentinels.values()][0]!;
  assert.deepEqual([other.address.ip, other.address.port], ['127.0.0.2', 4711]);
});

test('credentials and renamed commands are used towards the instances', () => {
  const stage = new Stage({
    sentinels: 1,
    master: [['requirepass', 'pw']],
    replicas: [],
    conf: [`sentinel auth-pass ${MASTER} pw`],
  });
  stage.settle(['s1']);
  stage.until('it answers', () => stage.master('s1').infoRefresh > 0, 5);
  stage.ask('s1', `SENTINEL SET ${MASTER} rename-command PING nosuch`);
  stage.until('its PING is refused', () => stage.master('s1').sDown, 10);
  stage.ask('s1', `SENTINEL SET ${MASTER} rename-command PING ping`);
  stage.until('and is not', () => !stage.master('s1').sDown, 5);
  stage.ask('s1', `SENTINEL SET ${MASTER} auth-pass wrong`);
  stage.until('NOAUTH is no good reply', () => stage.master('s1').sDown, 10);
});

test('a Sentinel goes on from a copy of its state, in any moment', () => {
  const stage = new Stage();
  stage.settle();
  stage.do({ kind: 'crash', node: 'm' });
  for (let round = 0; round < 40; round += 1) {
    const copy = stage.world.copy();
    copyState(stage.sentinel('s1'));
    copy.runUntil(stage.world.now + 100_000);
    stage.pass(0.1);
    assert.equal(copy.digest(), stage.world.digest());
  }
  stage.until('switch', () => stage.masterPort('s1') !== 7000);
});

test('INFO of servers of any age', () => {
  const facts = parseInfo(
    [
      `run_id:${'a'.repeat(40)}`,
      'role:master',
      'slave0:ip=127.0.0.1,port=7001,state=online,offset=12,lag=0',
      'slave1:127.0.0.2,7002,online',
      'slave_repl_offset:99',
      'master_link_down_since_seconds:-1',
      'replica_announced:0',
      'nonsense',
      '',
    ].join('\r\n'),
  );
  assert.equal(facts.runid, 'a'.repeat(40));
  assert.equal(facts.role, 'master');
  assert.deepEqual(facts.replicas, [
    { hostname: '127.0.0.1', port: 7001 },
    { hostname: '127.0.0.2', port: 7002 },
  ]);
  assert.equal(facts.offset, 99);
  assert.equal(facts.masterLinkDownMs, -1000);
  assert.equal(facts.announced, false);
  assert.equal(facts.masterLinkUp, undefined);
});

test('dates as ctime writes them', () => {
  assert.equal(dateText(0), 'Thu Jan  1 00:00:00 1970');
  assert.equal(dateText(951_782_400), 'Tue Feb 29 00:00:00 2000');
  assert.equal(dateText(1_700_000_000), 'Tue Nov 14 22:13:20 2023');
  assert.equal(dateText(4_107_542_399), 'Sun Feb 28 23:59:59 2100');
});
