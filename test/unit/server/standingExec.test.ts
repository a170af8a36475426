/**
 * An EXEC with a command that works on files by itself: it stands still until the files are written,
 * nobody runs in between, and what it propagates is one transaction all the same.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seedFromNumber } from '../../../src/engine/machine/random.ts';
import '../../../src/sandbox/machines.ts';
import { World } from '../../../src/world/world.ts';
import { ServerHarness } from '../../support/serverHarness.ts';

const START = 1_767_225_600_000_000;

/** A master without save points and a replica with them, in sync. */
class Pair {
  readonly world = new World({ seed: seedFromNumber(5), startAt: START, record: false });
  private readonly received = new Map<number, string>();
  private connections = 0;

  constructor() {
    this.world.outside = {
      send: (conn, bytes) => {
        this.received.set(conn, (this.received.get(conn) ?? '') + bytes.latin1Slice());
      },
      close: () => {},
      connect: () => {},
      listen: () => {},
      closeListener: () => {},
    };
    this.add('m', 7000, 'save ""');
    this.add('r', 7001, 'save 3600 1\nreplicaof 127.0.0.1 7000');
    this.pass(3_000_000);
    assert.match(this.ask('r', 'INFO replication'), /master_link_status:up/);
  }

  private add(name: string, port: number, lines: string): void {
    const text = `port ${port}\nenable-debug-command yes\nrepl-ping-replica-period 3600\n${lines}\n`;
    this.world.inject({
      kind: 'addNode',
      name,
      machine: 'server',
      ports: [port],
      configFile: 'redis.conf',
      files: [{ path: 'redis.conf', bytes: Buffer.from(text) }],
    });
  }

  pass(micros: number): void {
    this.world.runUntil(this.world.now + micros);
  }

  /** Sends lines on a connection of its own. */
  tell(node: string, ...lines: readonly string[]): number {
    this.connections += 1;
    const conn = this.connections;
    const port = node === 'm' ? 7000 : 7001;
    this.world.inject({ kind: 'accept', conn, node, port, peer: `127.0.0.1:${50_000 + conn}` });
    this.world.inject({ kind: 'data', conn, bytes: Buffer.from(`${lines.join('\r\n')}\r\n`) });
    return conn;
  }

  text(conn: number): string {
    return this.received.get(conn) ?? '';
  }

  ask(node: string, ...lines: readonly string[]): string {
    const conn = this.tell(node, ...lines);
    this.pass(1_000_000);
    return this.text(conn);
  }

  offset(node: string): number {
    return Number(/master_repl_offset:(\d+)/.exec(this.ask(node, 'INFO replication'))![1]);
  }

  inSync(): void {
    this.pass(2_000_000);
    assert.equal(this.ask('r', 'DEBUG DIGEST'), this.ask('m', 'DEBUG DIGEST'));
    assert.equal(this.offset('r'), this.offset('m'));
  }
}

test('the error of a command takes its place among the replies', () => {
  const harness = new ServerHarness([], undefined, 'maxclients 50\n');
  harness.failure = (op) => (op.kind === 'rename' ? 'Input/output error' : undefined);
  for (const line of ['MULTI', 'SET x 1', 'CONFIG REWRITE', 'GET x']) harness.send(line.split(' '));
  assert.equal(
    harness.send(['EXEC']).toString(),
    '*3\r\n+OK\r\n-ERR Rewriting config file: Input/output error\r\n$1\r\n1\r\n',
  );
  assert.match(harness.send(['INFO', 'errorstats']).toString(), /errorstat_ERR:count=1\r/);
  assert.match(harness.send(['INFO', 'commandstats']).toString(), /cmdstat_exec:calls=1,/);
});

test('nobody runs between two commands of a transaction', () => {
  const pair = new Pair();
  const queued = ['SET a 1', 'CONFIG REWRITE', 'CONFIG REWRITE', 'SET a 2'];
  const writer = pair.tell('m', 'MULTI', ...queued, 'EXEC', 'GET a');
  pair.pass(200);
  const reader = pair.tell('m', 'GET a');
  pair.pass(500);
  assert.equal(pair.text(reader), '');
  assert.equal(pair.text(writer), '');
  pair.pass(10_000);
  assert.equal(pair.text(reader), '$1\r\n2\r\n');
  const queuedReplies = '+OK\r\n+QUEUED\r\n+QUEUED\r\n+QUEUED\r\n+QUEUED\r\n';
  assert.equal(pair.text(writer), `${queuedReplies}*4\r\n+OK\r\n+OK\r\n+OK\r\n+OK\r\n$1\r\n2\r\n`);
});

test('what it propagates is one transaction', () => {
  const pair = new Pair();
  const lengthOf = (...lines: readonly string[]) => {
    const before = pair.offset('m');
    pair.ask('m', 'SELECT 3', 'MULTI', 'SET a 1', ...lines, 'SET b 1', 'EXEC');
    pair.ask('m', 'SET other 1'); // Selects another database.
    return pair.offset('m') - before;
  };
  const plain = lengthOf();
  assert.equal(lengthOf('CONFIG REWRITE'), plain);
  pair.inSync();
});

test('a replica with save points saves in the middle of its master’s transaction', () => {
  const pair = new Pair();
  pair.ask('m', 'MULTI', 'SET a 1', 'FLUSHALL', 'SET b 1', 'FLUSHALL', 'SET c 1', 'EXEC');
  pair.inSync();
  assert.equal(pair.ask('r', 'EXISTS a b c'), ':1\r\n');
  const saved = pair.world.logSince('r', 0).filter((line) => line.line === 'DB saved on disk');
  assert.equal(saved.length, 2);
});

test('as Sentinel sends it: a new role, its file, and the clients go', () => {
  const pair = new Pair();
  const bystander = pair.tell('r', 'PING');
  pair.pass(1_000);
  const replies = pair.ask(
    'r',
    'MULTI',
    'REPLICAOF NO ONE',
    'CONFIG REWRITE',
    'CLIENT KILL TYPE normal',
    'EXEC',
  );
  assert.match(replies, /\*3\r\n\+OK\r\n\+OK\r\n:\d+\r\n$/);
  assert.equal(pair.text(bystander), '+PONG\r\n');
  assert.doesNotMatch(pair.world.readFile('r', 'redis.conf')!.latin1Slice(), /replicaof/);
});

test('DEBUG RELOAD inside a transaction', () => {
  const harness = new ServerHarness();
  for (const line of ['SET a 1', 'MULTI', 'SET a 2', 'DEBUG RELOAD', 'GET a']) {
    harness.send(line.split(' '));
  }
  assert.equal(harness.send(['EXEC']).toString(), '*3\r\n+OK\r\n+OK\r\n$1\r\n2\r\n');
});

test('a reply that comes later is skipped, too', () => {
  const harness = new ServerHarness();
  const lines = 'CLIENT REPLY SKIP\r\nSAVE\r\nSAVE\r\nPING\r\n';
  assert.equal(harness.sendRaw(Buffer.from(lines)).toString(), '+OK\r\n+PONG\r\n');
});

test('CLIENT REPLY OFF is kept', () => {
  const harness = new ServerHarness([], undefined, 'maxclients 50\n');
  for (const line of ['CLIENT REPLY OFF', 'MULTI', 'CONFIG REWRITE', 'SET a 1', 'EXEC']) {
    assert.equal(harness.send(line.split(' ')).toString(), '');
  }
  assert.equal(harness.send(['CLIENT', 'REPLY', 'ON']).toString(), '+OK\r\n');
});

test('a client that goes while its EXEC stands still leaves nothing behind', () => {
  const harness = new ServerHarness([], undefined, 'maxclients 50\n');
  const [other, app] = [harness.connect(), harness.connect()];
  harness.sendRaw(Buffer.from('CLIENT REPLY OFF\r\n'), app);
  const kill = 'CLIENT KILL SKIPME no TYPE normal';
  for (const line of ['MULTI', kill, 'CONFIG REWRITE', 'SUBSCRIBE x', 'SET a 1', 'EXEC']) {
    harness.send(line.split(' '), app);
  }
  assert.equal(harness.isOpen(other), false);
  assert.equal(harness.isOpen(app), false);
  const watcher = harness.connect();
  assert.equal(harness.send(['GET', 'a'], watcher).toString(), '$1\r\n1\r\n');
  assert.equal(harness.send(['PUBSUB', 'CHANNELS'], watcher).toString(), '*0\r\n');
});
