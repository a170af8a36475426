/** The live loop shares its thread: with sockets, requests and everything else. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LiveLoop } from '../../../src/gateway/liveLoop.ts';
import { loneMaster } from '../../support/sandboxes.ts';

test('others get their turn while there is more to execute than one turn has time for', async (t) => {
  const sandbox = loneMaster();
  const loop = new LiveLoop(sandbox, () => {});
  t.after(() => loop.close());
  sandbox.driver = loop;
  loop.start();
  loop.beforeInput();
  const conn = sandbox.newConn();
  const { port } = sandbox.reading.nodes[0]!;
  sandbox.inject({ kind: 'accept', conn, node: 'm', port, peer: '127.0.0.1:50001' });
  // Few events, but many commands: what counts is the time they take.
  const commands = 400_000;
  const chunk = Buffer.from('*1\r\n$6\r\nDBSIZE\r\n'.repeat(4_000));
  for (let sent = 0; sent < commands; sent += 4_000) {
    sandbox.inject({ kind: 'data', conn, bytes: Buffer.from(chunk) });
  }
  const before = sandbox.world.eventCount;
  await new Promise((resolve) => setImmediate(resolve));
  const executed = sandbox.world.eventCount - before;
  assert.ok(executed > 0);
  assert.ok(executed < commands / 256, `${executed} events in one turn`);
});
