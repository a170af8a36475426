/** Discovery and who is down. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MASTER, Stage } from './stage.ts';

test('Sentinels find the replicas by INFO and each other by hellos', () => {
  const stage = new Stage();
  stage.settle();
  for (const name of ['s1', 's2', 's3']) {
    const master = stage.master(name);
    assert.deepEqual([...master.replicas.keys()].sort(), ['127.0.0.1:7001', '127.0.0.1:7002']);
    const others = ['s1', 's2', 's3'].filter((other) => other !== name);
    const ids = others.map((other) => stage.sentinel(other).myId);
    assert.deepEqual([...master.sentinels.keys()].sort(), ids.sort());
  }
  const id = stage.sentinel('s2').myId;
  assert.ok(
    stage.log('s1').includes(`+sentinel sentinel ${id} 127.0.0.1 26380 @ ${MASTER} 127.0.0.1 7000`),
  );
  assert.ok(
    stage
      .log('s1')
      .includes('+slave slave 127.0.0.1:7001 127.0.0.1 7001 @ mymaster 127.0.0.1 7000'),
  );
});

test('a crashed replica is subjectively down after down-after-milliseconds, and up when it is back', () => {
  const stage = new Stage();
  stage.settle();
  const crashedAt = stage.world.now;
  stage.do({ kind: 'crash', node: 'r1' });
  stage.until('+sdown', () => stage.logged('s1', '+sdown slave 127.0.0.1:7001'), 5);
  const seconds = (stage.world.now - crashedAt) / 1e6;
  assert.ok(seconds > 1 && seconds < 3.2, `${seconds} s`);
  stage.do({ kind: 'restart', node: 'r1' });
  stage.until('-sdown', () => stage.logged('s1', '-sdown slave 127.0.0.1:7001'), 5);
  assert.equal(stage.masterPort('s1'), 7000);
  const [note] = stage.notes('sdown');
  assert.equal(note!['instance'], '127.0.0.1:7001');
  assert.equal(note!['reason'], 'no acceptable reply to PING');
});

test('a frozen master is down although its connections are open', () => {
  const stage = new Stage({ sentinels: 1, quorum: 2 });
  stage.settle(['s1']);
  stage.do({ kind: 'freeze', node: 'm' });
  stage.until('+sdown', () => stage.logged('s1', '+sdown master'), 5);
  stage.pass(60);
  // One Sentinel of a quorum of two: no more than that.
  assert.ok(!stage.logged('s1', '+odown'));
  stage.do({ kind: 'thaw', node: 'm' });
  stage.until('-sdown', () => stage.logged('s1', '-sdown master'), 20);
});

test('ODOWN needs the quorum, and ends when the others no longer agree', () => {
  const stage = new Stage({ quorum: 3 });
  stage.settle();
  stage.cut('m', 's1', 's2');
  stage.until('both see it down', () => stage.master('s1').sDown && stage.master('s2').sDown);
  stage.pass(5);
  assert.ok(!stage.logged('s1', '+odown'), 'two of three are not enough for a quorum of three');
  stage.cut('m', 's3');
  const odown = '+odown master mymaster 127.0.0.1 7000 #quorum 3/3';
  stage.until('+odown', () => ['s1', 's2', 's3'].some((name) => stage.log(name).includes(odown)));
});

test('replies of a master that is up but does not serve', () => {
  for (const [reply, isDown] of [
    ['LOADING Redis is loading the dataset in memory', false],
    ['MASTERDOWN Link with MASTER is down', false],
    ['MISCONF Redis is configured to save RDB snapshots', true],
  ] as const) {
    const stage = new Stage({ sentinels: 1, quorum: 2 });
    stage.settle(['s1']);
    stage.toy('m').pingReply = reply;
    stage.pass(5);
    assert.equal(stage.master('s1').sDown, isDown, reply);
  }
});

test('a master that says it is a replica is down after down-after and two INFO periods', () => {
  const stage = new Stage({ sentinels: 1, quorum: 2 });
  stage.settle(['s1']);
  stage.toy('m').master = { host: '127.0.0.1', port: 9 };
  stage.until('-role-change', () => stage.logged('s1', '-role-change master'), 12);
  stage.pass(21);
  assert.ok(!stage.master('s1').sDown);
  stage.until('+sdown', () => stage.master('s1').sDown, 2);
  assert.equal(stage.notes('sdown')[0]!['reason'], 'it says it is a replica');
});

test('a master that reboots and does not serve is down after master-reboot-down-after-period', () => {
  const stage = new Stage({
    sentinels: 1,
    quorum: 2,
    conf: [`sentinel master-reboot-down-after-period ${MASTER} 3000`],
  });
  stage.settle(['s1']);
  stage.do({ kind: 'crash', node: 'm' });
  stage.do({ kind: 'restart', node: 'm' });
  stage.pass(0.01);
  stage.toy('m').pingReply = 'LOADING Redis is loading the dataset in memory';
  stage.until('+reboot', () => stage.logged('s1', '+reboot master mymaster 127.0.0.1 7000'), 12);
  assert.match(stage.fields('s1', `SENTINEL MASTER ${MASTER}`)['flags']!, /master_reboot/);
  stage.until('+sdown', () => stage.master('s1').sDown, 5);
  stage.toy('m').pingReply = 'PONG';
  stage.until('-sdown', () => !stage.master('s1').sDown, 3);
});

test('a jump of the clock is TILT: monitoring goes on, acting stops for 30 s', () => {
  for (const micros of [5_000_000, -5_000_000]) {
    const stage = new Stage();
    stage.settle();
    stage.do({ kind: 'clockJump', node: 's1', micros });
    stage.until('+tilt', () => stage.log('s1').includes('+tilt #tilt mode entered'), 10);
    assert.match(
      stage.ask('s1', 'INFO sentinel'),
      /sentinel_tilt:1\r\nsentinel_tilt_since_seconds:0/,
    );
    stage.do({ kind: 'crash', node: 'm' });
    stage.pass(5);
    assert.ok(!stage.logged('s1', '+sdown'));
    assert.notEqual(stage.masterPort('s2'), 7000, 'the others go on');
    stage.until('-tilt', () => stage.log('s1').includes('-tilt #tilt mode exited'), 35);
    assert.match(
      stage.ask('s1', 'INFO sentinel'),
      /sentinel_tilt:0\r\nsentinel_tilt_since_seconds:-1/,
    );
  }
});

test('connections to a peer that vanished are dropped and opened again', () => {
  const stage = new Stage({ sentinels: 1, quorum: 2 });
  stage.settle(['s1']);
  stage.do({ kind: 'powerLoss', node: 'r1' });
  stage.until('+sdown', () => stage.logged('s1', '+sdown slave'), 5);
  stage.pass(30);
  stage.do({ kind: 'restart', node: 'r1' });
  stage.until('-sdown', () => stage.logged('s1', '-sdown slave'), 30);
});

// Asked of a real redis-sentinel 7.0.15 with such a peer: link-pending-commands 0, `disconnected`.
test('a peer that closes the Pub/Sub connection again and again goes on being pinged', () => {
  const stage = new Stage({ sentinels: 1, replicas: [], master: [['drops-subscribers']] });
  for (let second = 0; second < 150; second += 1) {
    stage.pass(1);
    const pending = Number(
      stage.fields('s1', `SENTINEL MASTER ${MASTER}`)['link-pending-commands'],
    );
    assert.ok(pending >= 0 && pending <= 5, `${pending} after ${second} s`);
  }
  assert.ok(!stage.logged('s1', '+sdown'));
});

// A real redis-sentinel 7.0.15 shows 3 as well: PING, INFO and PUBLISH had been queued.
test('what a refused connection did not answer stays pending until the next one', () => {
  const stage = new Stage({ sentinels: 1, replicas: [] });
  stage.do({ kind: 'crash', node: 'm' });
  stage.pass(10);
  const shown = stage.fields('s1', `SENTINEL MASTER ${MASTER}`);
  assert.deepEqual(
    [shown['flags'], shown['link-pending-commands']],
    ['s_down,master,disconnected', '3'],
  );
});
