/**
 * Starts a sandbox in its own worker thread and communicates with it.
 *
 * Invariant: a request is answered exactly once; the worker's death answers what is pending. The death of
 * a worker that was not asked to close is always reported.
 */

import { totalmem } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { FeedEntry, Operation, Outcome } from '../view/messages.ts';
import type { Snapshot } from '../view/snapshot.ts';
import type {
  EndpointList,
  FailureReport,
  ForkRequest,
  FromWorker,
  HostOptions,
  ToWorker,
} from './hostMessages.ts';

const MEMORY_MB_MAX = 4_096;
/** How long a thread may take to close before it is terminated. */
const CLOSE_MS_MAX = 3_000;

/** The default memory limit of a sandbox: half of the machine's memory, at most 4 GB. */
export function defaultMemoryMb(): number {
  return Math.min(MEMORY_MB_MAX, Math.floor(totalmem() / 2 ** 21));
}

const ENDED: Outcome = { ok: false, error: 'ERR the sandbox has ended' };

/** The sandbox did not start; the message says why. */
export class StartError extends Error {
  override readonly name = 'StartError';
  /** The port that another program holds, if that is the reason. */
  readonly takenPort: number | undefined;

  constructor(reason: string, takenPort?: number) {
    super(reason);
    this.takenPort = takenPort;
  }
}

interface SandboxListeners {
  readonly onSnapshot?: (snapshot: Snapshot) => void;
  readonly onFeed?: (entries: readonly FeedEntry[]) => void;
  /** A message to show to the user at once. */
  readonly onWarning: (text: string) => void;
  /** A bug has stopped the world, which can still be inspected. */
  readonly onFailure?: (report: FailureReport) => void;
  /**
   * Starts a fork of the sandbox in a worker of its own. Resolves with its endpoints. Without a listener
   * forks are refused.
   */
  readonly onFork?: (name: string, options: HostOptions) => Promise<EndpointList>;
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
  private hasExited = false;

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

  /** Resolves once every endpoint is open. Throws StartError. `entry` is the thread's module. */
  static start(
    options: HostOptions,
    listeners: SandboxListeners,
    entry: URL = workerUrl(),
  ): Promise<SandboxWorker> {
    const worker = new Worker(entry, {
      workerData: options,
      resourceLimits: { maxOldGenerationSizeMb: options.memoryMb },
    });
    return new Promise((resolve, reject) => {
      worker.once('error', (error) => reject(error));
      worker.once('exit', (code) => reject(new StartError(`the worker ended with code ${code}`)));
      worker.once('message', (message: FromWorker) => {
        for (const event of ['error', 'exit']) worker.removeAllListeners(event);
        if (message.kind === 'ready') {
          resolve(new SandboxWorker(worker, message.endpoints, listeners));
        } else if (message.kind === 'refused') {
          reject(new StartError(message.reason, message.takenPort));
        } else {
          reject(new StartError(message.kind));
        }
      });
    });
  }

  request(operation: Operation): Promise<Outcome> {
    this.lastId += 1;
    const id = this.lastId;
    if (this.hasExited) return Promise.resolve(ENDED);
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      this.post({ id, operation });
    });
  }

  /** Closes every endpoint and ends the thread; terminates it when it does not react. */
  async close(): Promise<void> {
    if (this.hasExited) return;
    this.isClosing = true;
    const exited = new Promise((resolve) => this.worker.once('exit', resolve));
    this.post({ kind: 'close' });
    const force = setTimeout(() => void this.worker.terminate(), CLOSE_MS_MAX);
    await exited;
    clearTimeout(force);
  }

  private post(message: ToWorker): void {
    this.worker.postMessage(message);
  }

  private hear(message: FromWorker): void {
    if (message.kind === 'snapshot') this.listeners.onSnapshot?.(message.snapshot);
    else if (message.kind === 'feed') this.listeners.onFeed?.(message.entries);
    else if (message.kind === 'warning') this.listeners.onWarning(message.text);
    else if (message.kind === 'failed') this.listeners.onFailure?.(message.report);
    else if (message.kind === 'fork') void this.fork(message);
    else if (message.kind === 'ended') this.death = message.reason;
    else if (message.kind === 'answer') {
      this.waiting.get(message.id)?.(message.outcome);
      this.waiting.delete(message.id);
    }
  }

  private async fork({ id, name, options }: ForkRequest): Promise<void> {
    const { onFork } = this.listeners;
    let outcome: Outcome = { ok: false, error: 'ERR this program starts no further sandboxes' };
    try {
      if (onFork !== undefined) {
        const data = await onFork(name, options);
        outcome = { ok: true, text: `${name} runs on other ports`, data };
      }
    } catch (error) {
      // A bug that stops the fork must not reach the sandbox it branches off.
      const reason = error instanceof Error ? error.message : String(error);
      outcome = { ok: false, error: `ERR the fork did not start: ${reason}` };
    }
    if (!this.hasExited) this.post({ kind: 'forked', id, outcome });
  }

  private exited(code: number): void {
    this.hasExited = true;
    for (const resolve of this.waiting.values()) {
      resolve(ENDED);
    }
    this.waiting.clear();
    if (!this.isClosing) this.listeners.onDeath(this.death || `exit code ${code}`);
  }
}

/**
 * The thread's entry beside this module: the source under Node's type stripping, the bundle in
 * dist.
 */
function workerUrl(): URL {
  const name = import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.cjs';
  return new URL(name, import.meta.url);
}
