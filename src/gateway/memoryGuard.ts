/**
 * Keeps a sandbox within its memory. When it uses too much, first its recording is given up; then its
 * servers refuse writes until there is room. Growth that no refusal stops (requests that never become
 * complete, replies that are never read) is stopped as by Redis's maxmemory-clients: the client that holds
 * the most memory is disconnected. Only if there is no such client does the sandbox end.
 *
 * Servers are told by CONFIG SET maxmemory over the operator's connection. This is a recorded input, so a
 * replay refuses the same writes at the same events, and the user sees it in CONFIG GET, in the feed and
 * in the errors of the refused writes.
 *
 * Invariants: every process that runs while writes are refused is told once, including one that starts
 * later (a user who raises maxmemory by hand overrides it). Each gets its old value back, unless it was
 * changed in the meantime. A CONFIG REWRITE while writes are refused (Sentinels send one with every
 * reconfiguration) saves our value in the node's file: a process that reads it from there later also gets
 * the old value back once it runs. A process counts as told only after it has replied OK; until then it
 * is told again.
 */

import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import { greediestClient, knownMemory } from '../sandbox/memoryReading.ts';
import { serverOf } from '../sandbox/nodeReading.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { Operation, Outcome } from '../view/messages.ts';
import { MemoryBudget } from './memoryBudget.ts';

const MEGABYTE = 1024 * 1024;
/** The shares of used memory at which clients are disconnected, and at which the sandbox ends. */
const DISCONNECT_SHARE = 0.8;
const END_SHARE = 0.9;
/** Full collections until the Buffers of a disconnected client are freed: see memoryBudget.ts. */
const COLLECTIONS_TO_FREE = 3;
/** Clients that hold less are not disconnected. */
const HELD_BYTES_MIN = 1024 * 1024;
/** Memory is read again after this much input, however soon; a 32nd of a small sandbox's memory. */
const INPUT_BYTES_MAX = 16 * MEGABYTE;
/** Any data exceeds this, so every write that could add data is refused. */
const MAXMEMORY_REFUSING = 1;
/** The shares of used memory at which the recording is given up, and at which it begins again. */
const SUSPEND_SHARE = 0.6;
const RESUME_SHARE = 0.5;

interface MemoryGuardOptions {
  readonly sandbox: Sandbox;
  readonly memoryMb: number;
  readonly perform: (operation: Operation, done: (outcome: Outcome) => void) => void;
  /** Resets the outside connection of a client. */
  readonly disconnect: (conn: number) => void;
  /** Shows a message to the user at once. */
  readonly warn: (text: string) => void;
  /** Ends the sandbox: no refusal helps any more. */
  readonly end: (reason: string) => void;
}

interface Told {
  /** Identifies the process. */
  readonly pid: number;
  /** Its previous maxmemory. */
  readonly before: number;
}

export class MemoryGuard {
  private readonly options: MemoryGuardOptions;
  private readonly budget: MemoryBudget;
  private readonly observer: PerformanceObserver;
  private collections = 0;
  private isRefusing = false;
  /**
   * The number of full collections after which the memory of disconnected clients is certainly
   * freed.
   */
  private endNotBefore = 0;
  private inputBytes = 0;
  private readonly inputBytesMax: number;
  private readonly told = new Map<string, Told>();
  /** Nodes whose configuration file may still contain our value, with their last known process. */
  private readonly released = new Map<string, Told>();

  constructor(options: MemoryGuardOptions) {
    this.options = options;
    const limitBytes = options.memoryMb * MEGABYTE;
    this.budget = new MemoryBudget(limitBytes);
    this.inputBytesMax = Math.min(INPUT_BYTES_MAX, limitBytes / 32);
    this.observer = new PerformanceObserver((list) => {
      this.collections += list.getEntries().filter(isFullCollection).length;
    });
    this.observer.observe({ entryTypes: ['gc'] });
  }

  close(): void {
    this.observer.disconnect();
  }

  /** To be called when bytes of clients have arrived, before the world receives them. */
  received(bytes: number): void {
    this.inputBytes += bytes;
    if (this.inputBytes >= this.inputBytesMax) this.look();
  }

  /** To be called regularly, and after every INPUT_BYTES_MAX of input. */
  look(): void {
    this.inputBytes = 0;
    const { sandbox, warn, memoryMb } = this.options;
    const { used_heap_size, external_memory } = getHeapStatistics();
    const { bytes, comingBytes } = knownMemory(sandbox);
    const verdict = this.budget.look({
      threadBytes: used_heap_size + external_memory,
      knownBytes: bytes,
      comingBytes,
      collections: this.collections,
    });
    this.limitRecording();
    const limit = `${memoryMb} MB of memory it may use`;
    if (!this.makeRoom(limit)) return;
    if (verdict === 'refuse') {
      this.isRefusing = true;
      const text = `Data and requests fill most of the ${limit}. The sandbox's servers refuse writes with OOM until there is room again. Delete keys that are not needed (DEL, FLUSHALL), or restart the sandbox.`;
      this.say(text);
      warn(text);
    } else if (verdict === 'fine') {
      this.isRefusing = false;
      this.release();
      this.say(`There is room in the ${limit} again: the sandbox's servers accept writes again.`);
    }
    if (this.isRefusing) this.refuse();
    else this.releaseStarted();
  }

  /** Disconnects the largest client if refusing writes is not enough. False if the sandbox must end. */
  private makeRoom(limit: string): boolean {
    const { sandbox, disconnect, warn, end } = this.options;
    const { shareInUse } = this.budget;
    if (shareInUse < DISCONNECT_SHARE) return true;
    const client = greediestClient(sandbox, HELD_BYTES_MIN);
    if (client !== undefined) {
      const held = `${Math.round(client.bytes / MEGABYTE)} MB are held for it`;
      const text = `The client ${client.addr} is disconnected from ${client.node}: ${held}, and the sandbox has used up the ${limit}.`;
      disconnect(client.conn);
      this.endNotBefore = this.collections + COLLECTIONS_TO_FREE;
      this.say(text);
      warn(text);
      return true;
    }
    if (shareInUse < END_SHARE || this.collections < this.endNotBefore) return true;
    end(`out of memory: it had used up the ${limit}`);
    return false;
  }

  /** The checkpoints of a recording keep what has been overwritten or deleted since. */
  private limitRecording(): void {
    const { world } = this.options.sandbox;
    const { shareInUse } = this.budget;
    if (shareInUse >= SUSPEND_SHARE) {
      world.suspendRecording();
      this.options.sandbox.history.forget();
    } else if (shareInUse < RESUME_SHARE) world.resumeRecording();
  }

  /** Tells all processes that have not been told. */
  private refuse(): void {
    const { sandbox } = this.options;
    for (const { name } of sandbox.reading.nodes) {
      const server = serverOf(sandbox.world, name);
      const node = sandbox.world.state.nodes.get(name);
      if (server === undefined || node?.isAlive !== true) continue;
      if (this.told.get(name)?.pid === node.pid) continue;
      const earlier = this.told.get(name) ?? this.released.get(name);
      const { maxmemory } = server.settings;
      // A process that has read our value from its configuration file.
      const isOurs = earlier !== undefined && maxmemory === MAXMEMORY_REFUSING;
      const told = { pid: node.pid, before: isOurs ? earlier.before : maxmemory };
      this.told.set(name, told);
      this.setMaxmemory(name, MAXMEMORY_REFUSING, () => {
        if (this.told.get(name) === told) this.told.delete(name);
      });
    }
  }

  /** Restores the values of the processes that were told. */
  private release(): void {
    const { world } = this.options.sandbox;
    for (const [name, told] of this.told) {
      this.released.set(name, told);
      const server = serverOf(world, name);
      const node = world.state.nodes.get(name);
      if (server === undefined || node?.isAlive !== true || node.pid !== told.pid) continue;
      // A frozen process does not have our value yet: it executes both commands when it is thawed.
      const { maxmemory } = server.settings;
      const { before } = told;
      if (maxmemory === MAXMEMORY_REFUSING || maxmemory === before) this.giveBack(name, told);
    }
    this.told.clear();
  }

  /**
   * The same for processes that have started since then and read our value from their files. If one has
   * read another value, its file is clean, and the node is forgotten.
   */
  private releaseStarted(): void {
    const { world } = this.options.sandbox;
    for (const [name, { pid, before }] of this.released) {
      const server = serverOf(world, name);
      const node = world.state.nodes.get(name);
      if (node === undefined) this.released.delete(name);
      if (server === undefined || node?.isAlive !== true || node.pid === pid) continue;
      if (server.settings.maxmemory === MAXMEMORY_REFUSING) {
        this.giveBack(name, { pid: node.pid, before });
      } else {
        this.released.delete(name);
      }
    }
  }

  /** If a process does not accept its old value, it is tried again like one that has just started. */
  private giveBack(name: string, told: Told): void {
    this.released.set(name, told);
    this.setMaxmemory(name, told.before, () => {
      if (this.released.get(name) === told) this.released.set(name, { ...told, pid: 0 });
    });
  }

  private setMaxmemory(node: string, bytes: number, failed: () => void): void {
    const operation: Operation = { op: 'command', node, line: `CONFIG SET maxmemory ${bytes}` };
    this.options.perform(operation, (outcome) => {
      const isDone = outcome.ok && (outcome.text === 'OK' || outcome.text.startsWith('QUEUED'));
      if (isDone) return;
      failed();
      const answer = outcome.ok ? outcome.text : outcome.error;
      this.say(`${node} has not taken maxmemory ${bytes} (${answer}); it is told again`);
    });
  }

  private say(text: string): void {
    const { feed, world } = this.options.sandbox;
    feed.say(world.now, text);
  }
}

function isFullCollection(entry: PerformanceEntry): boolean {
  const { kind } = (entry as PerformanceEntry & { readonly detail: { readonly kind: number } })
    .detail;
  return kind === constants.NODE_PERFORMANCE_GC_MAJOR;
}
