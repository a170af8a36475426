/** HRANDFIELD, SRANDMEMBER and ZRANDMEMBER: what their replies may hold, and their limits. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServerHarness } from '../../support/serverHarness.ts';

const OUT_OF_RANGE = '-ERR value is out of range\r\n';

function members(reply: Buffer): string[] {
  return [...reply.latin1Slice().matchAll(/\$\d+\r\n(\w+)\r\n/g)].map((match) => match[1]!);
}

test('a positive count draws different members, each of them sooner or later', () => {
  const harness = new ServerHarness();
  harness.send(['SADD', 's', 'a', 'b', 'c', 'd', 'e']);
  const seen = new Set<string>();
  for (let i = 0; i < 200; i += 1) {
    const drawn = members(harness.send(['SRANDMEMBER', 's', '3']));
    assert.equal(drawn.length, 3);
    assert.equal(new Set(drawn).size, 3);
    for (const member of drawn) seen.add(member);
  }
  assert.equal(seen.size, 5);
});

test('a draw of pairs keeps field and value together', () => {
  const harness = new ServerHarness();
  harness.send(['HSET', 'h', ...['a', 'b', 'c'].flatMap((field) => [field, `${field}${field}`])]);
  const drawn = members(harness.send(['HRANDFIELD', 'h', '-50', 'WITHVALUES']));
  assert.equal(drawn.length, 100);
  for (let i = 0; i < drawn.length; i += 2) assert.equal(drawn[i + 1], drawn[i]!.repeat(2));
});

test('more draws than fit into memory are refused', () => {
  const harness = new ServerHarness();
  harness.send(['SADD', 's', 'm'.repeat(1_000_000)]);
  assert.equal(harness.send(['SRANDMEMBER', 's', '-9223372036854775807']).toString(), OUT_OF_RANGE);
  assert.equal(harness.send(['SRANDMEMBER', 's', '-300']).toString(), OUT_OF_RANGE);
  assert.equal(harness.send(['PING']).toString(), '+PONG\r\n');
});
