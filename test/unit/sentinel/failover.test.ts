/** Election, selection, promotion and what comes after. Event texts as a real redis-sentinel logged them. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Candidate } from '../../../src/engine/machine/notes.ts';
import { compareReplicas } from '../../../src/engine/sentinel/acting/selection.ts';
import { Instance } from '../../../src/engine/sentinel/model/instance.ts';
import { defaultPeriods } from '../../../src/engine/sentinel/model/periods.ts';
import { MASTER, Stage, type StageOptions } from './stage.ts';

const ALL = ['s1', 's2', 's3'];

/** A stage whose master has crashed and been replaced. */
function failedOver(options: StageOptions = {}): { stage: Stage; port: number; leader: string } {
  const stage = new Stage(options);
  stage.settle();
  stage.do({ kind: 'crash', node: 'm' });
  stage.until('switch', () => ALL.every((name) => stage.masterPort(name) !== 7000));
  const leader = ALL.find((name) => stage.logged(name, '+elected-leader'))!;
  return { stage, port: stage.masterPort('s1'), leader };
}

test('the leader goes through all states', () => {
  // r2 has the greater offset, so it is the one.
  const { stage, leader } = failedOver({ replicas: [[['offset', '10']], [['offset', '20']]] });
  const id = stage.sentinel(leader).myId;
  const r1 = 'slave 127.0.0.1:7001 127.0.0.1 7001 @ mymaster 127.0.0.1';
  const r2 = 'slave 127.0.0.1:7002 127.0.0.1 7002 @ mymaster 127.0.0.1 7000';
  const old = 'slave 127.0.0.1:7000 127.0.0.1 7000 @ mymaster 127.0.0.1 7002';
  const master = 'master mymaster 127.0.0.1 7000';
  const log = stage
    .log(leader)
    .filter((line) => !/^Sentinel new|voted for|^.role-change|^.odown|^.sdown/.test(line));
  const events = log.slice(log.indexOf('+new-epoch 1'));
  assert.deepEqual(events, [
    '+new-epoch 1',
    `+try-failover ${master}`,
    `+vote-for-leader ${id} 1`,
    `+elected-leader ${master}`,
    `+failover-state-select-slave ${master}`,
    `+selected-slave ${r2}`,
    `+failover-state-send-slaveof-noone ${r2}`,
    `+failover-state-wait-promotion ${r2}`,
    `+promoted-slave ${r2}`,
    `+failover-state-reconf-slaves ${master}`,
    `+slave-reconf-sent ${r1} 7000`,
    `+slave-reconf-inprog ${r1} 7000`,
    `+slave-reconf-done ${r1} 7000`,
    `+failover-end ${master}`,
    '+switch-master mymaster 127.0.0.1 7000 127.0.0.1 7002',
    `+slave ${r1} 7002`,
    `+slave ${old}`,
  ]);
  for (const name of ALL.filter((each) => each !== leader)) {
    assert.ok(stage.log(name).includes(`+vote-for-leader ${id} 1`));
    assert.ok(stage.logged(name, `+config-update-from sentinel ${id}`));
    assert.ok(stage.logged(name, '+switch-master mymaster 127.0.0.1 7000 127.0.0.1 7002'));
    assert.ok(
      stage.logged(name, 'Next failover delay: I will not start a failover before Tue Nov 14'),
    );
  }
  assert.deepEqual(stage.toy('r2').orders, ['SLAVEOF NO ONE']);
  assert.deepEqual(stage.toy('r1').orders, ['SLAVEOF 127.0.0.1 7002']);
  const [elected] = stage.notes('elected');
  assert.equal(elected!['votes'], 3);
  assert.equal(elected!['majority'], 2);
  const [selected] = stage.notes('selected');
  assert.equal(selected!['replica'], '127.0.0.1:7002');
  const candidates = selected!['candidates'] as Candidate[];
  assert.equal(candidates[0]!.offset, 20);
  assert.deepEqual(
    candidates.map(({ name, excluded }) => [name, excluded]),
    [
      ['127.0.0.1:7002', ''],
      ['127.0.0.1:7001', ''],
    ],
  );
});

test('the old master comes back as a replica', () => {
  const { stage, port } = failedOver();
  stage.until('+sdown', () =>
    ALL.every((name) => stage.logged(name, '+sdown slave 127.0.0.1:7000')),
  );
  stage.do({ kind: 'restart', node: 'm' });
  stage.until('it is a replica', () => stage.toy('m').master?.port === port, 40);
  assert.ok(ALL.some((name) => stage.logged(name, '+convert-to-slave slave 127.0.0.1:7000')));
  stage.pass(15);
  assert.ok(ALL.every((name) => stage.masterPort(name) === port));
});

test('a replica of another master is put right after the failover timeout', () => {
  const stage = new Stage();
  stage.settle();
  stage.addToy('x', 7999, []);
  stage.toy('r1').master = { host: '127.0.0.1', port: 7999 };
  stage.until('+fix-slave-config', () =>
    ALL.some((name) => stage.logged(name, '+fix-slave-config slave 127.0.0.1:7001')),
  );
  stage.until('it is right', () => stage.toy('r1').master?.port === 7000);
});

test('no majority, no failover', () => {
  const stage = new Stage({ quorum: 1 });
  stage.settle();
  stage.cut('s1', 's2', 's3', 'm');
  stage.until('aborted', () => stage.logged('s1', '-failover-abort-not-elected'), 30);
  assert.equal(stage.masterPort('s1'), 7000);
  const [note] = stage.notes('not-elected');
  assert.deepEqual(
    [note!['votes'], note!['majority'], note!['quorum'], note!['voters']],
    [1, 2, 1, 3],
  );
  assert.deepEqual(stage.toy('r1').orders, []);
});

test('a majority of Sentinels on the other side of a split goes on', () => {
  const stage = new Stage();
  stage.settle();
  // m and s1 on one side, everybody else on the other.
  stage.cut('m', 'r1', 'r2', 's2', 's3');
  stage.cut('s1', 'r1', 'r2', 's2', 's3');
  stage.until('switch', () => stage.masterPort('s2') !== 7000 && stage.masterPort('s3') !== 7000);
  stage.pass(10);
  assert.equal(stage.masterPort('s1'), 7000, 's1 has not heard of it');
  stage.do({ kind: 'heal' });
  const port = stage.masterPort('s2');
  stage.until('s1 takes it over', () => stage.masterPort('s1') === port);
  stage.until('m is a replica', () => stage.toy('m').master?.port === port);
});

test('nobody good, no failover', () => {
  const stage = new Stage({ replicas: [[['priority', '0']], [['priority', '0']]] });
  stage.settle();
  stage.do({ kind: 'crash', node: 'm' });
  stage.until('aborted', () =>
    ALL.some((name) => stage.logged(name, '-failover-abort-no-good-slave')),
  );
  const [note] = stage.notes('not-selected');
  assert.deepEqual(
    (note!['candidates'] as Candidate[]).map(({ name, excluded }) => [name, excluded]),
    [
      ['127.0.0.1:7001', 'priority 0'],
      ['127.0.0.1:7002', 'priority 0'],
    ],
  );
});

test('the promoted replica dies: the failover is given up, and tried again with the other', () => {
  const stage = new Stage({ replicas: [[['priority', '1']], []] });
  stage.settle();
  stage.do({ kind: 'crash', node: 'm' });
  stage.until('selected', () => ALL.some((name) => stage.logged(name, '+selected-slave')));
  stage.do({ kind: 'crash', node: 'r1' });
  stage.until('given up', () =>
    ALL.some((name) => stage.logged(name, '-failover-abort-slave-timeout')),
  );
  stage.until('switch', () => ALL.every((name) => stage.masterPort(name) === 7002), 90);
});

test('SENTINEL FAILOVER asks nobody and needs no down master', () => {
  const stage = new Stage();
  stage.settle();
  assert.equal(stage.ask('s1', `SENTINEL FAILOVER ${MASTER}`), '+OK\r\n');
  assert.ok(stage.log('s1').includes("Executing user requested FAILOVER of 'mymaster'"));
  assert.equal(
    stage.ask('s1', `SENTINEL FAILOVER ${MASTER}`),
    '-INPROG Failover already in progress\r\n',
  );
  const fields = stage.fields('s1', `SENTINEL MASTER ${MASTER}`);
  assert.match(fields['flags']!, /^master,failover_in_progress,force_failover$/);
  assert.ok(fields['failover-state'] !== undefined);
  stage.until('switch', () => ALL.every((name) => stage.masterPort(name) !== 7000));
  const port = stage.masterPort('s1');
  // The old master was told at once, as one of the replicas to be reconfigured afterwards.
  stage.until('m is a replica', () => stage.toy('m').master?.port === port);
  assert.equal(
    stage.ask('s1', 'SENTINEL FAILOVER nosuch'),
    '-ERR No such master with that name\r\n',
  );
});

test('a Sentinel that was down during the failover takes the new configuration over', () => {
  const stage = new Stage();
  stage.settle();
  stage.do({ kind: 'crash', node: 's3' });
  stage.do({ kind: 'crash', node: 'm' });
  stage.until('switch', () => stage.masterPort('s1') !== 7000 && stage.masterPort('s2') !== 7000);
  stage.do({ kind: 'restart', node: 's3' });
  stage.pass(0.01);
  assert.equal(stage.masterPort('s3'), 7000, 'as its file says');
  stage.until('it learns', () => stage.masterPort('s3') === stage.masterPort('s1'), 10);
  assert.equal(stage.master('s3').configEpoch, stage.master('s1').configEpoch);
  assert.match(
    stage.conf('s3'),
    new RegExp(`sentinel monitor ${MASTER} 127.0.0.1 ${stage.masterPort('s1')} 2`),
  );
});

test('parallel-syncs: so many replicas at a time', () => {
  for (const parallel of [1, 3]) {
    const stage = new Stage({
      replicas: [[], [], [], []],
      conf: [`sentinel parallel-syncs ${MASTER} ${parallel}`],
    });
    stage.settle();
    stage.do({ kind: 'crash', node: 'm' });
    let most = 0;
    stage.until('switch', () => {
      for (const name of ALL) {
        const replicas = [...stage.master(name).replicas.values()];
        most = Math.max(most, replicas.filter((r) => r.reconfSent || r.reconfInProgress).length);
      }
      return ALL.every((name) => stage.masterPort(name) !== 7000);
    });
    assert.equal(most, parallel);
  }
});

test('order of replicas: priority, offset, run ID', () => {
  const replica = (priority: number, offset: number, runid?: string): Instance => {
    const address = { hostname: '127.0.0.1', ip: '127.0.0.1', port: 1 };
    const made = new Instance('slave', 'r', address, 1, undefined, defaultPeriods(), 0);
    made.replicaPriority = priority;
    made.replicaOffset = offset;
    made.runid = runid;
    return made;
  };
  const better: readonly (readonly [Instance, Instance])[] = [
    [replica(1, 0, 'b'), replica(2, 100, 'a')],
    [replica(1, 100, 'b'), replica(1, 99, 'a')],
    [replica(1, 1, 'a'), replica(1, 1, 'b')],
    [replica(1, 1, 'A'), replica(1, 1, 'b')],
    [replica(1, 1, 'f'), replica(1, 1)],
  ];
  for (const [a, b] of better) {
    assert.ok(compareReplicas(a, b) < 0);
    assert.ok(compareReplicas(b, a) > 0);
  }
  assert.equal(compareReplicas(replica(1, 1), replica(1, 1)), 0);
});

test('simulated failure: a Sentinel that dies as the leader', () => {
  for (const [word, event] of [
    ['crash-after-election', '+elected-leader'],
    ['crash-after-promotion', '+promoted-slave'],
  ] as const) {
    const stage = new Stage({ conf: ['sentinel deny-scripts-reconfig yes'] });
    stage.settle();
    for (const name of ALL)
      assert.equal(stage.ask(name, `SENTINEL SIMULATE-FAILURE ${word}`), '+OK\r\n');
    stage.do({ kind: 'crash', node: 'm' });
    stage.until('crash', () => stage.world.nodes().some((node) => node.exitCode === 99));
    const dead = stage.world.nodes().find((node) => node.exitCode === 99)!.name;
    assert.equal(stage.log(dead).filter((line) => line.startsWith(event)).length, 1);
    assert.ok(stage.logged(dead, 'Sentinel CRASH because of SENTINEL simulate-failure'));
  }
});
