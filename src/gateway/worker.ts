/** The worker thread of one sandbox, with world and sockets; sandboxWorker.ts is the other side. */

import { parentPort, workerData } from 'node:worker_threads';
import { BootError } from '../sandbox/sandbox.ts';
import { PortError } from './endpoints.ts';
import type { FromWorker, HostOptions, ToWorker } from './hostMessages.ts';
import { ReplayError, SandboxHost } from './sandboxHost.ts';
import { chooseSocketReads } from './socketReads.ts';

const port = parentPort;
if (port === null) throw new Error('worker.ts runs in a worker thread only');

/** The thread ends with its last port and its last handle. */
const say = (message: FromWorker): void => {
  port.postMessage(message);
  if (message.kind === 'ended') port.close();
};

async function serve(options: HostOptions): Promise<void> {
  const host = new SandboxHost(options, await chooseSocketReads(), say);
  const endpoints = await host.open().catch((error: unknown) => {
    host.close();
    throw error;
  });
  port!.on('message', (message: ToWorker) => {
    if ('operation' in message) {
      const { id, operation } = message;
      host.perform(operation, (outcome) => say({ kind: 'answer', id, outcome }));
    } else if (message.kind === 'subscribe') {
      host.service.subscribe(say);
    } else if (message.kind === 'forked') {
      host.forks.started(message.id, message.outcome);
    } else {
      host.close();
      port!.close();
    }
  });
  say({ kind: 'ready', endpoints });
}

serve(workerData as HostOptions).catch((error: unknown) => {
  // Any other error is a bug: it ends the thread and is reported with its stack.
  const isExpected = [ReplayError, BootError, PortError].some((kind) => error instanceof kind);
  if (!isExpected || !(error instanceof Error)) throw error;
  const takenPort = error instanceof PortError ? error.takenPort : undefined;
  say({ kind: 'refused', reason: error.message, takenPort });
  port.close();
});
