/** The hub of key changes: who hears of what, and that nobody is told when nobody listens. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServerHarness } from '../../support/serverHarness.ts';

test('the hub listens while a key is watched or events are asked for, and at no other time', () => {
  const m = new ServerHarness();
  const { keyChanges } = m.server;
  const app = m.connect();
  assert.equal(keyChanges.listening, false);
  m.send(['WATCH', 'a', 'b'], app);
  assert.equal(keyChanges.listening, true);
  m.send(['UNWATCH'], app);
  assert.equal(keyChanges.listening, false);
  m.send(['WATCH', 'a'], app);
  m.disconnect(app);
  assert.equal(keyChanges.listening, false);
  m.send(['CONFIG', 'SET', 'notify-keyspace-events', 'KEA']);
  assert.equal(keyChanges.listening, true);
  m.send(['CONFIG', 'SET', 'notify-keyspace-events', '']);
  assert.equal(keyChanges.listening, false);
  assert.equal(
    new ServerHarness([['notify-keyspace-events', 'Ex']]).server.keyChanges.listening,
    true,
  );
});

test('a watched key is broken by a write, an expiry, a flush and a swap', () => {
  const changes: readonly (readonly string[])[] = [
    ['SET', 'a', '2'],
    ['DEL', 'a'],
    ['FLUSHDB'],
    ['FLUSHALL'],
    ['SWAPDB', '0', '1'],
    ['PEXPIRE', 'a', '-1'],
  ];
  for (const change of changes) {
    const m = new ServerHarness();
    const app = m.connect();
    m.send(['SET', 'a', '1']);
    m.send(['WATCH', 'a'], app);
    m.send(change);
    m.send(['MULTI'], app);
    assert.equal(m.send(['EXEC'], app).toString(), '*-1\r\n', change.join(' '));
  }
});

test('an expired key breaks its watch and says so', () => {
  const m = new ServerHarness([['notify-keyspace-events', 'KEx']]);
  const [app, listener] = [m.connect(), m.connect()];
  m.send(['PSUBSCRIBE', '__key*'], listener);
  m.send(['SET', 'a', '1', 'PX', '10']);
  m.send(['WATCH', 'a'], app);
  m.advance(2_000);
  const heard = m.received(listener).toString();
  assert.ok(heard.includes('__keyspace@0__:a\r\n$7\r\nexpired'), heard);
  assert.ok(heard.includes('__keyevent@0__:expired\r\n$1\r\na'), heard);
  m.send(['MULTI'], app);
  assert.equal(m.send(['EXEC'], app).toString(), '*-1\r\n');
});
