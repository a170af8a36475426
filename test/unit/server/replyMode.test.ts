/** CLIENT REPLY and commands that are answered later; the expectations are a real 7.0.15's answers. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServerHarness } from '../../support/serverHarness.ts';

const text = (lines: readonly string[]): Buffer => Buffer.from(`${lines.join('\r\n')}\r\n`);

test('SKIP of a WAIT skips its late reply, and no other', () => {
  const m = new ServerHarness();
  const app = m.connect();
  assert.equal(
    m.sendRaw(text(['CLIENT REPLY SKIP', 'WAIT 3 200', 'PING', 'PING']), app).toString(),
    '',
  );
  m.advance(300);
  assert.equal(m.sendRaw(text(['ECHO end']), app).toString(), '+PONG\r\n+PONG\r\n$3\r\nend\r\n');
});

test('OFF silences a WAIT that CLIENT UNBLOCK ends', () => {
  const m = new ServerHarness();
  const app = m.connect();
  const id = /^:(\d+)/.exec(m.sendRaw(text(['CLIENT ID']), app).toString())![1]!;
  m.sendRaw(text(['CLIENT REPLY OFF', 'WAIT 3 0']), app);
  assert.equal(m.send(['CLIENT', 'UNBLOCK', id, 'ERROR']).toString(), ':1\r\n');
  assert.equal(m.sendRaw(text(['CLIENT REPLY ON']), app).toString(), '+OK\r\n');
});

test('SKIP of a command that CLIENT PAUSE puts off', () => {
  const m = new ServerHarness();
  const app = m.connect();
  m.send(['CLIENT', 'PAUSE', '100', 'ALL']);
  assert.equal(m.sendRaw(text(['CLIENT REPLY SKIP', 'SET a 1', 'GET a']), app).toString(), '');
  m.advance(200);
  assert.equal(m.sendRaw(text(['PING']), app).toString(), '$1\r\n1\r\n+PONG\r\n');
});
