/**
 * Starts a sandbox in a worker thread of its own and talks to it.
 *
 * Invariant: a request is answered exactly once, if need be with the worker's death; the death of
 * a worker that was not asked to close is reported, never passed over.
 */

import { totalmem } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { FeedEntry, Operation, Outcome } from '../view/messages.ts';
import type { Snapshot } from '../view/snapshot.ts';
import type { EndpointList, FromWorker, HostOptions, ToWorker } from './hostMessages.ts';

const HEAP_MB_MAX = 4_096;

/** The sandbox did not come up; the message says why. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

export interface SandboxListeners {
  readonly onSnapshot?: (snapshot: Snapshot) => void;
  readonly onFeed?: (entries: readonly FeedEntry[]) => void;
  /** The worker died. */
  readonly onDeath: (reason: string) => void;
}

export class SandboxWorker {
  readonly endpoints: EndpointList;
  private readonly worker: Worker;
  private readonly listeners: SandboxListeners;
  private readonly waiting = new Map<number, (outcome: Outcome) => void>();
  private lastId = 0;
  private death = '';
  private isClosing = false;

  private constructor(worker: Worker, endpoints: EndpointList, listeners: SandboxListeners) {
    this.worker = worker;
    this.endpoints = endpoints;
    this.listeners = listeners;
    worker.on('message', (message: FromWorker) => this.hear(message));
    worker.on('error', (error) => {
      this.death = error instanceof Error ? (error.stack ?? error.message) : String(error);
    });
    worker.on('exit', (code) => this.exited(code));
    if (listeners.onSnapshot !== undefined || listeners.onFeed !== undefined) {
      this.post({ kind: 'subscribe' });
    }
  }

  /** Resolves once every endpoint is open. Throws StartError. */
  static start(options: HostOptions, listeners: SandboxListeners): Promise<SandboxWorker> {
    const heapMb = Math.min(HEAP_MB_MAX, Math.floor(totalmem() / 2 ** 21));
    const worker = new Worker(workerUrl(), {
      workerData: options,
      resourceLimits: { maxOldGenerationSizeMb: heapMb },
    });
    return new Promise((resolve, reject) => {
      worker.once('error', (error) => reject(error));
      worker.once('exit', (code) => reject(new StartError(`the worker ended with code ${code}`)));
      worker.once('message', (message: FromWorker) => {
        for (const event of ['error', 'exit']) worker.removeAllListeners(event);
        if (message.kind === 'ready') {
          resolve(new SandboxWorker(worker, message.endpoints, listeners));
        } else {
          reject(new StartError(message.kind === 'refused' ? message.reason : message.kind));
        }
      });
    });
  }

  request(operation: Operation): Promise<Outcome> {
    this.lastId += 1;
    const id = this.lastId;
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      this.post({ id, operation });
    });
  }

  /** Closes every endpoint and ends the thread. */
  async close(): Promise<void> {
    this.isClosing = true;
    const exited = new Promise((resolve) => this.worker.once('exit', resolve));
    this.post({ kind: 'close' });
    await exited;
  }

  private post(message: ToWorker): void {
    this.worker.postMessage(message);
  }

  private hear(message: FromWorker): void {
    if (message.kind === 'snapshot') this.listeners.onSnapshot?.(message.snapshot);
    else if (message.kind === 'feed') this.listeners.onFeed?.(message.entries);
    else if (message.kind === 'answer') {
      this.waiting.get(message.id)?.(message.outcome);
      this.waiting.delete(message.id);
    }
  }

  private exited(code: number): void {
    for (const resolve of this.waiting.values()) {
      resolve({ ok: false, error: 'ERR the sandbox has ended' });
    }
    this.waiting.clear();
    if (!this.isClosing) this.listeners.onDeath(this.death || `exit code ${code}`);
  }
}

/** The thread's entry beside this module: the source under Node's type stripping, the bundle in dist. */
function workerUrl(): URL {
  const name = import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js';
  return new URL(name, import.meta.url);
}
