/** client-query-buffer-limit: a request that never becomes whole must not fill the memory. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServerHarness } from '../../support/serverHarness.ts';

const MB = 1024 * 1024;

test('a client whose query buffer exceeds the limit is closed, and the log says which', () => {
  const harness = new ServerHarness([['client-query-buffer-limit', '1mb']]);
  const conn = harness.connect();
  const head = Buffer.from('*2\r\n$3\r\nGET\r\n$3000000\r\n');
  const part = Buffer.alloc(MB / 2, 'x');
  for (const bytes of [head, part, part]) harness.sendRaw(bytes, conn);
  assert.ok(harness.isOpen(conn), 'at the limit');
  harness.sendRaw(part, conn);
  assert.ok(!harness.isOpen(conn));
  const line = harness.logLines.at(-1)!;
  assert.match(line, /Closing client that reached max query buffer length: id=\d+ addr=/);
  assert.match(line, /\(qbuf initial bytes: "x{64}"\)$/);
  assert.equal(harness.send(['PING']).toString(), '+PONG\r\n', 'others are served');
});

test('whole requests of any total length do not count', () => {
  const harness = new ServerHarness([['client-query-buffer-limit', '1mb']]);
  const conn = harness.connect();
  const request = Buffer.from('*2\r\n$4\r\nECHO\r\n$5\r\nhello\r\n');
  const many = Buffer.concat(Array.from({ length: 30_000 }, () => request));
  for (let i = 0; i < 3; i += 1) harness.sendRaw(many, conn);
  assert.ok(harness.isOpen(conn));
});

test('qbuf counts the request that is being served', () => {
  const harness = new ServerHarness();
  assert.match(harness.send(['CLIENT', 'LIST']).toString(), / qbuf=26 /);
  assert.match(harness.send(['CLIENT', 'INFO']).toString(), / qbuf=26 /);
});
