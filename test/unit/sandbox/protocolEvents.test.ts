/** What happens in an event, in the words of breakpoints. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { protocolEvents, protocolEventText } from '../../../src/sandbox/protocolEvents.ts';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import type { Operation } from '../../../src/view/messages.ts';
import { bootedSandbox } from '../../support/sandboxes.ts';

const PORT = 6400;

function ask(sandbox: Sandbox, operation: Operation): void {
  sandbox.perform(operation, (outcome) => assert.ok(outcome.ok, JSON.stringify(outcome)));
}

/** What happens within some seconds: `r1 ← m: apply SET x`. */
function happenings(sandbox: Sandbox, seconds: number): string[] {
  const { world } = sandbox;
  const told: string[] = [];
  const until = world.now + seconds * 1_000_000;
  while (world.now < until && world.step()) {
    const event = world.event(world.eventCount)!;
    const notes = world.notesOf(event.seq).map(({ note }) => note);
    const where = event.peer === '' ? event.node : `${event.node} ← ${event.peer}`;
    for (const each of protocolEvents(event, notes)) {
      told.push(`${where}: ${protocolEventText(each)}`);
    }
  }
  return told;
}

function assertOrder(told: readonly string[], expected: readonly (string | RegExp)[]): void {
  let at = -1;
  for (const one of expected) {
    const next = told.findIndex(
      (text, index) => index > at && (typeof one === 'string' ? text === one : one.test(text)),
    );
    assert.ok(next > at, `${one} does not follow ${told[at]} in\n${told.join('\n')}`);
    at = next;
  }
}

function send(sandbox: Sandbox, conn: number, line: string): void {
  sandbox.inject({ kind: 'data', conn, bytes: Buffer.from(`${line}\r\n`) });
}

test('a full resynchronization, from PSYNC to the load', () => {
  const sandbox = bootedSandbox();
  ask(sandbox, { op: 'resync', node: 'r1' });
  const told = happenings(sandbox, 2);
  assertOrder(told, [
    'm ← r1: execute REPLCONF',
    'm ← r1: execute PSYNC',
    'm ← r1: psync',
    /bgsave:start$/,
    'r1 ← m: fullresync',
    'm: bgsave:done',
    /^r1.*: rdb:load$/,
  ]);
});

test('a write is executed by the master and applied by its replicas, with all its keys', () => {
  const sandbox = bootedSandbox();
  sandbox.inject({ kind: 'accept', conn: 1, node: 'm', port: PORT, peer: '127.0.0.1:50001' });
  for (const line of ['MSET a 1 b 2', 'GET a', 'LPUSH a x', 'EVAL return 1', 'ZUNION 2 c d']) {
    send(sandbox, 1, line);
  }
  const told = happenings(sandbox, 0.2);
  assertOrder(told, [
    'm ← outside: execute MSET a b',
    'm ← outside: execute GET a',
    'm ← outside: execute LPUSH a',
    'm ← outside: execute ZUNION c d',
  ]);
  assertOrder(told, [
    'outside ← m: reply status',
    'outside ← m: reply bulk',
    'outside ← m: reply WRONGTYPE',
    'outside ← m: reply ERR',
    'outside ← m: reply array',
  ]);
  assertOrder(told, ['r1 ← m: apply MSET a b']);
  assertOrder(told, ['r2 ← m: apply MSET a b']);
  assert.ok(!told.some((text) => text.includes('apply LPUSH')), 'what fails is not applied');
});

test('keys are those of the declaration, and no bytes break it', () => {
  const sandbox = bootedSandbox();
  sandbox.inject({ kind: 'accept', conn: 1, node: 'm', port: PORT, peer: '127.0.0.1:50001' });
  const lines = ['SORT', 'SORT a STORE b', 'EVAL', 'ZUNION x', 'ZUNION 99 a', 'OBJECT ENCODING a'];
  for (const line of [...lines, 'CONFIG GET maxmemory', 'XYZ a']) send(sandbox, 1, line);
  const huge = '*999999999\r\n$9\r\nSUBSCRIBE\r\n';
  sandbox.inject({ kind: 'data', conn: 1, bytes: Buffer.from(huge + '$1\r\na\r\n'.repeat(100)) });
  const told = happenings(sandbox, 0.2).filter((text) => text.startsWith('m ← outside'));
  assert.deepEqual(
    told.map((text) => text.replace('m ← outside: execute ', '')),
    ['SORT', 'SORT a b', 'EVAL', 'ZUNION', 'ZUNION a', 'OBJECT a', 'CONFIG', 'XYZ'],
    'a command that is not whole does not happen',
  );
});

test('a reset is followed by a partial resynchronization', () => {
  const sandbox = bootedSandbox();
  ask(sandbox, { op: 'reset', a: 'm', b: 'r1' });
  assertOrder(happenings(sandbox, 3), ['m ← r1: psync', 'r1 ← m: continue']);
});

test("a failover in Sentinel's own words, with hellos and votes", () => {
  const sandbox = bootedSandbox();
  ask(sandbox, { op: 'crash', node: 'm' });
  const told = happenings(sandbox, 10);
  assertOrder(told, [/: \+sdown$/, /: \+odown$/, /: \+try-failover$/, /: \+switch-master$/]);
  assert.ok(told.some((text) => /^s\d ← s\d: vote$/.test(text)));
  assert.ok(told.some((text) => /^s\d ← r\d: hello$/.test(text)));
  assert.ok(told.some((text) => /^r\d ← s\d: hello$/.test(text)));
});
