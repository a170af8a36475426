/** The words of SANDBOX and the messages of a page, both translated into operations. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSandboxCommand, sandboxHelp } from '../../../src/gateway/controlCommands.ts';
import type { Operation } from '../../../src/view/messages.ts';
import { parseRequest } from '../../../src/view/parseRequest.ts';

function parsed(line: string): Operation | string {
  const result = parseSandboxCommand(line === '' ? [] : line.split(' '));
  return 'error' in result ? result.error : result.operation;
}

test('every form of SANDBOX becomes its operation', () => {
  const forms: Readonly<Record<string, Operation>> = {
    STATE: { op: 'state' },
    'state json': { op: 'state' },
    PAUSE: { op: 'pause' },
    RESUME: { op: 'resume' },
    STEP: { op: 'step', count: 1 },
    'STEP 20': { op: 'step', count: 20 },
    'STEP VISIBLE': { op: 'stepVisible' },
    'ADD SERVER': { op: 'addServer' },
    'ADD SERVER 6500': { op: 'addServer', port: 6500 },
    'add replica m': { op: 'addReplica', of: 'm' },
    'ADD REPLICA m 6500': { op: 'addReplica', of: 'm', port: 6500 },
    'ADD SENTINEL 26500': { op: 'addSentinel', port: 26_500 },
    'REMOVE r1': { op: 'remove', node: 'r1' },
    'BACKLOG m 20000': { op: 'backlog', node: 'm', bytes: 20_000 },
    'BACKLOG m 1mb': { op: 'backlog', node: 'm', bytes: 1_048_576 },
    'BACKLOG m 1M': { op: 'backlog', node: 'm', bytes: 1_000_000 },
    'RUN m SET x "y': { op: 'command', node: 'm', line: 'SET x "\\"y"' },
    'LOG m': { op: 'log', node: 'm', count: 20 },
    'log r1 3': { op: 'log', node: 'r1', count: 3 },
    'CRASH m': { op: 'crash', node: 'm' },
    'POWERLOSS m': { op: 'powerloss', node: 'm' },
    'FREEZE r1': { op: 'freeze', node: 'r1' },
    'THAW r1': { op: 'thaw', node: 'r1' },
    'RESTART s1': { op: 'restart', node: 's1' },
    'CUT m r1': { op: 'cut', a: 'm', b: 'r1', oneway: false },
    'cut m r1 oneway': { op: 'cut', a: 'm', b: 'r1', oneway: true },
    'RESET m r1': { op: 'reset', a: 'm', b: 'r1' },
    HEAL: { op: 'heal' },
    'HEAL m': { op: 'heal', a: 'm' },
    'HEAL m r1': { op: 'heal', a: 'm', b: 'r1' },
    'LATENCY m r1 5': { op: 'latency', a: 'm', b: 'r1', ms: 5, jitterMs: 0 },
    'LATENCY m r1 0.5 2': { op: 'latency', a: 'm', b: 'r1', ms: 0.5, jitterMs: 2 },
    'BGSAVE m': { op: 'bgsave', node: 'm' },
    'RESYNC r1': { op: 'resync', node: 'r1' },
    'REPLICAOF r2 r1': { op: 'replicaof', node: 'r2', to: { node: 'r1' } },
    'REPLICAOF r2 127.0.0.1 6399': {
      op: 'replicaof',
      node: 'r2',
      to: { host: '127.0.0.1', port: 6399 },
    },
    'REPLICAOF r2 no one': { op: 'replicaof', node: 'r2', to: null },
    'FAILOVER mymaster': { op: 'failover', name: 'mymaster' },
    'LOAD 100': { op: 'load', rate: 100, bytes: 64 },
    'LOAD 100 1000': { op: 'load', rate: 100, bytes: 1000 },
    'LOAD STOP': { op: 'loadStop' },
  };
  for (const [line, operation] of Object.entries(forms)) {
    assert.deepEqual(parsed(line), operation, line);
    assert.deepEqual(parseRequest({ id: 1, operation }), { id: 1, operation }, line);
  }
});

test('what makes no sense gets the usage, and an unknown word HELP', () => {
  assert.equal(parsed('CUT m'), 'ERR usage: SANDBOX CUT a b [ONEWAY]');
  assert.equal(parsed('CUT m r1 both'), 'ERR usage: SANDBOX CUT a b [ONEWAY]');
  assert.equal(parsed('HEAL m r1 r2'), 'ERR usage: SANDBOX HEAL [a [b]]');
  assert.equal(
    parsed('STEP -1'),
    'ERR usage: SANDBOX STEP [n] | STEP VISIBLE | STEP MILESTONE | STEP ON pattern',
  );
  assert.equal(parsed('LOAD'), 'ERR usage: SANDBOX LOAD rate [bytes] | LOAD STOP');
  assert.equal(parsed('LATENCY m r1'), 'ERR usage: SANDBOX LATENCY a b ms [jitter]');
  assert.equal(
    parsed('ADD'),
    'ERR usage: SANDBOX ADD SERVER [port] | ADD REPLICA master [port] | ADD SENTINEL [port]',
  );
  assert.equal(parsed('LOAD fast'), 'ERR usage: SANDBOX LOAD rate [bytes] | LOAD STOP');
  assert.equal(parsed('LOAD STOP now'), 'ERR usage: SANDBOX LOAD rate [bytes] | LOAD STOP');
  for (const line of ['', 'EXPLODE', 'constructor', '__proto__']) {
    assert.equal(parsed(line), `ERR unknown subcommand '${line}'. Try SANDBOX HELP.`);
  }
  assert.ok(sandboxHelp().includes('REPLICAOF node (node | host port | NO ONE)'));
});

test('a message without an id is no request; any other is answered with what is wrong', () => {
  for (const data of [null, 7, [], {}, { id: '1', operation: { op: 'state' } }, { id: 0.5 }]) {
    assert.equal(parseRequest(data), undefined, JSON.stringify(data));
  }
  const bad: unknown[] = [
    undefined,
    null,
    { op: 'nothing' },
    { op: 'toString' },
    { op: 'crash' },
    { op: 'crash', node: 5 },
    { op: 'crash', node: 'm', more: true },
    { op: 'replicaof', node: 'm', to: { host: 'x' } },
    { op: 'replicaof', node: 'm', to: [] },
  ];
  for (const operation of bad) {
    const request = parseRequest({ id: 1, operation });
    assert.match(request !== undefined && 'error' in request ? request.error : '', /^ERR /);
  }
});
