/** Replies of the commands, as a real redis-sentinel 7.0.15 gave them to the same questions. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MASTER, Stage } from './stage.ts';

const bulk = (text: string): string => `$${text.length}\r\n${text}\r\n`;

function quiet(): Stage {
  const stage = new Stage({ sentinels: 2, quorum: 2 });
  stage.settle(['s1', 's2']);
  return stage;
}

test('one line, one reply', () => {
  const stage = quiet();
  const pairs: readonly (readonly [string, string])[] = [
    ['PING', '+PONG\r\n'],
    ['PING hi', bulk('hi')],
    ['ROLE', `*2\r\n${bulk('sentinel')}*1\r\n${bulk(MASTER)}`],
    ['SENTINEL', "-ERR wrong number of arguments for 'sentinel' command\r\n"],
    ['SENTINEL foo', "-ERR unknown subcommand 'foo'. Try SENTINEL HELP.\r\n"],
    ['SENTINEL MASTER', "-ERR wrong number of arguments for 'sentinel|master' command\r\n"],
    ['SENTINEL MASTER x', '-ERR No such master with that name\r\n'],
    ['SENTINEL GET-MASTER-ADDR-BY-NAME x', '*-1\r\n'],
    [`SENTINEL GET-MASTER-ADDR-BY-NAME ${MASTER}`, `*2\r\n${bulk('127.0.0.1')}${bulk('7000')}`],
    [
      `SENTINEL CKQUORUM ${MASTER}`,
      '+OK 2 usable Sentinels. Quorum and failover authorization can be reached\r\n',
    ],
    ['SENTINEL PENDING-SCRIPTS', '*0\r\n'],
    ['SENTINEL INFO-CACHE nosuch', '*0\r\n'],
    ['SENTINEL RESET nosuch', ':0\r\n'],
    ['SENTINEL MONITOR mymaster 127.0.0.1 1 1', '-ERR Duplicate master name.\r\n'],
    ['SENTINEL MONITOR a localhost 1 1', '-ERR Invalid IP address or hostname specified\r\n'],
    ['SENTINEL MONITOR a 127.0.0.1 70000 1', '-ERR Invalid port number.\r\n'],
    ['SENTINEL MONITOR a 127.0.0.1 70 0', '-ERR Quorum must be 1 or greater.\r\n'],
    ['SENTINEL MONITOR a 127.0.0.1 70 x', '-ERR Invalid quorum\r\n'],
    [
      'SENTINEL IS-MASTER-DOWN-BY-ADDR 127.0.0.1 x 0 *',
      '-ERR value is not an integer or out of range\r\n',
    ],
    ['PUBLISH foo bar', '-ERR Only HELLO messages are accepted by Sentinel instances.\r\n'],
    ['PUBLISH __sentinel__:hello xx', ':1\r\n'],
    ['GET x', "-ERR unknown command 'GET', with args beginning with: 'x' \r\n"],
    ['QUIT', "-ERR unknown command 'QUIT', with args beginning with: \r\n"],
    ['INFO foo', '$0\r\n\r\n'],
    ['SHUTDOWN foo', '-ERR syntax error\r\n'],
    ['SHUTDOWN ABORT', '-ERR No shutdown in progress.\r\n'],
    ['SENTINEL SIMULATE-FAILURE foo', '-ERR Unknown failure simulation specified\r\n'],
    [
      'SENTINEL SIMULATE-FAILURE help',
      `*2\r\n${bulk('crash-after-election')}${bulk('crash-after-promotion')}`,
    ],
  ];
  for (const [line, reply] of pairs) assert.equal(stage.ask('s1', line), reply, line);
});

test('SENTINEL SET', () => {
  const stage = quiet();
  const set = `SENTINEL SET ${MASTER}`;
  const unknown = (option: string): string =>
    `-ERR Unknown option or number of arguments for SENTINEL SET '${option}'\r\n`;
  const invalid = (value: string, option: string): string =>
    `-ERR Invalid argument '${value}' for SENTINEL SET '${option}'\r\n`;
  const denied =
    '-ERR Reconfiguration of scripts path is denied for security reasons. Check the deny-scripts-reconfig configuration directive in your Sentinel configuration\r\n';
  const pairs: readonly (readonly [string, string])[] = [
    [`${set} foo`, "-ERR wrong number of arguments for 'sentinel|set' command\r\n"],
    [`${set} foo bar`, unknown('foo')],
    [`${set} quorum 0`, invalid('0', 'quorum')],
    [`${set} quorum abc`, invalid('abc', 'quorum')],
    [`${set} down-after-milliseconds 0`, invalid('0', 'down-after-milliseconds')],
    [`${set} parallel-syncs -1`, invalid('-1', 'parallel-syncs')],
    [`${set} rename-command PING`, unknown('rename-command')],
    [`${set} notification-script x`, denied],
    [`${set} client-reconfig-script ""`, denied],
    ['SENTINEL SET x quorum 3', '-ERR No such master with that name\r\n'],
    [`${set} quorum 5 down-after-milliseconds`, unknown('down-after-milliseconds')],
  ];
  for (const [line, reply] of pairs) assert.equal(stage.ask('s1', line), reply, line);
  assert.equal(stage.master('s1').quorum, 5, 'what stands before the error is set');
  assert.match(stage.conf('s1'), /sentinel monitor mymaster 127.0.0.1 7000 5\n/);
  assert.equal(stage.ask('s1', `${set} down-after-milliseconds 77 auth-pass pw`), '+OK\r\n');
  assert.ok([...stage.master('s1').replicas.values()].every((each) => each.downAfterMs === 77));
  assert.ok(stage.log('s1').includes('+set master mymaster 127.0.0.1 7000 quorum 5'));
  assert.ok(stage.log('s1').includes('+set master mymaster 127.0.0.1 7000 auth-pass ******'));
});

test('SENTINEL CONFIG and DEBUG', () => {
  const stage = quiet();
  const usage = '-ERR Only SENTINEL CONFIG GET <option> / SET <option> <value> are supported.\r\n';
  const pairs: readonly (readonly [string, string])[] = [
    ['SENTINEL CONFIG GET', usage],
    ['SENTINEL CONFIG FOO a b', usage],
    ['SENTINEL CONFIG SET announce-ip', usage],
    ['SENTINEL CONFIG SET foo bar', "-ERR Invalid argument 'foo' to SENTINEL CONFIG SET\r\n"],
    [
      'SENTINEL CONFIG SET resolve-hostnames x',
      "-ERR Invalid value 'x' to SENTINEL CONFIG SET 'resolve-hostnames'\r\n",
    ],
    [
      'SENTINEL CONFIG SET announce-port x',
      "-ERR Invalid value 'x' to SENTINEL CONFIG SET 'announce-port'\r\n",
    ],
    ['SENTINEL CONFIG GET foo', '*0\r\n'],
    [
      'SENTINEL CONFIG GET announce*',
      `*6\r\n${bulk('announce-hostnames')}${bulk('no')}${bulk('announce-ip')}${bulk('')}${bulk('announce-port')}${bulk('0')}`,
    ],
    [
      'SENTINEL DEBUG foo bar',
      "-ERR Unknown option or number of arguments for SENTINEL DEBUG 'foo'\r\n",
    ],
    [
      'SENTINEL DEBUG info-period',
      "-ERR Unknown option or number of arguments for SENTINEL DEBUG 'info-period'\r\n",
    ],
    [
      'SENTINEL DEBUG info-period 0',
      "-ERR Invalid argument '0' for SENTINEL DEBUG 'info-period'\r\n",
    ],
    ['SENTINEL DEBUG info-period 500 tilt-period 9', '+OK\r\n'],
  ];
  for (const [line, reply] of pairs) assert.equal(stage.ask('s1', line), reply, line);
  const periods = stage.fields('s1', 'SENTINEL DEBUG');
  assert.equal(Object.keys(periods).length, 13);
  assert.equal(periods['INFO-PERIOD'], '500');
  assert.equal(periods['TILT-PERIOD'], '9');
  assert.equal(periods['ELECTION-TIMEOUT'], '10000');
});

const COMMON = [
  'name ip port runid flags link-pending-commands link-refcount last-ping-sent',
  'last-ok-ping-reply last-ping-reply down-after-milliseconds',
].join(' ');

test('the fields of instances, in order', () => {
  const stage = quiet();
  const names = (line: string): string => Object.keys(stage.fields('s1', line)).join(' ');
  const role = 'info-refresh role-reported role-reported-time';
  assert.equal(
    names(`SENTINEL MASTER ${MASTER}`),
    `${COMMON} ${role} config-epoch num-slaves num-other-sentinels quorum failover-timeout parallel-syncs`,
  );
  assert.equal(names('SENTINEL MASTERS'), names(`SENTINEL MASTER ${MASTER}`));
  assert.equal(
    names(`SENTINEL SENTINELS ${MASTER}`),
    `${COMMON} last-hello-message voted-leader voted-leader-epoch`,
  );
  const one = new Stage({ sentinels: 1, replicas: [[]] });
  one.settle(['s1']);
  assert.equal(
    Object.keys(one.fields('s1', `SENTINEL REPLICAS ${MASTER}`)).join(' '),
    `${COMMON} ${role} master-link-down-time master-link-status master-host master-port slave-priority slave-repl-offset replica-announced`,
  );
  const master = stage.fields('s1', `SENTINEL MASTER ${MASTER}`);
  assert.equal(master['flags'], 'master');
  assert.equal(master['num-other-sentinels'], '1');
  assert.equal(master['num-slaves'], '2');
  // By position, as Redis's own tests read it.
  assert.equal(stage.ask('s1', `SENTINEL MASTER ${MASTER}`).split('\r\n')[68], '1');
});

test('in RESP3 instances are maps', () => {
  const stage = quiet();
  const conn = stage.dial('s1');
  stage.tell(conn, 'HELLO 3');
  stage.pass(0.01);
  assert.match(stage.ears.raw.get(conn)!, /^%6\r\n\$6\r\nserver.*\$4\r\nmode\r\n\$8\r\nsentinel/s);
  stage.ears.raw.delete(conn);
  for (const [line, start] of [
    ['SENTINEL MASTERS', '*1\r\n%20\r\n'],
    [`SENTINEL MASTER ${MASTER}`, '%20\r\n'],
    [`SENTINEL REPLICAS ${MASTER}`, '*2\r\n%21\r\n'],
    [`SENTINEL SENTINELS ${MASTER}`, '*1\r\n%14\r\n'],
    ['SENTINEL DEBUG', '%13\r\n'],
    ['SENTINEL CONFIG GET *', '%6\r\n'],
    ['SENTINEL GET-MASTER-ADDR-BY-NAME x', '_\r\n'],
  ] as const) {
    stage.tell(conn, line);
    stage.pass(0.01);
    assert.ok(stage.ears.raw.get(conn)!.startsWith(start), line);
    stage.ears.raw.delete(conn);
  }
});

test('INFO has five sections', () => {
  const stage = quiet();
  for (const line of ['INFO', 'INFO all', 'INFO default', 'INFO everything']) {
    const titles = [...stage.ask('s1', line).matchAll(/# (\w+)/g)].map((match) => match[1]);
    assert.deepEqual(titles, ['Server', 'Clients', 'Stats', 'CPU', 'Sentinel']);
  }
  const text = stage.ask('s1', 'INFO SENTINEL CPU');
  assert.match(text, /^\$\d+\r\n# CPU\r\nused_cpu_sys:/);
  assert.match(
    text,
    /# Sentinel\r\nsentinel_masters:1\r\nsentinel_tilt:0\r\nsentinel_tilt_since_seconds:-1\r\nsentinel_running_scripts:0\r\nsentinel_scripts_queue_length:0\r\nsentinel_simulate_failure_flags:0\r\nmaster0:name=mymaster,status=ok,address=127.0.0.1:7000,slaves=2,sentinels=2\r\n/,
  );
});

test('MONITOR, RESET, REMOVE', () => {
  const stage = quiet();
  stage.addToy('x', 7999, []);
  assert.equal(stage.ask('s1', 'SENTINEL MONITOR second 127.0.0.1 7999 1'), '+OK\r\n');
  assert.ok(stage.log('s1').includes('+monitor master second 127.0.0.1 7999 quorum 1'));
  assert.equal(stage.ask('s2', 'SENTINEL MONITOR second 127.0.0.1 7999 1'), '+OK\r\n');
  const second = () => stage.sentinel('s1').masters.get('second')!;
  stage.until('s2 is found there, too', () => second().sentinels.size === 1);
  // One Sentinel known under two masters is asked on one link.
  assert.equal(stage.fields('s1', 'SENTINEL SENTINELS second')['link-refcount'], '2');
  const before = stage.sentinel('s1').connections.size;
  assert.equal(stage.ask('s1', 'SENTINEL REMOVE second'), '+OK\r\n');
  assert.ok(stage.log('s1').includes('-monitor master second 127.0.0.1 7999'));
  assert.equal(stage.sentinel('s1').connections.size, before - 2);
  assert.equal(stage.fields('s1', `SENTINEL SENTINELS ${MASTER}`)['link-refcount'], '1');
  assert.equal(stage.ask('s1', 'SENTINEL RESET my*'), ':1\r\n');
  assert.ok(stage.log('s1').includes('+reset-master master mymaster 127.0.0.1 7000'));
  assert.equal(stage.master('s1').replicas.size, 0);
  stage.until('all is found again', () => {
    const master = stage.master('s1');
    return master.replicas.size === 2 && master.sentinels.size === 1;
  });
});

test('CKQUORUM says what is missing', () => {
  const stage = new Stage();
  stage.settle();
  stage.do({ kind: 'crash', node: 's2' });
  stage.do({ kind: 'crash', node: 's3' });
  stage.until('they are down', () =>
    [...stage.master('s1').sentinels.values()].every((other) => other.sDown),
  );
  assert.equal(
    stage.ask('s1', `SENTINEL CKQUORUM ${MASTER}`),
    '-NOQUORUM 1 usable Sentinels. Not enough available Sentinels to reach the specified quorum for this master. Not enough available Sentinels to reach the majority and authorize a failover\r\n',
  );
});

test('events are messages on channels of their names', () => {
  const stage = quiet();
  const conn = stage.dial('s1');
  stage.tell(conn, 'SUBSCRIBE +sdown');
  const all = stage.dial('s1');
  stage.tell(all, 'PSUBSCRIBE *');
  stage.pass(0.01);
  stage.tell(conn, 'INFO');
  stage.do({ kind: 'crash', node: 'r1' });
  stage.until('+sdown', () => stage.ears.raw.get(conn)!.includes('message'), 5);
  const text = 'slave 127.0.0.1:7001 127.0.0.1 7001 @ mymaster 127.0.0.1 7000';
  assert.equal(
    stage.ears.raw.get(conn),
    `*3\r\n${bulk('subscribe')}${bulk('+sdown')}:1\r\n-ERR Can't execute 'info': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context\r\n*3\r\n${bulk('message')}${bulk('+sdown')}${bulk(text)}`,
  );
  assert.ok(
    stage.ears.raw
      .get(all)!
      .endsWith(`${bulk('pmessage')}${bulk('*')}${bulk('+sdown')}${bulk(text)}`),
  );
});

test('requirepass', () => {
  const stage = new Stage({ conf: ['requirepass pw'], sentinels: 2 });
  // They authenticate to each other with the one password.
  stage.settle(['s1', 's2']);
  assert.equal(stage.ask('s1', 'PING'), '-NOAUTH Authentication required.\r\n');
  assert.equal(stage.ask('s1', 'SENTINEL MASTERS'), '-NOAUTH Authentication required.\r\n');
  const conn = stage.dial('s1');
  stage.tell(conn, 'AUTH pw');
  stage.tell(conn, 'PING');
  stage.pass(0.01);
  assert.equal(stage.ears.raw.get(conn), '+OK\r\n+PONG\r\n');
  stage.pass(10);
  assert.ok([...stage.master('s1').sentinels.values()].every((other) => !other.sDown));
});

test('the command table has what 7.0 leaves a Sentinel', () => {
  const stage = quiet();
  const names = [...stage.sentinel('s1').commands.entries()].map((entry) => entry.name);
  assert.deepEqual(
    names.sort(),
    'auth client command hello info ping psubscribe publish punsubscribe role sentinel shutdown subscribe unsubscribe'.split(
      ' ',
    ),
  );
});
