/** Names, values, hosts and logs of any size, as page, editor and control endpoint get to see them. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Reply } from '../../../src/engine/resp/replyReader.ts';
import { replyLines } from '../../../src/sandbox/replyLines.ts';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import { Service } from '../../../src/sandbox/service.ts';
import { displayed } from '../../../src/view/displayed.ts';
import type { Message, Operation, Outcome } from '../../../src/view/messages.ts';
import type { Snapshot } from '../../../src/view/snapshot.ts';
import { loneMaster } from '../../support/sandboxes.ts';

const MEGABYTE = 1024 * 1024;
/** Of client names and values here. `FUZZ_INPUTS` runs the same with larger ones. */
const LONG = (process.env['FUZZ_INPUTS'] === undefined ? 20 : 200) * MEGABYTE;

/** A client of the master `m`. */
function connect(sandbox: Sandbox): number {
  const conn = sandbox.newConn();
  sandbox.inject({
    kind: 'accept',
    conn,
    node: 'm',
    port: 6400,
    peer: `127.0.0.1:${50_000 + conn}`,
  });
  return conn;
}

function send(sandbox: Sandbox, conn: number, words: readonly (string | Buffer)[]): void {
  const parts = words.flatMap((word) => [
    Buffer.from(`$${word.length}\r\n`),
    typeof word === 'string' ? Buffer.from(word, 'latin1') : word,
    Buffer.from('\r\n'),
  ]);
  const bytes = Buffer.concat([Buffer.from(`*${words.length}\r\n`), ...parts]);
  sandbox.inject({ kind: 'data', conn, bytes });
  sandbox.advance(sandbox.world.now + 100_000);
}

function ask(sandbox: Sandbox, operation: Operation): Outcome {
  let answer: Outcome | undefined;
  sandbox.perform(operation, (outcome) => {
    answer = outcome;
  });
  for (let i = 0; i < 500 && answer === undefined; i += 1)
    sandbox.advance(sandbox.world.now + 10_000);
  assert.ok(answer !== undefined);
  return answer;
}

test('what is too long is cut, and its length said', () => {
  assert.equal(displayed('abc', 3), 'abc');
  assert.equal(displayed('abcd', 3), 'abc… (4 characters)');
});

test('three clients with names of many megabytes wait at a frozen node: the state stays small', () => {
  const sandbox = loneMaster();
  const clients = [1, 2, 3].map(() => connect(sandbox));
  for (const conn of clients) send(sandbox, conn, ['CLIENT', 'SETNAME', Buffer.alloc(LONG, 'n')]);
  ask(sandbox, { op: 'freeze', node: 'm' });
  for (const conn of clients) send(sandbox, conn, ['PING']);
  const outcome = ask(sandbox, { op: 'state' });
  const { waiting, waitingCount } = outcome.ok ? (outcome.data as Snapshot) : assert.fail();
  assert.equal(waiting[0]!.name, `${'n'.repeat(64)}… (${LONG} characters)`);
  assert.equal(waitingCount, 3);
  assert.ok(JSON.stringify(outcome).length < 10_000);
});

test('of thousands of clients that wait the first are listed', () => {
  const sandbox = loneMaster();
  for (let i = 0; i < 1_000; i += 1) send(sandbox, connect(sandbox), ['PING']);
  ask(sandbox, { op: 'freeze', node: 'm' });
  for (let conn = 1; conn <= 1_000; conn += 1) {
    sandbox.inject({ kind: 'data', conn, bytes: Buffer.from('PING\r\n') });
  }
  sandbox.advance(sandbox.world.now + 1_000_000);
  const { waiting, waitingCount } = sandbox.snapshot();
  assert.deepEqual([waiting.length, waitingCount], [100, 1_000]);
});

test('a long binary value is shown by its beginning and its length', () => {
  const sandbox = loneMaster();
  send(sandbox, connect(sandbox), ['SET', 'k', Buffer.alloc(LONG, 1)]);
  const outcome = ask(sandbox, { op: 'command', node: 'm', line: 'GET k' });
  const text = outcome.ok ? outcome.text : outcome.error;
  assert.match(text.slice(0, 20), /^"(\\x01)+/);
  assert.ok(text.endsWith(`"… (${LONG} bytes)`), text.slice(-40));
  assert.ok(text.length < MEGABYTE / 2);
});

test('a set with many members is shown by the first ones', () => {
  const sandbox = loneMaster();
  const members = Array.from({ length: 200_000 }, (_, index) => `m${index}`);
  send(sandbox, connect(sandbox), ['SADD', 's', ...members]);
  const outcome = ask(sandbox, { op: 'command', node: 'm', line: 'SMEMBERS s' });
  const lines = outcome.ok ? outcome.lines! : [];
  assert.equal(lines.length, 10_001);
  assert.equal(lines.at(-1), '… and 190000 more');
});

test('however a reply is nested, it fills no more than a page', () => {
  const bulk: Reply = { type: 'bulk', bytes: '\x01'.repeat(1_000) };
  let reply: Reply = bulk;
  for (let depth = 0; depth < 4; depth += 1) {
    reply = { type: 'array', items: new Array<Reply>(100).fill(reply) };
  }
  const text = replyLines(reply).join('\n');
  assert.ok(text.length < 1.1 * MEGABYTE, `${text.length}`);
  assert.match(text, /… and \d+ more$/);
  const wide: Reply = { type: 'map', items: new Array<Reply>(1_000_000).fill(bulk) };
  assert.match(replyLines(wide).at(-1)!, /^… and \d+ more$/);
});

test('what a page is told is small, whatever clients send', () => {
  const sandbox = loneMaster();
  const service = new Service(sandbox);
  const heard: Message[] = [];
  service.subscribe((message) => heard.push(message));
  const conn = connect(sandbox);
  const long = Buffer.alloc(2 * MEGABYTE, 'x');
  send(sandbox, conn, ['CLIENT', 'SETNAME', long]);
  send(sandbox, conn, ['SET', long, long]);
  send(sandbox, conn, [long, long]);
  send(sandbox, conn, ['REPLICAOF', long, '1']);
  send(sandbox, conn, ['CONFIG', 'SET', 'dbfilename', long]);
  send(sandbox, conn, ['SUBSCRIBE', long]);
  service.perform({ op: 'command', node: 'm', line: `SET k ${long.toString()}` }, () => {});
  service.perform({ op: 'pause' }, () => {});
  service.pump();
  for (const message of heard) {
    if (message.kind !== 'feed') assert.ok(JSON.stringify(message).length < 20_000);
    else for (const { text } of message.entries) assert.ok(text.length < 1_100, text.slice(0, 80));
  }
});
