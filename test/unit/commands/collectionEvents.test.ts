/**
 * The keyspace events of hashes, lists, sets and sorted sets, in their order. What is expected here
 * is what a redis-server 7.0.15 published for the same commands.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServerHarness } from '../../support/serverHarness.ts';

/** A command, and the events it causes: name and key each. */
const EXPECTED = `
RPUSH l a b c d e => new l, rpush l
LPUSH l a => lpush l
LPUSHX l a => lpush l
LPUSHX none a =>
LSET l 0 z => lset l
LINSERT l BEFORE a y => linsert l
LREM l 0 a => lrem l
LTRIM l 0 -1 => ltrim l
LTRIM l 0 2 => ltrim l
LPOP l => lpop l
RPOP l 0 =>
LMOVE l l LEFT RIGHT => rpush l, lpop l
LMOVE l m RIGHT LEFT => new m, lpush m, rpop l
RPOPLPUSH l m => lpush m, rpop l, del l
LMPOP 1 m LEFT COUNT 9 => lpop m, del m
RPUSH l a => new l, rpush l
LTRIM l 5 6 => ltrim l, del l
RPUSH l a => new l, rpush l
LREM l 0 a => lrem l, del l
SADD s a b c => new s, sadd s
SADD s a =>
SREM s a x => srem s
SMOVE s t b => srem s, new t, sadd t
SMOVE s t c => srem s, del s, sadd t
SMOVE t t b =>
SPOP t 0 =>
SPOP t => spop t
SPOP t 5 => spop t, del t
SADD s a b => new s, sadd s
SPOP s 9 => spop s, del s
SADD s a b => new s, sadd s
SINTERSTORE i s s => new i, sinterstore i
SUNIONSTORE i s => sunionstore i
SDIFFSTORE i s s => del i
SDIFFSTORE i s s =>
SREM s a b => srem s, del s
HSET h f 1 => new h, hset h
HSET h f 2 g 3 => hset h
HMSET h f 2 => hset h
HSETNX h f 1 =>
HSETNX h n 1 => hset h
HINCRBY h f 1 => hincrby h
HINCRBYFLOAT h f 1 => hincrbyfloat h
HDEL h x =>
HDEL h f g n => hdel h, del h
ZADD z 1 a 2 b 3 c 4 d 5 e 6 f => new z, zadd z
ZADD z 1 a =>
ZADD z INCR 1 a => zincr z
ZINCRBY z 1 a => zincr z
ZINCRBY z 0 a =>
ZREM z a => zrem z
ZREM z a =>
ZREMRANGEBYRANK z 0 0 => zremrangebyrank z
ZREMRANGEBYSCORE z 3 3 => zremrangebyscore z
ZREMRANGEBYSCORE z 3 3 =>
ZRANGESTORE y z 0 -1 => new y, zrangestore y
ZUNIONSTORE u 1 z => new u, zunionstore u
ZINTERSTORE u 1 z => zinterstore u
ZDIFFSTORE u 1 z => zdiffstore u
ZDIFFSTORE u 2 z z => del u
ZRANGESTORE y none 0 -1 => del y
ZPOPMIN z 0 =>
ZPOPMIN z => zpopmin z
ZMPOP 1 z MAX COUNT 9 => zpopmax z, del z
ZADD z 0 a => new z, zadd z
ZREMRANGEBYLEX z - + => zremrangebylex z, del z
ZADD z 0 a => new z, zadd z
ZPOPMAX z 5 => zpopmax z, del z
`;

test('each command publishes the events of a real server, in order', () => {
  const harness = new ServerHarness();
  harness.send(['CONFIG', 'SET', 'notify-keyspace-events', 'EAn']);
  const subscriber = harness.connect();
  harness.send(['PSUBSCRIBE', '__keyevent@0__:*'], subscriber);
  for (const line of EXPECTED.trim().split('\n')) {
    const [command, events] = line.split(/ =>\s*/);
    harness.send(command!.split(' '));
    const messages = harness.received(subscriber).latin1Slice();
    const published = [...messages.matchAll(/__keyevent@0__:(\w+)\r\n\$\d+\r\n(\w+)\r\n/g)].map(
      ([, event, key]) => `${event} ${key}`,
    );
    assert.equal(published.join(', '), events, command);
  }
});
