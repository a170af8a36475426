/** What ends a client's wait, and what it is told. The expectations are a real 7.0.15's answers. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConnId } from '../../../src/engine/machine/machine.ts';
import { copyState } from '../../../src/engine/machine/state.ts';
import { ServerHarness } from '../../support/serverHarness.ts';

const DEMOTED =
  '-UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)\r\n';
const SHUTDOWN_FAILED = '-ERR Errors trying to SHUTDOWN. Check logs.\r\n';

interface Waiter {
  readonly conn: ConnId;
  readonly id: string;
}

/** A client that has sent the command and got no answer. */
function waiter(m: ServerHarness, ...command: readonly string[]): Waiter {
  const conn = m.connect();
  const id = m.send(['CLIENT', 'ID'], conn).toString().slice(1).trim();
  assert.equal(m.send(command, conn).toString(), '');
  return { conn, id };
}

/** A master with a replica that acknowledges nothing. */
function lagging(): ServerHarness {
  const m = new ServerHarness();
  const replica = m.connect();
  m.send(['PSYNC', '?', '-1'], replica);
  m.advance(1_000);
  m.send(['SET', 'a', '1']);
  return m;
}

function unblock(m: ServerHarness, { id }: Waiter, ...mode: readonly string[]): string {
  return m.send(['CLIENT', 'UNBLOCK', id, ...mode]).toString();
}

function clientsInfo(m: ServerHarness): string[] {
  return [
    ...m
      .send(['INFO', 'clients'])
      .toString()
      .matchAll(/(?:blocked_clients|timeout_table):\d+/g),
  ].map(([field]) => field);
}

function errors(m: ServerHarness): string {
  return /errorstat_UNBLOCKED:count=\d+/.exec(m.send(['INFO', 'errorstats']).toString())?.[0] ?? '';
}

test('CLIENT UNBLOCK ends a WAIT either way, a SHUTDOWN by an error, a pause never', () => {
  const m = lagging();
  const wait = waiter(m, 'WAIT', '3', '0');
  assert.equal(unblock(m, wait, 'ERROR'), ':1\r\n');
  assert.equal(
    m.received(wait.conn).toString(),
    '-UNBLOCKED client unblocked via CLIENT UNBLOCK\r\n',
  );
  assert.equal(errors(m), 'errorstat_UNBLOCKED:count=1');
  m.send(['WAIT', '3', '0'], wait.conn);
  assert.equal(unblock(m, wait), ':1\r\n');
  assert.equal(m.received(wait.conn).toString(), ':0\r\n');
  assert.equal(unblock(m, wait), ':0\r\n');

  const shutdown = waiter(m, 'SHUTDOWN');
  const paused = waiter(m, 'SET', 'a', '2');
  // A real server dies of this: it knows no reply of a timeout for them.
  for (const one of [shutdown, paused]) assert.equal(unblock(m, one, 'TIMEOUT'), ':0\r\n');
  // A real server replies to the paused client, too, and later a second time.
  assert.equal(unblock(m, paused, 'ERROR'), ':0\r\n');
  assert.equal(unblock(m, shutdown, 'ERROR'), ':1\r\n');
  assert.match(m.received(shutdown.conn).toString(), /^-UNBLOCKED client/);
  assert.match(m.send(['INFO', 'server']).toString(), /shutdown_in_milliseconds:\d/);
  assert.equal(m.send(['SHUTDOWN', 'ABORT']).toString(), '+OK\r\n');
  assert.equal(m.received(shutdown.conn).toString(), '', 'told already');
  assert.equal(m.received(paused.conn).toString(), '+OK\r\n');
});

test('a demotion closes clients that wait for replicas or the end, not those that are paused', () => {
  const m = lagging();
  const wait = waiter(m, 'WAIT', '3', '0');
  const silent = m.connect();
  m.send(['CLIENT', 'REPLY', 'OFF'], silent);
  m.send(['WAIT', '3', '0'], silent);
  const shutdown = waiter(m, 'SHUTDOWN');
  const paused = waiter(m, 'SET', 'a', '2');
  assert.deepEqual(clientsInfo(m), ['blocked_clients:4', 'timeout_table:0']);
  m.send(['REPLICAOF', '127.0.0.1', '1']);
  assert.equal(m.received(wait.conn).toString(), DEMOTED);
  assert.equal(m.received(shutdown.conn).toString(), DEMOTED);
  assert.equal(m.received(silent).toString(), '', 'it wants no replies');
  for (const conn of [wait.conn, shutdown.conn, silent]) assert.equal(m.isOpen(conn), false);
  assert.equal(errors(m), 'errorstat_UNBLOCKED:count=3');
  assert.equal(m.received(paused.conn).toString(), '');
  assert.equal(m.send(['SHUTDOWN', 'ABORT']).toString(), '+OK\r\n');
  assert.match(m.received(paused.conn).toString(), /^-READONLY/);
});

test('SHUTDOWN that is aborted says so, but not to a client with CLIENT REPLY OFF', () => {
  const m = lagging();
  const loud = waiter(m, 'SHUTDOWN');
  const silent = m.connect();
  m.send(['CLIENT', 'REPLY', 'OFF'], silent);
  m.send(['SHUTDOWN'], silent);
  m.send(['SHUTDOWN', 'ABORT']);
  assert.equal(m.received(loud.conn).toString(), SHUTDOWN_FAILED);
  assert.equal(m.received(silent).toString(), '');
});

test('thousands of WAITs end at their deadlines, and none is left behind', () => {
  const m = new ServerHarness();
  const conns: ConnId[] = [];
  for (let index = 0; index < 3_000; index += 1) {
    const conn = m.connect();
    m.send(['WAIT', '1', String(1 + ((index * 7_919) % 1_000))], conn);
    conns.push(conn);
  }
  assert.deepEqual(clientsInfo(m), ['blocked_clients:3000', 'timeout_table:3000']);
  for (let index = 0; index < 3_000; index += 3) m.disconnect(conns[index]!);
  const start = m.now;
  for (const until of [1, 250, 777, 1_000]) {
    m.advance(until - (m.now - start) / 1_000);
    for (const [index, conn] of conns.entries()) {
      if (index % 3 === 0) continue;
      const over = 1 + ((index * 7_919) % 1_000) <= until;
      const { blockedOn } = m.server.clients.get(conn)!;
      assert.equal(blockedOn === undefined, over, `client ${index} after ${until} ms`);
    }
  }
  assert.deepEqual(clientsInfo(m), ['blocked_clients:0', 'timeout_table:0']);
});

test('a copy of the state waits by itself', () => {
  const m = new ServerHarness();
  const { conn } = waiter(m, 'WAIT', '1', '500');
  waiter(m, 'WAIT', '1', '100');
  const copy = copyState(m.server);
  assert.deepEqual([...copy.blocking.of('acks')], [...copy.clients.values()].slice(1));
  m.advance(1_000);
  assert.equal(m.received(conn).toString(), ':0\r\n');
  assert.equal(copy.blocking.timedCount, 2);
  assert.equal(copy.blocking.due.at <= m.now, true);
});
