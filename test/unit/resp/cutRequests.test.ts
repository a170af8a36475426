/** Requests cut at every byte are answered as whole ones, and replicas get the same stream. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServerHarness } from '../../support/serverHarness.ts';

const REQUESTS: readonly string[] = [
  '*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$5\r\nvalue\r\n*2\r\n$3\r\nGET\r\n$1\r\nk\r\n',
  'SET k "a b\\x41"\r\nGET k\r\n',
  '\r\n\r\nPING\r\n*0\r\nPING\r\n',
  '*-1\r\n*1\r\n$4\r\nping\r\n',
  '*1\r\n$5\r\nMULTI\r\n*2\r\n$4\r\nINCR\r\n$1\r\nn\r\nLPUSH l a b\r\n*1\r\n$4\r\nEXEC\r\n',
  '*2\r\n$9\r\nSUBSCRIBE\r\n$1\r\nc\r\n*1\r\n$4\r\nPING\r\n',
  '*3\r\n$6\r\nCLIENT\r\n$5\r\nREPLY\r\n$4\r\nSKIP\r\nPING\r\nPING\r\n',
  '*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$0\r\n\r\nSTRLEN k\r\n',
  '*2\r\n$4\r\nECHO\r\n$6\r\n\r\n\r\n\r\n\r\nPING\r\n',
  '*1\r\n$4\r\nPING\nPING\r\n',
  'PING "unbalanced\r\n',
  '*1\r\n$x\r\n',
  '*x\r\n',
  '*1\r\n+PING\r\n',
  '*2\r\n$3\r\nGET\r\n$-1\r\n',
  'nosuch a b\r\n*2\r\n$6\r\nCONFIG\r\n$6\r\nnosuch\r\n',
];

interface Outcome {
  readonly replies: string;
  readonly isOpen: boolean;
  readonly stream: number;
}

/** What comes of the bytes when they come in these pieces. */
function outcomeOf(pieces: readonly Buffer[]): Outcome {
  const harness = new ServerHarness();
  const replica = harness.connect();
  harness.send(['PSYNC', '?', '-1'], replica);
  const conn = harness.connect();
  let replies = '';
  for (const piece of pieces) {
    // A chunk is borrowed: whatever is kept of it must have been copied.
    const chunk = Buffer.from(piece);
    replies += harness.sendRaw(chunk, conn).latin1Slice();
    chunk.fill(0xff);
  }
  return {
    replies,
    isOpen: harness.isOpen(conn),
    stream: harness.server.replication.stream.offset,
  };
}

for (const request of REQUESTS) {
  test(`cut at every byte: ${JSON.stringify(request).slice(0, 60)}`, () => {
    const bytes = Buffer.from(request, 'latin1');
    const whole = outcomeOf([bytes]);
    for (let at = 1; at < bytes.length; at += 1) {
      assert.deepEqual(outcomeOf([bytes.subarray(0, at), bytes.subarray(at)]), whole, `at ${at}`);
    }
    const single = Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
    assert.deepEqual(outcomeOf(single), whole, 'byte by byte');
  });
}
