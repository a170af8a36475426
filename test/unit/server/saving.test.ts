/** FLUSHALL, SAVE and DEBUG RELOAD among savings that are under way. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServerHarness } from '../../support/serverHarness.ts';
import { Cluster } from '../replication/cluster.ts';

function changes(harness: ServerHarness): number {
  const info = harness.send(['INFO', 'persistence']).toString();
  return Number(/rdb_changes_since_last_save:(\d+)/.exec(info)![1]);
}

test('FLUSHALL kills the saving child', () => {
  const cluster = new Cluster();
  const m = cluster.node(7000);
  const app = m.client();
  app.send('SET', 'k', 'v');
  cluster.childrenHeld = true;
  app.send('BGSAVE');
  assert.ok(m.server.saving.child !== undefined);
  app.send('FLUSHALL');
  cluster.settle();
  assert.ok(m.server.saving.child === undefined);
  assert.match(m.log.join('\n'), /Background saving terminated by signal SIGUSR1/);
  assert.ok(m.server.saving.lastStatusOk, 'no error: the server itself ended it');
  cluster.releaseChildren();
  assert.ok(!m.files.has('dump.rdb'));
});

test('with save points FLUSHALL saves what is left: nothing', () => {
  const harness = new ServerHarness([['save', '900 1']]);
  harness.send(['SET', 'a', '1']);
  assert.equal(harness.send(['SAVE']).toString(), '+OK\r\n');
  const full = harness.files.get('dump.rdb')!;
  harness.send(['SET', 'b', '1']);
  harness.send(['FLUSHALL']);
  assert.ok(harness.files.get('dump.rdb')!.length < full.length);
  assert.equal(changes(harness), 0);
});

test('BGSAVE in a transaction saves all of it, after it', () => {
  const harness = new ServerHarness();
  harness.sendRaw(Buffer.from('MULTI\r\nSET a 1\r\nBGSAVE\r\nSET b 1\r\nEXEC\r\n'));
  assert.equal(harness.files.get('dump.rdb'), undefined);
  harness.advance(1_000);
  const again = ['DEBUG', 'RELOAD', 'NOSAVE'];
  assert.equal(harness.send(again).toString(), '+OK\r\n');
  assert.equal(harness.send(['DBSIZE']).toString(), ':2\r\n');
  assert.equal(changes(harness), 0);
});

test('what a pipeline has changed before its BGSAVE is saved, and what comes later is not', () => {
  const harness = new ServerHarness();
  harness.sendRaw(Buffer.from('SET a 1\r\nSET b 2\r\nBGSAVE\r\nSET c 3\r\n'));
  assert.equal(changes(harness), 1);
});

test('without save points FLUSHALL leaves the dump alone and counts its keys as changes', () => {
  const harness = new ServerHarness();
  harness.send(['SET', 'a', '1']);
  harness.send(['SAVE']);
  const dump = harness.files.get('dump.rdb');
  harness.send(['SET', 'b', '1']);
  harness.send(['FLUSHALL']);
  assert.equal(harness.files.get('dump.rdb'), dump);
  assert.equal(changes(harness), 3);
});

test('DEBUG RELOAD keeps everything but what has expired', () => {
  const harness = new ServerHarness();
  harness.send(['DEBUG', 'SET-ACTIVE-EXPIRE', '0']);
  harness.send(['SET', 'a', '1']);
  harness.send(['SET', 'gone', '1', 'PX', '5']);
  harness.send(['SET', 'stays', '1', 'PX', '5000']);
  harness.now += 10_000;
  assert.equal(harness.send(['DEBUG', 'RELOAD']).toString(), '+OK\r\n');
  assert.equal(harness.send(['DBSIZE']).toString(), ':2\r\n');
  assert.equal(harness.send(['PTTL', 'stays']).toString(), ':4990\r\n');
  assert.match(harness.logLines.join('\n'), /DB reloaded by DEBUG RELOAD/);
});

test('DEBUG RELOAD NOSAVE takes the dump that is there; MERGE adds it', () => {
  const harness = new ServerHarness();
  harness.send(['SET', 'saved', '1']);
  harness.send(['SAVE']);
  harness.send(['SET', 'saved', '2']);
  harness.send(['SET', 'later', '1']);
  const reload = ['DEBUG', 'RELOAD', 'NOSAVE'];
  assert.equal(harness.send([...reload, 'NOFLUSH', 'MERGE']).toString(), '+OK\r\n');
  assert.equal(harness.send(['MGET', 'saved', 'later']).toString(), '*2\r\n$1\r\n1\r\n$1\r\n1\r\n');
  assert.equal(harness.send(reload).toString(), '+OK\r\n');
  assert.equal(harness.send(['MGET', 'saved', 'later']).toString(), '*2\r\n$1\r\n1\r\n$-1\r\n');
});

test('DEBUG RELOAD NOSAVE without a dump, or with a broken one, is an error', () => {
  const harness = new ServerHarness();
  const error = '-ERR Error trying to load the RDB dump, check server logs.\r\n';
  assert.equal(harness.send(['DEBUG', 'RELOAD', 'NOSAVE']).toString(), error);
  harness.send(['SET', 'a', '1']);
  harness.send(['SAVE']);
  const dump = Buffer.from(harness.files.get('dump.rdb')!);
  dump[dump.length - 1]! ^= 1;
  harness.files.set('dump.rdb', dump);
  assert.equal(harness.send(['DEBUG', 'RELOAD', 'NOSAVE']).toString(), error);
  assert.match(harness.logLines.at(-1)!, /RDB CRC error/);
});

test('DEBUG RELOAD NOFLUSH ends the process when a key is in both', () => {
  const harness = new ServerHarness();
  harness.send(['SET', 'a', '1']);
  harness.send(['DEBUG', 'RELOAD', 'NOFLUSH']);
  assert.equal(harness.exitCode, 1);
  assert.ok(harness.logLines.some((line) => line.includes("RDB has duplicated key 'a' in DB 0")));
});
