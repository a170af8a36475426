/** What a page, an editor or a Redis client may ask for, and what it hears otherwise. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusalOf } from '../../../src/view/verbs/check.ts';

test('every limit is told with the value that broke it', () => {
  const refusals: readonly (readonly [object, string])[] = [
    [{ op: 'addServer', port: -1 }, 'ERR a port is a number from 1 to 65535, not -1'],
    [{ op: 'addServer', port: 1.5 }, 'ERR a port is a number from 1 to 65535, not 1.5'],
    [{ op: 'addServer', port: 99_999 }, 'ERR a port is a number from 1 to 65535, not 99999'],
    [{ op: 'addSentinel', port: '1' }, "ERR a port is a number from 1 to 65535, not '1'"],
    [{ op: 'addServer', port: null }, 'ERR a port is a number from 1 to 65535, not null'],
    [{ op: 'addReplica' }, 'ERR a node has a name of 1 to 64 characters, not undefined'],
    [
      { op: 'crash', node: 'x'.repeat(1_000) },
      `ERR a node has a name of 1 to 64 characters, not '${'x'.repeat(64)}… (1000 characters)'`,
    ],
    [{ op: 'step', count: 0 }, 'ERR STEP takes a number of events from 1 to 100000, not 0'],
    [
      { op: 'load', rate: 1e9, bytes: 1 },
      'ERR LOAD takes a rate from 1 to 100000 writes a second, not 1000000000',
    ],
    [{ op: 'load', rate: 1, bytes: 0 }, 'ERR LOAD takes values from 1 to 65536 bytes, not 0'],
    [
      { op: 'latency', a: 'm', b: 'r1', ms: Number.NaN, jitterMs: 0 },
      'ERR latencies are milliseconds from 0 to 3600000, not NaN',
    ],
    [
      { op: 'backlog', node: 'm', bytes: 2 ** 53 },
      'ERR a backlog has from 1 to 536870912 bytes, not 9007199254740992',
    ],
    [{ op: 'heal', b: 'r1' }, 'ERR the operation heal has b without a'],
    [{ op: 'heal', a: 5 }, 'ERR a node has a name of 1 to 64 characters, not 5'],
    [{ op: 'crash', node: 'm', more: 1 }, "ERR the operation crash has no field 'more'"],
    [{ op: '__proto__' }, "ERR there is no operation '__proto__'"],
    [{ op: ['state'] }, 'ERR there is no operation a list'],
    [[], 'ERR an operation is an object with a field op'],
  ];
  for (const [operation, refusal] of refusals) assert.equal(refusalOf(operation), refusal);
});

test('a new master is a node, an address or nothing, and nothing else', () => {
  const refusal = (to: unknown) => refusalOf({ op: 'replicaof', node: 'm', to });
  assert.equal(refusal(null), undefined);
  assert.equal(refusal({ node: 'r1' }), undefined);
  assert.equal(refusal({ host: '127.0.0.1', port: 6_379 }), undefined);
  for (const to of [
    undefined,
    'r1',
    [],
    {},
    { node: 5 },
    { host: 'x' },
    { host: 'x', port: 0 },
    { host: 'x'.repeat(300), port: 1 },
    { host: 'x', port: 1, more: 1 },
  ]) {
    assert.match(refusal(to) ?? 'taken', /^ERR a new master is a node, NO ONE, or a host/);
  }
});
