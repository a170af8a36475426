/** Asked to shut down again while a shutdown waits for replicas. What redis-server does, by its log. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServerHarness } from '../../support/serverHarness.ts';

const WAITING = ['M User requested shutdown...', 'M Waiting for replicas before shutting down.'];
const INSISTED = 'M You insist... exiting now.';

/** With a replica that never acknowledges. */
function waitingServer(): ServerHarness {
  const harness = new ServerHarness();
  const replica = harness.connect();
  harness.send(['REPLCONF', 'listening-port', '1'], replica);
  harness.send(['PSYNC', '?', '-1'], replica);
  harness.advance(1_000);
  harness.received(replica);
  harness.send(['SET', 'a', '1']);
  harness.logLines.length = 0;
  return harness;
}

function received(signal: string): string {
  return `M Received ${signal} scheduling shutdown...`;
}

test('a second SIGINT ends the process at once', () => {
  for (const first of ['SIGINT', 'SIGTERM']) {
    const harness = waitingServer();
    harness.signal(first);
    assert.equal(harness.exitCode, undefined);
    harness.signal('SIGINT');
    assert.equal(harness.exitCode, 1);
    assert.deepEqual(harness.logLines, [received(first), ...WAITING, INSISTED]);
  }
});

test('SIGTERM does not insist, nor does a SIGINT after SHUTDOWN or after its end', () => {
  const harness = waitingServer();
  harness.signal('SIGINT');
  harness.signal('SIGTERM');
  const asked = harness.connect();
  assert.equal(harness.send(['SHUTDOWN', 'NOW'], asked).toString(), '', 'waits with the others');
  assert.deepEqual(harness.logLines, [received('SIGINT'), ...WAITING, received('SIGTERM')]);
  assert.equal(harness.send(['SHUTDOWN', 'ABORT']).toString(), '+OK\r\n');
  assert.match(harness.received(asked).toString(), /^-ERR Errors trying to SHUTDOWN/);
  harness.send(['SHUTDOWN'], harness.connect());
  harness.signal('SIGINT');
  assert.equal(harness.exitCode, undefined);
  harness.signal('SIGINT');
  assert.equal(harness.exitCode, 1);
});
