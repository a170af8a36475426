/** The thread of a sandbox and its end. Others go on. */

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Worker } from 'node:worker_threads';
import { closeAll, start } from './startedWorker.ts';

after(closeAll);

test('a thread that is killed is reported once, and what waited is answered', async () => {
  const { worker, death } = await start(200);
  const thread = (worker as unknown as { readonly worker: Worker }).worker;
  const answer = worker.request({ op: 'state' });
  await thread.terminate();
  assert.equal(await death, 'exit code 1');
  assert.ok([true, false].includes((await answer).ok));
  await worker.close();
});
