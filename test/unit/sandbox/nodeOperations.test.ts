/** Adding, removing and commanding the nodes of a running sandbox. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Sandbox } from '../../../src/sandbox/sandbox.ts';
import type { Operation, Outcome } from '../../../src/view/messages.ts';

function started(): Sandbox {
  const topology = { replicas: 1, sentinels: 1, port: 6400, sentinelPort: 26_400 };
  const sandbox = new Sandbox({ topology, seed: 3, startAt: 1.7e15, record: false });
  sandbox.boot();
  return sandbox;
}

/** Performs and runs the world until there is an answer. */
function ask(sandbox: Sandbox, operation: Operation): Outcome {
  let answer: Outcome | undefined;
  sandbox.perform(operation, (outcome) => {
    answer = outcome;
  });
  for (let i = 0; i < 100 && answer === undefined; i += 1)
    sandbox.advance(sandbox.world.now + 10_000);
  assert.ok(answer !== undefined);
  return answer;
}

function textOf(outcome: Outcome): string {
  return outcome.ok ? outcome.text : outcome.error;
}

function run(sandbox: Sandbox, seconds: number): void {
  sandbox.advance(sandbox.world.now + seconds * 1_000_000);
}

test('a new replica synchronizes, a new Sentinel is discovered, a new server stands alone', () => {
  const sandbox = started();
  assert.equal(textOf(ask(sandbox, { op: 'addReplica', of: 'r1' })), 'r2 127.0.0.1:6402');
  assert.equal(textOf(ask(sandbox, { op: 'addSentinel' })), 's2 127.0.0.1:26401 quorum 2');
  assert.equal(textOf(ask(sandbox, { op: 'addServer', port: 6500 })), 'n1 127.0.0.1:6500');
  run(sandbox, 15);
  const { nodes, sentinels } = sandbox.snapshot();
  const r2 = nodes.find((node) => node.name === 'r2')!;
  assert.deepEqual([r2.master?.node, r2.master?.status], ['r1', 'up']);
  assert.equal(nodes.find((node) => node.name === 'n1')!.role, 'master');
  assert.deepEqual(
    sentinels.map((sentinel) => sentinel.sentinels.map(({ node }) => node)),
    [['s2'], ['s1']],
  );
});

test("a new Sentinel's quorum is a majority of the Sentinels there are, and it says so", () => {
  const topology = { replicas: 0, sentinels: 0, port: 6400, sentinelPort: 26_400 };
  const sandbox = new Sandbox({ topology, seed: 3, startAt: 1.7e15, record: false });
  sandbox.boot();
  const add = (): string => {
    run(sandbox, 1);
    return textOf(ask(sandbox, { op: 'addSentinel' }));
  };
  assert.deepEqual(
    [add(), add(), add()],
    ['s1 127.0.0.1:26400 quorum 1', 's2 127.0.0.1:26401 quorum 2', 's3 127.0.0.1:26402 quorum 2'],
  );
  run(sandbox, 1);
  assert.deepEqual(
    sandbox.snapshot().sentinels.map(({ quorum }) => quorum),
    [1, 2, 2],
  );
  const said = sandbox.takeFeed().map(({ text }) => text);
  assert.ok(
    said.includes(
      'add sentinel s3 (127.0.0.1:26402), quorum 2; s1 has quorum 1: SENTINEL SET mymaster quorum 2 changes it',
    ),
    said.join('\n'),
  );
  ask(sandbox, { op: 'command', node: 's1', line: 'SENTINEL SET mymaster quorum 2' });
  ask(sandbox, { op: 'remove', node: 's3' });
  assert.equal(add(), 's3 127.0.0.1:26402 quorum 2');
});

test('a new Sentinel begins with the master the others have', () => {
  const sandbox = started();
  ask(sandbox, { op: 'failover', name: 'mymaster' });
  run(sandbox, 10);
  ask(sandbox, { op: 'addSentinel' });
  run(sandbox, 5);
  assert.deepEqual(
    sandbox.snapshot().sentinels.map(({ master }) => master?.node),
    ['r1', 'r1'],
  );
});

test('a node that is removed is gone, and its name begins anew', () => {
  const sandbox = started();
  assert.equal(textOf(ask(sandbox, { op: 'remove', node: 'r1' })), 'OK');
  run(sandbox, 3);
  assert.deepEqual(
    sandbox.snapshot().nodes.map(({ name }) => name),
    ['m'],
  );
  sandbox.takeFeed();
  assert.equal(textOf(ask(sandbox, { op: 'addReplica', of: 'm' })), 'r1 127.0.0.1:6401');
  run(sandbox, 3);
  const log = sandbox.takeFeed().filter(({ node, source }) => node === 'r1' && source === 'log');
  assert.match(log[0]!.text, /Redis is starting/);
  assert.match(log[0]!.writer!, /^\d+:C$/);
});

test('what makes no sense is refused and says what does', () => {
  const sandbox = started();
  const refused = (operation: Operation): string => {
    const outcome = ask(sandbox, operation);
    assert.equal(outcome.ok, false);
    return textOf(outcome);
  };
  assert.equal(refused({ op: 'addServer', port: 6401 }), 'ERR r1 has port 6401');
  assert.match(refused({ op: 'addServer', port: 70_000 }), /a port is a number from 1 to 65535/);
  assert.match(refused({ op: 'addReplica', of: 's1' }), /s1 is a Sentinel; the servers are: m r1/);
  assert.match(refused({ op: 'backlog', node: 'm', bytes: 0 }), /a backlog has from 1/);
  assert.match(refused({ op: 'command', node: 'm', line: 'SET x "' }), /unbalanced quotes/);
  assert.match(refused({ op: 'command', node: 'm', line: '  ' }), /the command is empty/);
  ask(sandbox, { op: 'remove', node: 'r1' });
  assert.match(refused({ op: 'remove', node: 'm' }), /m is the last server/);
});

test('a command is answered as redis-cli would print it', () => {
  const sandbox = started();
  const say = (line: string, node = 'm'): string =>
    textOf(ask(sandbox, { op: 'command', node, line }));
  assert.equal(say('SET greeting "hello world"'), 'OK');
  assert.equal(say('GET greeting'), '"hello world"');
  assert.equal(say('SET umlaut ü'), 'OK');
  assert.equal(say('GET umlaut'), '"\\xc3\\xbc"');
  assert.equal(say('GET nothing'), '(nil)');
  assert.equal(say('STRLEN greeting'), '(integer) 11');
  assert.equal(say('BLAH'), "(error) ERR unknown command 'BLAH', with args beginning with: ");
  assert.equal(say('MGET greeting nothing'), '1) "hello world"\n2) (nil)');
  assert.match(say('INFO replication'), /^# Replication\nrole:master\n/);
  assert.match(
    say('SENTINEL GET-MASTER-ADDR-BY-NAME mymaster', 's1'),
    /^1\) "127.0.0.1"\n2\) "6400"$/,
  );
});

test('the load listens to Sentinels that come, and asks none that has gone', () => {
  const topology = { replicas: 2, sentinels: 0, port: 6400, sentinelPort: 26_400 };
  const sandbox = new Sandbox({ topology, seed: 3, startAt: 1.7e15, record: false });
  sandbox.boot();
  const stateOfLoad = (): string => {
    const { phase, master } = sandbox.snapshot().load!;
    return `${phase} ${master}`;
  };
  ask(sandbox, { op: 'load', rate: 100, bytes: 32 });
  run(sandbox, 1);
  assert.equal(stateOfLoad(), 'writing m');
  for (let i = 0; i < 3; i += 1) ask(sandbox, { op: 'addSentinel' });
  run(sandbox, 5);
  ask(sandbox, { op: 'crash', node: 'm' });
  run(sandbox, 60);
  const after = stateOfLoad();
  assert.match(after, /^writing r[12]$/);

  ask(sandbox, { op: 'loadStop' });
  for (const node of ['s1', 's2', 's3']) ask(sandbox, { op: 'remove', node });
  ask(sandbox, { op: 'addSentinel' });
  run(sandbox, 5);
  ask(sandbox, { op: 'load', rate: 10, bytes: 32 });
  run(sandbox, 1);
  assert.equal(stateOfLoad(), after);
});

test('the backlog size is that of CONFIG SET', () => {
  const sandbox = started();
  assert.equal(textOf(ask(sandbox, { op: 'backlog', node: 'm', bytes: 20_000 })), 'OK');
  assert.equal(sandbox.snapshot().nodes[0]!.backlog.size, 20_000);
});

test('a step to the next visible event passes over ticks and small talk', () => {
  const sandbox = started();
  ask(sandbox, { op: 'load', rate: 1, bytes: 3 });
  ask(sandbox, { op: 'pause' });
  for (let i = 0; i < 5; i += 1) {
    const outcome = ask(sandbox, { op: 'stepVisible' });
    const last = outcome.ok ? outcome.lines!.at(-1)! : '';
    assert.doesNotMatch(last, / tick$|PING|PONG|REPLCONF ACK|__sentinel__:hello/);
  }
});

test('a password keeps strangers out, not the operator', () => {
  const sandbox = started();
  const command = (line: string) => textOf(ask(sandbox, { op: 'command', node: 'm', line }));
  assert.equal(command('CONFIG SET requirepass s3cret'), 'OK');
  assert.equal(command('SET a 1'), 'OK');
  assert.equal(command('CONFIG SET requirepass other'), 'OK');
  assert.equal(command('GET a'), '"1"');
  assert.equal(textOf(ask(sandbox, { op: 'bgsave', node: 'm' })), 'Background saving started');
});
