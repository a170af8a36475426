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

test('traffic does not put off the looks at lagging replicas: ten a second, from the beginning', () => {
  const harness = waitingServer();
  const { server } = harness;
  harness.send(['SHUTDOWN'], harness.connect());
  const begun = harness.now;
  const looks: number[] = [];
  for (let ms = 10; ms <= 500; ms += 10) {
    harness.advance(10);
    harness.send(['PING']);
    const next = server.nextDeadline() - begun;
    if (next !== looks.at(-1)) looks.push(next);
  }
  // The replication cron, once a second, is due at one of these instants, too.
  assert.deepEqual(looks, [100_000, 200_000, 300_000, 400_000, 500_000, 600_000]);
});

test('the wait for replicas ends after shutdown-timeout, whatever else goes on', () => {
  const harness = waitingServer();
  harness.send(['CONFIG', 'SET', 'shutdown-timeout', '3']);
  harness.send(['SHUTDOWN'], harness.connect());
  for (let ms = 0; ms < 2_990; ms += 10) {
    harness.advance(10);
    harness.send(['PING']);
  }
  assert.equal(harness.exitCode, undefined);
  harness.advance(10);
  assert.equal(harness.exitCode, 0);
});
