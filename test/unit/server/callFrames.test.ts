/** Call frames: a command run inside another one, as EXEC and scripts do. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReplyWriter } from '../../../src/engine/resp/replyWriter.ts';
import { argumentsOf, Request } from '../../../src/engine/resp/request.ts';
import { ServerHarness } from '../../support/serverHarness.ts';

/** Runs `inner` commands inside one ECHO; their replies, errors and what was propagated. */
function nested(...inner: readonly string[]) {
  const harness = new ServerHarness();
  const { server } = harness;
  const propagated: string[] = [];
  server.propagate = (_db, command) => {
    propagated.push(argumentsOf(command).join(' '));
  };
  const echo = server.commands.find('echo')!.spec as { run: (call: typeof server.call) => void };
  const original = echo.run;
  const replies: string[] = [];
  const errors: (string | undefined)[] = [];
  try {
    echo.run = (call) => {
      for (const text of inner) {
        const request = Request.of(text.split(' '));
        const captured = new ReplyWriter();
        const entry = server.commands.resolve(request)!;
        errors.push(call.runInside(call.client, entry, request, captured));
        replies.push(captured.take()!.toString());
      }
      call.reply.bulk(call.arg(1));
    };
    const reply = harness.send(['ECHO', 'outer']).toString();
    return { reply, replies, errors, propagated, server };
  } finally {
    echo.run = original;
  }
}

test('replies are captured, errors given back, the outer frame stays whole', () => {
  const { reply, replies, errors } = nested('SET a 1', 'LPUSH a x', 'INCR a', 'GET a');
  assert.equal(reply, '$5\r\nouter\r\n');
  const wrongType = 'WRONGTYPE Operation against a key holding the wrong kind of value';
  assert.deepEqual(replies, ['+OK\r\n', `-${wrongType}\r\n`, ':2\r\n', '$1\r\n2\r\n']);
  assert.deepEqual(errors, [undefined, wrongType, undefined, undefined]);
});

test('what inner commands propagate goes together, in one transaction', () => {
  assert.deepEqual(nested('SET a 1', 'GET a', 'INCR a').propagated, [
    'MULTI',
    'SET a 1',
    'INCR a',
    'EXEC',
  ]);
  assert.deepEqual(nested('GET a', 'SET a 1').propagated, ['SET a 1']);
});

test('every change counts once', () => {
  assert.equal(nested('SET a 1', 'GET a', 'RPUSH l a b c').server.saving.dirty, 4);
});

test('EXEC counts the changes of its commands, and is none itself', () => {
  const harness = new ServerHarness();
  const replies = [['MULTI'], ['SET', 'a', '1'], ['GET', 'a'], ['EXEC']].map((command) =>
    harness.send(command).toString(),
  );
  assert.equal(replies.at(-1), '*2\r\n+OK\r\n$1\r\n1\r\n');
  assert.equal(harness.server.saving.dirty, 1);
});
