/** A process has one CPU: what comes after a command that takes it waits, and sees the later clock. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seedFromNumber } from '../../../src/engine/machine/random.ts';
import '../../../src/sandbox/machines.ts';
import { World } from '../../../src/world/world.ts';

const START = 1_767_225_600_000_000;

function pass(world: World, micros: number): void {
  world.runUntil(world.now + micros);
}

/** A server with save points, and clients that send one text each. */
class OneServer {
  readonly world = new World({ seed: seedFromNumber(3), startAt: START, record: false });
  private readonly received = new Map<number, string>();
  private connections = 0;

  constructor() {
    this.world.outside = {
      send: (conn, bytes) => this.received.set(conn, this.text(conn) + bytes.latin1Slice()),
      close: () => {},
      connect: () => {},
      listen: () => {},
      closeListener: () => {},
    };
    const directives = [
      ['port', '7000'],
      ['save', '3600', '1'],
      ['enable-debug-command', 'yes'],
    ];
    this.world.inject({ kind: 'addNode', name: 'a', machine: 'server', ports: [7000], directives });
    pass(this.world, 1_000_000);
  }

  /** A connection of its own that sends this. */
  send(text: string): number {
    this.connections += 1;
    const conn = this.connections;
    this.world.inject({ kind: 'accept', conn, node: 'a', port: 7000, peer: '127.0.0.1:5' });
    this.tell(conn, text);
    return conn;
  }

  tell(conn: number, text: string): void {
    this.world.inject({ kind: 'data', conn, bytes: Buffer.from(text) });
    pass(this.world, 1_000);
  }

  text(conn: number): string {
    return this.received.get(conn) ?? '';
  }
}

test('after a pause each of the saves that waited is answered', () => {
  const server = new OneServer();
  const { world } = server;
  server.send('CLIENT PAUSE 300 ALL\r\n');
  const first = server.send('SAVE\r\nPING\r\n');
  const flushed = server.send('FLUSHALL\r\nPING\r\n');
  const second = server.send('SAVE\r\nPING\r\n');
  const reloaded = server.send('DEBUG RELOAD\r\nPING\r\n');
  const again = server.send('DEBUG RELOAD\r\nPING\r\n');
  pass(world, 5_000_000);
  for (const conn of [first, flushed, second, reloaded, again]) {
    assert.equal(server.text(conn), '+OK\r\n+PONG\r\n');
  }
});

test('the rest of a pipeline runs when DEBUG SLEEP is over, before what came meanwhile', () => {
  const server = new OneServer();
  const conn = server.send(
    'TIME\r\nSET k v PX 100\r\nDEBUG SLEEP 1\r\nTIME\r\nGET k\r\nSET k 2\r\n',
  );
  const other = server.send('GET k\r\n');
  assert.equal(server.text(conn), '');
  pass(server.world, 1_100_000);
  const [before, after] = [...server.text(conn).matchAll(/\$10\r\n(\d+)\r\n/g)].map((match) =>
    Number(match[1]),
  );
  assert.equal(after! - before!, 1);
  assert.match(server.text(conn), /\+OK\r\n\+OK\r\n\*2\r\n[^*]*\$-1\r\n\+OK\r\n$/);
  assert.equal(server.text(other), '$1\r\n2\r\n');
});

test('two FLUSHALL in a pipeline, or in a transaction, save both', () => {
  const server = new OneServer();
  const conn = server.send('SET a 1\r\nFLUSHALL\r\nSET b 1\r\nFLUSHALL\r\nINFO persistence\r\n');
  pass(server.world, 1_000_000);
  assert.match(server.text(conn), /^(\+OK\r\n){4}\$/);
  assert.match(server.text(conn), /rdb_changes_since_last_save:0\r/);
  const queued = 'SET a 1\r\nFLUSHALL\r\nSET b 1\r\nFLUSHALL\r\nSET c 1\r\n';
  const transaction = server.send(`MULTI\r\n${queued}EXEC\r\nINFO persistence\r\n`);
  pass(server.world, 1_000_000);
  assert.match(server.text(transaction), /\*5\r\n(\+OK\r\n){5}\$/);
  assert.match(server.text(transaction), /rdb_changes_since_last_save:1\r/);
});

test('nothing runs any more once the process is to end', () => {
  const server = new OneServer();
  server.send('CLIENT PAUSE 300 ALL\r\n');
  server.send('SHUTDOWN NOSAVE\r\n');
  const late = server.send('PING\r\n');
  pass(server.world, 1_000_000);
  assert.equal(server.world.node('a')!.state, 'exited');
  assert.equal(server.text(late), '');
});
