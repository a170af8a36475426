/** KEYS: the keys of a server, of the present and of the past. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random, seedFromNumber } from '../../../src/engine/machine/random.ts';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import type { KeyList } from '../../../src/view/keyList.ts';
import type { Operation, Outcome } from '../../../src/view/messages.ts';
import { bootedSandbox } from '../../support/sandboxes.ts';

function ask(sandbox: Sandbox, operation: Operation): Outcome {
  let outcome: Outcome | undefined;
  sandbox.perform(operation, (answer) => {
    outcome = answer;
  });
  sandbox.advance(sandbox.world.now + 1_000_000);
  return outcome!;
}

function run(sandbox: Sandbox, line: string): string {
  const outcome = ask(sandbox, { op: 'command', node: 'm', line });
  assert.ok(outcome.ok, JSON.stringify(outcome));
  return outcome.text;
}

function keysOf(sandbox: Sandbox, count = 100, node = 'm'): KeyList {
  const outcome = ask(sandbox, { op: 'keys', node, count });
  assert.ok(outcome.ok, JSON.stringify(outcome));
  return outcome.data as KeyList;
}

test('each type, the digest of DEBUG DIGEST-VALUE, an expiry, a long and a binary value', () => {
  const sandbox = bootedSandbox();
  run(sandbox, 'SET "a\\x00b" "\\xff"');
  run(sandbox, 'RPUSH list 1 2 3');
  run(sandbox, 'HSET hash f v');
  run(sandbox, `SET long ${'x'.repeat(100)}`);
  run(sandbox, 'PEXPIREAT long 9999999999999');
  const { keys, total } = keysOf(sandbox);
  assert.equal(total, 4);
  assert.deepEqual(
    keys.map(({ key, type, value, expireAt }) => [key, type, value, expireAt]),
    [
      ['"a\\x00b"', 'string', '"\\xff"', -1],
      ['"hash"', 'hash', '1 element', -1],
      ['"list"', 'list', '3 elements', -1],
      ['"long"', 'string', `"${'x'.repeat(64)}"… (100 bytes)`, 9_999_999_999_999],
    ],
  );
  for (const { key, digest } of keys) {
    assert.match(run(sandbox, `DEBUG DIGEST-VALUE ${key}`), new RegExp(digest), key);
  }
  assert.deepEqual(keysOf(sandbox, 100, 'r1').keys, keys, 'a replica has the same');
});

test('the first keys in the order of their bytes, whatever the table has first', () => {
  const sandbox = bootedSandbox();
  const random = new Random(seedFromNumber(5));
  const names = Array.from({ length: 500 }, () => `k${random.below(1_000_000)}`);
  for (let i = 0; i < names.length; i += 50) {
    run(sandbox, `MSET ${names.slice(i, i + 50).join(' v ')} v`);
  }
  const sorted = [...new Set(names)].sort().map((name) => `"${name}"`);
  for (const count of [1, 2, 7, 250, 499, 500, 100_000]) {
    const { keys, total } = keysOf(sandbox, count);
    assert.equal(total, sorted.length);
    assert.deepEqual(
      keys.map(({ key }) => key),
      sorted.slice(0, count),
    );
  }
});

test('of the past it lists the keys that there were; a server that is unknown is refused', () => {
  const sandbox = bootedSandbox({ record: true });
  run(sandbox, 'SET k 1');
  const { eventCount } = sandbox.world;
  run(sandbox, 'SET k 2');
  run(sandbox, 'SET l 1');
  assert.equal(keysOf(sandbox).keys.length, 2);
  assert.ok(ask(sandbox, { op: 'goto', event: eventCount }).ok);
  assert.deepEqual(
    keysOf(sandbox).keys.map(({ key, value }) => `${key} ${value}`),
    ['"k" "1"'],
  );
  assert.deepEqual(ask(sandbox, { op: 'keys', node: 's1', count: 1 }), {
    ok: false,
    error: "ERR no node named 's1'; there are: m r1 r2",
  });
});
