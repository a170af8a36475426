/** The thread of a sandbox and its end. Others go on. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, rmSync, statSync } from 'node:fs';
import * as net from 'node:net';
import { dirname } from 'node:path';
import { after, test } from 'node:test';
import type { Worker } from 'node:worker_threads';
import '../../../src/sandbox/machines.ts';
import '../../../src/sandbox/observers/sandboxObserver.ts';
import type { Snapshot } from '../../../src/view/snapshot.ts';
import { parse } from '../../../src/world/recordingFile.ts';
import { replay } from '../../../src/world/replay.ts';
import { ask, closeAll, start, until } from './startedWorker.ts';

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

test('a port that is none is refused, and the thread goes on', async () => {
  const { worker, controlPort, port } = await start(200);
  for (const wrong of [-1, 1.5, 99_999, Number.NaN]) {
    const error = `ERR a port is a number from 1 to 65535, not ${wrong}`;
    const outcome = await worker.request({ op: 'addServer', port: wrong });
    assert.deepEqual(outcome, { ok: false, error });
  }
  assert.equal(
    await ask(controlPort, 'SANDBOX ADD SERVER 99999'),
    '-ERR a port is a number from 1 to 65535, not 99999',
  );
  assert.equal(
    await ask(controlPort, `SANDBOX ADD SERVER ${controlPort}`),
    `-ERR port ${controlPort}: Address already in use; name a free port`,
  );
  assert.equal(await ask(port, 'PING'), '+PONG');
  await worker.close();
});

test('a machine that breaks an invariant stops its world; what is needed to see it again is kept', async () => {
  const other = await start(200);
  const faulty = new URL('../../support/faultyWorker.ts', import.meta.url);
  const { worker, port, controlPort, failure, warnings, said } = await start(200, faulty);
  assert.equal(await ask(port, 'SET k v'), '+OK');
  assert.match(await ask(port, 'AUTH planted'), /^-ERR AUTH/);
  const idle = net.connect(port, '127.0.0.1');
  await once(idle, 'connect');
  const letGo = once(idle, 'close');
  idle.write('BREAK-AN-INVARIANT\r\n');
  const { error, node, event, seed, stack, recording } = await failure;
  assert.deepEqual([error, node, seed], ['InvariantError: as the test wanted', 'm', 1]);
  assert.match(stack, /faultyWorker\.ts/);
  assert.equal(statSync(recording!).mode & 0o777, 0o600);

  // What output channel and panel show.
  await until(() => said.some((text) => text.includes(`Recording: ${recording}`)));

  await letGo;
  await assert.rejects(ask(port, 'PING'), /ECONNREFUSED/);
  const refusal = `ERR the world stands still: ${error} (event ${event}, node m)`;
  const operation = { op: 'command', node: 'm', line: 'PING' } as const;
  assert.deepEqual(await worker.request(operation), { ok: false, error: refusal });
  assert.equal(await ask(controlPort, 'SANDBOX PAUSE'), `-${refusal}`);
  const state = await worker.request({ op: 'state' });
  assert.equal(state.ok && (state.data as Snapshot).failure, `${error} (event ${event}, node m)`);

  // The recording leads to the same event; the sound server of this thread passes it.
  const bytes = readFileSync(recording!);
  assert.equal(bytes.includes('planted'), false, 'without passwords');
  const world = replay(parse(bytes));
  rmSync(dirname(recording!), { recursive: true });
  assert.equal(world.eventCount, event);
  assert.match(world.eventBytes(event).latin1Slice(), /BREAK-AN-INVARIANT/);

  assert.equal(await ask(other.port, 'PING'), '+PONG');
  assert.deepEqual(warnings, []);
  await Promise.all([worker.close(), other.worker.close()]);
});
