/** Whole pipelines, and transactions, of commands that change what comes after them. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServerHarness } from '../support/serverHarness.ts';
import { RealServer, whyNoRealServer } from './realServer.ts';

/** The same lines and QUIT to both servers, as one write; what the real one answers is compared. */
function pipelineTest(
  name: string,
  lines: readonly string[],
  asCompared: (text: string) => string = (text) => text,
): void {
  test(`${name}, as a real server`, { skip: whyNoRealServer() ?? false }, async () => {
    const real = await RealServer.start();
    try {
      const text = [...lines, 'QUIT', ''].join('\r\n');
      const harness = new ServerHarness([], Date.now() * 1000);
      const ours = harness.sendRaw(Buffer.from(text), harness.connect());
      const theirs = await real.exchange(text);
      assert.equal(asCompared(ours.latin1Slice()), asCompared(theirs.latin1Slice()));
    } finally {
      await real.stop();
    }
  });
}

/** Without the fields of INFO, but for the one of changes. */
function onlyChanges(text: string): string {
  return text.replace(
    /\$\d+\r\n# Persistence[\s\S]*?(rdb_changes[^\r]*)[\s\S]*?\r\n\r\n/g,
    '$1\r\n',
  );
}

const CHANGES = 'INFO persistence';

pipelineTest('changes within a pipeline', ['SET a 1', CHANGES, 'SET b 2', CHANGES], onlyChanges);
pipelineTest(
  'changes within a transaction',
  ['SET a 1', 'MULTI', 'SET b 1', CHANGES, 'EXEC', CHANGES, 'SAVE', CHANGES, 'SET c 1', CHANGES],
  onlyChanges,
);
pipelineTest(
  'changes and FLUSHALL',
  ['CONFIG SET save "3600 1"', 'SET a 1', 'FLUSHALL', CHANGES, 'SET a 1', CHANGES],
  onlyChanges,
);
pipelineTest('BGSAVE within a transaction', [
  'MULTI',
  'SET a 1',
  'BGSAVE',
  'SET b 1',
  'BGSAVE SCHEDULE',
  'EXEC',
]);

pipelineTest('CLIENT REPLY SKIP of a command that waits', [
  'CLIENT REPLY SKIP',
  'SAVE',
  'PING',
  'CLIENT REPLY SKIP',
  'WAIT 0 0',
  'PING',
]);

pipelineTest('CLIENT KILL of itself within a transaction', [
  'MULTI',
  'CLIENT KILL TYPE normal SKIPME no',
  'SET zz 1',
  'EXEC',
  'PING',
]);

/** A transaction with CLIENT REPLY in it; `before` and `after` are outside of it. */
function replyTest(before: readonly string[], inside: readonly string[], after = ['PING', 'PING']) {
  const name = ['CLIENT REPLY within a transaction:', ...before, '/', ...inside].join(' ');
  pipelineTest(name, [...before, 'MULTI', ...inside, 'EXEC', ...after]);
}

const OFF = 'CLIENT REPLY OFF';
const SKIP = 'CLIENT REPLY SKIP';
const ON = 'CLIENT REPLY ON';

replyTest([], [OFF, 'SET a 1']);
replyTest([], ['SET a 1', OFF, 'SET b 1', ON, 'GET a']);
replyTest([], ['SET a 1', SKIP, 'SET b 1']);
replyTest([], ['SET a 1', SKIP], [SKIP, 'SET b 1', 'PING']);
replyTest([], ['SET a 1', SKIP], [ON, 'PING']);
replyTest([], ['SET a 1', SKIP, OFF], [ON, 'PING']);
replyTest([], ['SET a 1', SKIP, ON]);
replyTest([OFF], ['SET a 1', ON, 'GET a']);
replyTest([OFF], ['SET a 1', SKIP], [ON, 'PING']);
replyTest([], ['SET a 1', ON, 'GET a', SKIP]);
replyTest([], [OFF, 'INCR a b'], [ON, 'PING']);

pipelineTest('CLIENT REPLY', [SKIP, 'PING', 'PING', SKIP, SKIP, 'PING', OFF, SKIP, ON, 'PING']);
pipelineTest('CLIENT REPLY SKIP before EXEC', ['MULTI', 'SET a 1', ON, 'EXEC', 'PING']);
pipelineTest('CLIENT REPLY and SUBSCRIBE', [
  SKIP,
  'SUBSCRIBE a',
  'PING',
  'UNSUBSCRIBE',
  OFF,
  'PSUBSCRIBE b',
  'PUNSUBSCRIBE',
  ON,
]);
pipelineTest('CLIENT REPLY and errors', [SKIP, 'NOSUCH', 'PING', OFF, 'NOSUCH', 'GET', ON, 'PING']);
pipelineTest('CLIENT REPLY and RESET', [
  SKIP,
  'RESET',
  'PING',
  OFF,
  'RESET',
  'PING',
  SKIP,
  ON,
  'PING',
]);

pipelineTest('CLIENT REPLY OFF: errors after SUBSCRIBE', [OFF, 'SUBSCRIBE x', 'FOO', 'SUBSCRIBE']);
pipelineTest('CLIENT REPLY OFF: SUBSCRIBE queued', [OFF, 'MULTI', 'SUBSCRIBE x', 'DISCARD', ON]);
replyTest([OFF], ['SET a 1', 'SUBSCRIBE x', 'SET a 1'], [ON]);
replyTest([OFF], [ON, 'SET a 1', OFF], ['PING', ON]);
replyTest([], [OFF, 'SUBSCRIBE x', 'SET a 1', ON], []);
replyTest([SKIP], ['PING'], ['PING']);
pipelineTest('CLIENT REPLY OFF: messages to oneself', [
  'CONFIG SET notify-keyspace-events KA',
  'PING',
  OFF,
  'HELLO 3',
  'SUBSCRIBE x __keyspace@0__:k',
  'PUBLISH x 1',
  'SET k 1',
  'LPUSH k 1',
  'MULTI',
  'PUBLISH x 2',
  ON,
  'PUBLISH x 3',
  'DEL k',
  OFF,
  'PUBLISH x 4',
  'EXEC',
  'PUBLISH x 5',
  SKIP,
  ON,
  SKIP,
  'PUBLISH x 6',
  'PING',
]);

const NOT_BULK = '*1\r\n:foo';
pipelineTest('CLIENT REPLY OFF and a protocol error', ['PING', OFF, NOT_BULK]);
pipelineTest('CLIENT REPLY SKIP and a protocol error', ['PING', SKIP, NOT_BULK]);
pipelineTest('CLIENT REPLY SKIP, SAVE and a protocol error', [SKIP, 'SAVE', NOT_BULK]);
