/** Which addresses count as loopback, and which Host headers the dashboard accepts. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOwnAuthority, loopbackAddress } from '../../../src/gateway/loopback.ts';

test('loopback is what is written as such, and nothing that would have to be looked up', () => {
  for (const host of ['127.0.0.1', '127.255.255.255', '127.0.0.0', '127.1.20.255', '::1']) {
    assert.equal(loopbackAddress(host), host);
  }
  assert.equal(loopbackAddress('localhost'), '127.0.0.1');
  assert.equal(loopbackAddress('LOCALHOST'), '127.0.0.1');
  for (const host of [
    '',
    '127.999.0.1',
    '127.0.0.256',
    '127.0.0.01',
    '127.0.0',
    '127.0.0.1.',
    '127.0.0.1\n',
    '127.0.0.1.evil.example',
    '128.0.0.1',
    '0.0.0.0',
    '::',
    '[::1]',
    '2130706433',
    'localhost.evil.example',
    'x'.repeat(1_000_000),
  ]) {
    assert.equal(loopbackAddress(host), undefined, host.slice(0, 40));
  }
});

test('a request must name this listener', () => {
  assert.ok(isOwnAuthority('127.0.0.1:6380', 6380));
  assert.ok(isOwnAuthority('localhost:6380', 6380));
  for (const authority of [undefined, '', '127.0.0.1', '127.0.0.1:6381', 'evil.example:6380']) {
    assert.ok(!isOwnAuthority(authority, 6380), authority);
  }
});
