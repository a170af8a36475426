/**
 * Keeps a sandbox within its memory: when too much is in use its servers refuse writes, and take
 * them again when there is room.
 *
 * A server is told by CONFIG SET maxmemory over the operator's connection, as an operator would do
 * it: that is a recorded input, so a replay refuses the same writes at the same events, and the user
 * sees it in CONFIG GET, in the feed and in the error of the refused writes.
 *
 * Invariants: every process that runs while writes are refused is told once, also one that starts
 * later (a user who raises its maxmemory by hand has the last word); each gets back the value it had,
 * unless somebody has set another one meanwhile. A CONFIG REWRITE while writes are refused (Sentinels
 * send one with every reconfiguration) puts our value into the node's file: a process that reads it
 * from there later gets the value back, too, as soon as it runs.
 */

import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import { serverOf } from '../sandbox/nodeReading.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { Operation } from '../view/messages.ts';
import { MemoryBudget } from './memoryBudget.ts';

const MEGABYTE = 1024 * 1024;
/** Any data is more than that, so every write that could add some is refused. */
const MAXMEMORY_REFUSING = 1;

export interface MemoryGuardOptions {
  readonly sandbox: Sandbox;
  readonly memoryMb: number;
  /** Carries out an operation whose answer nobody waits for. */
  readonly perform: (operation: Operation) => void;
  /** For the user, at once. */
  readonly warn: (text: string) => void;
  /** No refusal helps any more. */
  readonly end: (reason: string) => void;
}

interface Told {
  /** Of the process. */
  readonly pid: number;
  /** Its maxmemory before. */
  readonly before: number;
}

export class MemoryGuard {
  private readonly options: MemoryGuardOptions;
  private readonly budget: MemoryBudget;
  private readonly observer: PerformanceObserver;
  private collections = 0;
  private isRefusing = false;
  private readonly told = new Map<string, Told>();
  /** Nodes whose configuration file may still have our value, with the last process we know of. */
  private readonly released = new Map<string, Told>();

  constructor(options: MemoryGuardOptions) {
    this.options = options;
    this.budget = new MemoryBudget(options.memoryMb * MEGABYTE);
    this.observer = new PerformanceObserver((list) => {
      this.collections += list.getEntries().filter(isFullCollection).length;
    });
    this.observer.observe({ entryTypes: ['gc'] });
  }

  close(): void {
    this.observer.disconnect();
  }

  /** Called from time to time. */
  look(): void {
    const { used_heap_size, external_memory } = getHeapStatistics();
    const verdict = this.budget.look({
      threadBytes: used_heap_size + external_memory,
      dataBytes: this.dataBytes(),
      collections: this.collections,
    });
    const { warn, end, memoryMb } = this.options;
    const limit = `${memoryMb} MB of memory it may use`;
    if (verdict === 'end') {
      end(`out of memory: it had used up the ${limit}`);
      return;
    }
    if (verdict === 'refuse') {
      this.isRefusing = true;
      const text = `The sandbox has filled most of the ${limit}: its servers refuse writes with OOM until there is room again. Delete what is not needed (DEL, FLUSHALL), or restart the sandbox.`;
      this.say(text);
      warn(text);
    } else if (verdict === 'fine') {
      this.isRefusing = false;
      this.release();
      this.say(`There is room in the ${limit} again: the sandbox's servers take writes again.`);
    }
    if (this.isRefusing) this.refuse();
    else this.releaseStarted();
  }

  private dataBytes(): number {
    const { specs, world } = this.options.sandbox;
    let sum = 0;
    for (const { name } of specs) sum += serverOf(world, name)?.memory.used ?? 0;
    return sum;
  }

  /** Tells the processes that have not been told yet. */
  private refuse(): void {
    const { sandbox } = this.options;
    for (const { name } of sandbox.specs) {
      const server = serverOf(sandbox.world, name);
      const node = sandbox.world.state.nodes.get(name);
      if (server === undefined || node?.isAlive !== true) continue;
      if (this.told.get(name)?.pid === node.pid) continue;
      const earlier = this.told.get(name) ?? this.released.get(name);
      const { maxmemory } = server.settings;
      // A process that has read our own value back from its configuration file.
      const isOurs = earlier !== undefined && maxmemory === MAXMEMORY_REFUSING;
      this.told.set(name, { pid: node.pid, before: isOurs ? earlier.before : maxmemory });
      this.setMaxmemory(name, MAXMEMORY_REFUSING);
    }
  }

  /** Gives the processes that were told their values back. */
  private release(): void {
    const { world } = this.options.sandbox;
    for (const [name, told] of this.told) {
      this.released.set(name, told);
      const server = serverOf(world, name);
      const node = world.state.nodes.get(name);
      if (server === undefined || node?.isAlive !== true || node.pid !== told.pid) continue;
      // Not ours yet when the process is frozen: it finds both commands when it is thawed.
      const { maxmemory } = server.settings;
      const { before } = told;
      if (maxmemory === MAXMEMORY_REFUSING || maxmemory === before) this.setMaxmemory(name, before);
    }
    this.told.clear();
  }

  /**
   * The same for processes that started since then and read our value from their files. One that read
   * another shows that its file is free of ours: the node is forgotten.
   */
  private releaseStarted(): void {
    const { world } = this.options.sandbox;
    for (const [name, { pid, before }] of this.released) {
      const server = serverOf(world, name);
      const node = world.state.nodes.get(name);
      if (node === undefined) this.released.delete(name);
      if (server === undefined || node?.isAlive !== true || node.pid === pid) continue;
      if (server.settings.maxmemory === MAXMEMORY_REFUSING) {
        this.released.set(name, { pid: node.pid, before });
        this.setMaxmemory(name, before);
      } else {
        this.released.delete(name);
      }
    }
  }

  private setMaxmemory(node: string, bytes: number): void {
    this.options.perform({ op: 'command', node, line: `CONFIG SET maxmemory ${bytes}` });
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
