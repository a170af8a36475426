/** What the user reads when a sandbox's thread has died. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deathText, failureText } from '../../../src/extension/deathText.ts';

test('a death is told by its first line, with what to do about it', () => {
  const bug = deathText('TypeError: x is not a function\n    at run (worker.js:1:1)');
  assert.equal(bug.what, 'has died: TypeError: x is not a function');
  assert.match(bug.advice, /output channel/);
  assert.equal(deathText('exit code 1').what, 'has died: its thread ended with exit code 1');
});

test('memory that ran out is told as such, whoever noticed', () => {
  const ours = deathText('out of memory: it had used up the 200 MB of memory it may use');
  assert.equal(ours.what, 'ran out of memory: it had used up the 200 MB of memory it may use');
  assert.match(ours.advice, /memoryLimitMb/);
  const heap = deathText(
    'Error [ERR_WORKER_OUT_OF_MEMORY]: Worker terminated due to reaching memory limit: JS heap out of memory',
  );
  assert.equal(heap.what, 'ran out of memory: its heap is full');
  assert.equal(deathText('Error: no memory of that').what, 'has died: Error: no memory of that');
});

test('a world that a bug has stopped is told with the place of the bug', () => {
  const report = { error: 'InvariantError: x', stack: '', node: 'm', event: 12, seed: 1 };
  assert.match(
    failureText('Sandbox 1', report),
    /^a bug has stopped Sandbox 1: InvariantError: x \(event 12, node m\)\. It stands still /,
  );
  assert.match(failureText('Sandbox 1', { ...report, node: '' }), /: x \(event 12\)\. /);
});
