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

  constructor(...more: readonly string[][]) {
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
      ...more,
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

test('what a client has sent before it closed is executed, whatever takes the CPU', () => {
  for (const first of ['DEBUG SLEEP 0.1', 'DEBUG RELOAD', 'BGSAVE', 'INCR n\r\n'.repeat(5_000)]) {
    const server = new OneServer();
    const conn = server.send('');
    server.world.inject({ kind: 'data', conn, bytes: Buffer.from(`${first}\r\nSET k 1\r\n`) });
    server.world.inject({ kind: 'eof', conn });
    pass(server.world, 5_000_000);
    const other = server.send('GET k\r\n');
    pass(server.world, 1_000_000);
    assert.equal(server.text(other), '$1\r\n1\r\n', first.slice(0, 20));
  }
});

test('a process that ends in the midst of a transaction leaves nothing to the next one', () => {
  const server = new OneServer();
  const { world } = server;
  server.send('SET a 1\r\nSAVE\r\n');
  pass(world, 1_000_000);
  // A duplicated key ends the process, in Redis too; CONFIG REWRITE would have gone on with files.
  server.send('MULTI\r\nDEBUG RELOAD NOSAVE NOFLUSH\r\nCONFIG REWRITE\r\nEXEC\r\n');
  pass(world, 1_000_000);
  assert.equal(world.node('a')!.state, 'exited');
  world.inject({ kind: 'restart', node: 'a' });
  pass(world, 5_000_000);
  const later = server.send('GET a\r\n');
  pass(world, 1_000_000);
  assert.equal(server.text(later), '$1\r\n1\r\n');
});

test('DEBUG RELOAD does not take the loader away from the dump it is reading', () => {
  const slow = ['key-load-delay', '1000'];
  const server = new OneServer(slow, ['loading-process-events-interval-bytes', '1024']);
  const { world } = server;
  server.send('DEBUG POPULATE 3000\r\nSAVE\r\n');
  pass(world, 1_000_000);
  world.inject({ kind: 'crash', node: 'a' });
  world.inject({ kind: 'restart', node: 'a' });
  pass(world, 1_000_000);
  const early = server.send('DEBUG RELOAD\r\n');
  pass(world, 60_000_000);
  assert.match(server.text(early), /^-LOADING /);
  const late = server.send('DBSIZE\r\n');
  pass(world, 1_000_000);
  assert.equal(server.text(late), ':3000\r\n');
});

test('a replica with little memory can be promoted in a transaction', () => {
  const server = new OneServer();
  const conn = server.send(
    'CONFIG SET maxmemory 1\r\nREPLICAOF 127.0.0.1 1\r\nMULTI\r\nREPLICAOF NO ONE\r\nEXEC\r\nSET a 1\r\n',
  );
  pass(server.world, 1_000_000);
  assert.match(server.text(conn), /\+QUEUED\r\n\*1\r\n\+OK\r\n-OOM /);
});
