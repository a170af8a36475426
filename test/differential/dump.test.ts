/** DUMP and RESTORE: what one server dumps the other takes, and the errors in between. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServerHarness } from '../support/serverHarness.ts';
import { type Arg, RealServer, whyNoRealServer } from './realServer.ts';
import { shown } from './replies.ts';

const skip = whyNoRealServer() ?? false;

const NUMBERS = Array.from({ length: 600 }, (_, i) => String(i));

const VALUES: readonly (readonly Arg[])[] = [
  ['SET', 'k', 'text'],
  ['SET', 'k', '12345'],
  ['SET', 'k', 'x'.repeat(5000)],
  ['SET', 'k', Buffer.from([0, 1, 255, 13, 10])],
  ['HSET', 'k', 'f', 'v', 'g', '7'],
  ['HSET', 'k', ...NUMBERS],
  ['HSET', 'k', 'f', 'y'.repeat(100)],
  ['RPUSH', 'k', 'a', '', '99', 'z'.repeat(20_000)],
  ['RPUSH', 'k', ...NUMBERS],
  ['SADD', 'k', '1', '2', '70000'],
  ['SADD', 'k', 'a', '1'],
  ['SADD', 'k', ...NUMBERS],
  ['ZADD', 'k', '1', 'a', '-inf', 'b', '2.5', 'c'],
  ['ZADD', 'k', ...NUMBERS],
];

function bulk(reply: Buffer): Buffer {
  const start = reply.indexOf(10) + 1;
  return reply.subarray(start, reply.length - 2);
}

test('DUMP here, RESTORE there, and the other way round', { skip }, async () => {
  const real = await RealServer.start();
  const ours = new ServerHarness();
  try {
    for (const command of VALUES) {
      const label = command.slice(0, 4).join(' ').slice(0, 40);
      for (const args of [['FLUSHALL'], command]) {
        assert.deepEqual(ours.send(args), await real.send(args), label);
      }
      const digest = ours.send(['DEBUG', 'DIGEST']).toString();
      const encoding = ours.send(['OBJECT', 'ENCODING', 'k']).toString();
      const mine = bulk(ours.send(['DUMP', 'k']));
      const theirs = bulk(await real.send(['DUMP', 'k']));
      assert.equal((await real.send(['RESTORE', 'k', '0', mine, 'REPLACE'])).toString(), '+OK\r\n');
      assert.equal(ours.send(['RESTORE', 'k', '0', theirs, 'REPLACE']).toString(), '+OK\r\n');
      assert.equal((await real.send(['DEBUG', 'DIGEST'])).toString(), digest, label);
      assert.equal(ours.send(['DEBUG', 'DIGEST']).toString(), digest, label);
      assert.equal(ours.send(['OBJECT', 'ENCODING', 'k']).toString(), encoding, label);
    }
  } finally {
    await real.stop();
  }
});

test("RESTORE refuses in the real server's words", { skip }, async () => {
  const real = await RealServer.start();
  const ours = new ServerHarness([], Date.now() * 1000);
  const send = async (args: readonly Arg[], label = args.slice(0, 3).join(' ')) => {
    assert.equal(shown(ours.send(args)), shown(await real.send(args)), label);
  };
  try {
    await send(['SET', 'a', '1']);
    const payload = bulk(await real.send(['DUMP', 'a']));
    const past = String(Date.now() - 100_000);
    const future = String(Date.now() + 100_000);
    const commands: Arg[][] = [
      ['RESTORE', 'b', '0', payload],
      ['RESTORE', 'b', '0', payload],
      ['RESTORE', 'b', '0', payload, 'replace'],
      ['RESTORE', 'b', 'x', 'junk'],
      ['RESTORE', 'c', '-1', payload],
      ['RESTORE', 'c', 'x', payload],
      ['RESTORE', 'c', '0', 'junk'],
      ['RESTORE', 'c', '0', ''],
      ['RESTORE', 'b', '-1', 'junk', 'REPLACE'],
      ['RESTORE', 'c', '0', payload, 'foo'],
      ['RESTORE', 'c', '0', payload, 'IDLETIME'],
      ['RESTORE', 'c', '0', payload, 'IDLETIME', '-1'],
      ['RESTORE', 'c', '0', payload, 'IDLETIME', 'x'],
      ['RESTORE', 'c', '0', payload, 'FREQ', '256'],
      ['RESTORE', 'c', '0', payload, 'FREQ', '-1'],
      ['RESTORE', 'c', '0', payload, 'FREQ', '1', 'IDLETIME', '5'],
      ['RESTORE', 'e', past, payload, 'ABSTTL'],
      ['RESTORE', 'b', past, payload, 'ABSTTL', 'REPLACE'],
      ['RESTORE', 'f', future, payload, 'ABSTTL'],
      ['RESTORE', 'g', '100000', payload],
      ['RESTORE', 'h', '9223372036854775807', payload],
      ['RESTORE', 'j', '0', payload, 'ABSTTL'],
      ['PEXPIRETIME', 'f'],
      ['TTL', 'g'],
      ['EXISTS', 'a', 'b', 'c', 'e', 'f', 'g', 'h', 'j'],
      ['DUMP', 'none'],
      ['DUMP'],
      ['DEBUG', 'DIGEST'],
    ];
    for (const args of commands) await send(args);
  } finally {
    await real.stop();
  }
});
