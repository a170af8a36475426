/**
 * What commands of hashes, lists, sets and sorted sets send to replicas and into the append-only
 * file: what happened, not what was asked. The expectations are a redis-server 7.0.15's stream.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toLatin1 } from '../../../src/engine/resp/bytes.ts';
import { argumentsOf } from '../../../src/engine/resp/request.ts';
import { ServerHarness } from '../../support/serverHarness.ts';

/** Runs commands (words separated by blanks); what they propagated, likewise. */
function propagated(...commands: readonly string[]): string[] {
  const harness = new ServerHarness();
  const seen: string[] = [];
  harness.server.propagate = (_db, command) => {
    seen.push(argumentsOf(command).map(toLatin1).join(' '));
  };
  for (const command of commands) harness.send(command.split(' '));
  return seen;
}

test('a random pop is propagated as the removal of what was popped', () => {
  const [add, pop] = propagated('SADD s a b c', 'SPOP s');
  assert.equal(add, 'SADD s a b c');
  assert.match(pop!, /^SREM s [abc]$/);
});

test('a pop of several members is one transaction of removals', () => {
  const [, multi, first, second, exec] = propagated('SADD s a b c d e', 'SPOP s 2');
  assert.equal(multi, 'MULTI');
  assert.match(first!, /^SREM s [a-e]$/);
  assert.match(second!, /^SREM s [a-e]$/);
  assert.notEqual(first, second);
  assert.equal(exec, 'EXEC');
});

test('a pop that empties the set deletes the key, but a single one removes its member', () => {
  assert.deepEqual(propagated('SADD s a b', 'SPOP s 5'), ['SADD s a b', 'DEL s']);
  assert.deepEqual(propagated('SADD s a', 'SPOP s 1'), ['SADD s a', 'DEL s']);
  assert.deepEqual(propagated('SADD s a', 'SPOP s'), ['SADD s a', 'SREM s a']);
});

test('a float increment is propagated as its result', () => {
  assert.deepEqual(propagated('HSET h f 1', 'HINCRBYFLOAT h f 1.5', 'HINCRBY h n 1'), [
    'HSET h f 1',
    'HSET h f 2.5',
    'HINCRBY h n 1',
  ]);
});

test('a pop from the first of several keys is propagated as a pop from that one', () => {
  assert.deepEqual(
    propagated(
      'RPUSH l a b c d e f',
      'LMPOP 2 none l LEFT COUNT 2',
      'LMPOP 1 l RIGHT COUNT 100',
      'ZADD z 1 a 2 b 3 c',
      'ZMPOP 2 none z MIN COUNT 2',
      'ZMPOP 1 z MAX',
    ),
    [
      'RPUSH l a b c d e f',
      'LPOP l 2',
      'RPOP l 4',
      'ZADD z 1 a 2 b 3 c',
      'ZPOPMIN z 2',
      'ZPOPMAX z 1',
    ],
  );
});

test('what changed nothing is not propagated', () => {
  const setup = ['RPUSH l a', 'SADD s a', 'ZADD z 1 a', 'HSET h f v'];
  assert.deepEqual(
    propagated(
      ...setup,
      ...['LPOP l 0', 'LTRIM l 0 -1', 'LREM l 0 x', 'LINSERT l BEFORE x y', 'LPUSHX none a'],
      ...['SADD s a', 'SREM s x', 'SPOP s 0', 'SMOVE s s a', 'SMOVE none s a'],
      ...['SINTERSTORE none s none', 'ZDIFFSTORE none 1 none', 'ZRANGESTORE none none 0 -1'],
      ...['ZADD z 1 a', 'ZADD z XX 1 b', 'ZINCRBY z 0 a', 'ZREM z x', 'ZREMRANGEBYRANK z 5 9'],
      ...['ZADD none XX 1 a', 'ZPOPMIN z 0', 'HSETNX h f w', 'HDEL h x'],
    ),
    setup,
  );
});

test('a STORE with an empty result is propagated when it deleted its destination', () => {
  assert.deepEqual(propagated('SET d v', 'SINTERSTORE d none', 'SINTERSTORE d none'), [
    'SET d v',
    'SINTERSTORE d none',
  ]);
});
