/**
 * A digest of the state: runs with equal digests are taken to be in the same state. Machines are walked
 * field by field. Objects with their own copier, and objects shared by copies, are left to the
 * machine's kind (registry.ts): their epochs and derived indexes differ between a state and its copy
 * although both mean the same.
 *
 * The cost of a periodic digest hardly depends on the size of the state: of every Map, Set and array it
 * covers one window of entries, which moves on from turn to turn until all have been covered. With
 * 9,000 clients and a window of 64, turn 0 covers clients 0 to 63, turn 1 covers 64 to 127, and turn 141
 * begins again. A digest without a turn, as at the end of a run, covers everything.
 *
 * Long buffers and texts are sampled: the trace hash has covered their bytes when they came in.
 *
 * Invariant: the entries that a turn covers depend only on sizes and the turn, which are equal in an
 * original, its replay and its copies.
 */

import { InvariantError } from '../engine/machine/errors.ts';
import { registrationOf } from '../engine/machine/state.ts';
import { Hash } from './hash.ts';
import type { WorldNode } from './node.ts';
import { machineKind } from './registry.ts';
import type { WorldState } from './state.ts';

/**
 * A buffer or text up to this length is hashed whole; a longer one at both ends and at samples
 * between.
 */
const WHOLE_LENGTH_MAX = 1_024;
const SAMPLES = 64;
/**
 * Entries in the window of a container, by the number of containers around it: 64 clients, 8 queued
 * commands of each, 4 arguments of each command.
 */
const WINDOWS = [64, 8, 4, 2] as const;
/**
 * Entries of a Map or Set that may be skipped on the way to its window, because their middle can only be
 * reached by iteration. A larger container is covered in fewer turns, with a larger window: of 40,960
 * entries, 640 in every tenth turn.
 */
const PASSED_OVER_MAX = 4_096;

/** The number of the periodic digest; undefined covers everything. */
type Turn = number | undefined;

export function digestWorld(state: WorldState, turn: Turn): string {
  const walk = new Walk();
  const { hash } = walk;
  hash.number(state.now);
  hash.number(state.trace.count);
  hash.text(state.trace.hash.hex());
  walk.list(state.places, turn, 0, (name) => hash.text(name));
  walk.map(state.links, turn, 0, (_key, link) => {
    hash.number(link.latencyMicros);
    hash.number(link.bytesPerSecond);
    hash.number(link.freeAt);
    hash.word((link.cut ? 1 : 0) | (link.held ? 2 : 0) | (link.stalled.length << 2));
  });
  for (const node of state.nodes.values()) digestNode(walk, node, turn);
  walk.forgetSeen();
  walk.value(state.observer, turn, 0);
  return hash.hex();
}

function digestNode(walk: Walk, node: WorldNode, turn: Turn): void {
  const { hash } = walk;
  hash.text(node.name);
  hash.text(node.state);
  hash.number(node.life);
  hash.number(node.pid);
  hash.number(node.clockOffset);
  hash.number(node.busyUntil);
  hash.number(node.deadline);
  hash.number(node.inbox.length);
  walk.map(node.ends, turn, 0, (_id, end) => {
    hash.number(end.id);
    hash.word(end.state);
    hash.number(end.bytesSent);
    hash.number(end.unreported);
    hash.number(end.consumed);
    hash.number(end.queue.length);
  });
  hash.number(node.disk.freeAt);
  walk.map(node.disk.files, turn, 0, (path, file) => {
    hash.text(path);
    hash.text(file.hash.hex());
    hash.number(file.size);
  });
  walk.forgetSeen();
  walk.value(node.machine, turn, 0);
  for (const child of node.children.values()) walk.value(child, turn, 0);
  machineKind(node.setup.machine).digest?.(node.machine, hash, turn);
}

/** One walk through a state. `depth` is the number of containers around a value. */
class Walk {
  readonly hash = new Hash();
  private readonly seen = new Map<object, number>();

  /** Numbers of objects start again in each node, so that references are compared within it. */
  forgetSeen(): void {
    this.seen.clear();
  }

  value(value: unknown, turn: Turn, depth: number): void {
    const { hash } = this;
    switch (typeof value) {
      case 'number':
        hash.number(value);
        break;
      case 'string':
        sampleText(hash, value);
        break;
      case 'boolean':
        hash.word(value ? 3 : 5);
        break;
      case 'undefined':
        hash.word(7);
        break;
      case 'bigint':
        hash.text(value.toString());
        break;
      case 'object':
        if (value === null) hash.word(11);
        else this.object(value, turn, depth);
        break;
      default:
        throw new InvariantError(`state holds a ${typeof value}`);
    }
  }

  private object(value: object, turn: Turn, depth: number): void {
    const { hash, seen } = this;
    // By content, never by identity: a copy has a copy of a Buffer that the original shares with a module.
    if (ArrayBuffer.isView(value)) {
      sampleBytes(hash, new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
      return;
    }
    const index = seen.get(value);
    if (index !== undefined) {
      hash.word(index);
      return;
    }
    seen.set(value, seen.size);
    if (Array.isArray(value)) {
      this.list(value, turn, depth, (item, turnOfItem) => this.value(item, turnOfItem, depth + 1));
    } else if (value instanceof Map) {
      this.map(value, turn, depth, (key, item, turnOfItem) => {
        this.value(key, turnOfItem, depth + 1);
        this.value(item, turnOfItem, depth + 1);
      });
    } else if (value instanceof Set) {
      this.set(value, turn, depth, (item, turnOfItem) => this.value(item, turnOfItem, depth + 1));
    } else {
      this.fields(value, turn, depth);
    }
  }

  private fields(value: object, turn: Turn, depth: number): void {
    const registration = registrationOf(value);
    if (registration?.shared || registration?.copier !== undefined) {
      this.hash.word(13);
      return;
    }
    for (const key in value) this.value((value as Record<string, unknown>)[key], turn, depth);
  }

  /** Visits the items of this turn's window. */
  list<T>(
    items: readonly T[],
    turn: Turn,
    depth: number,
    visit: (item: T, turn: Turn) => void,
  ): void {
    this.hash.word(items.length);
    const { start, count, turnOfEntries } = windowOf(items.length, turn, depth, 1);
    for (let i = 0; i < count; i += 1) visit(items[(start + i) % items.length]!, turnOfEntries);
  }

  map<K, V>(
    map: ReadonlyMap<K, V>,
    turn: Turn,
    depth: number,
    visit: (key: K, value: V, turn: Turn) => void,
  ): void {
    this.passing(map.entries(), map.size, turn, depth, ([key, value], turnOfEntries) =>
      visit(key, value, turnOfEntries),
    );
  }

  private set<T>(
    set: ReadonlySet<T>,
    turn: Turn,
    depth: number,
    visit: (item: T, turn: Turn) => void,
  ): void {
    this.passing(set.values(), set.size, turn, depth, visit);
  }

  /** Visits the window of a container that can only be iterated from its beginning. */
  private passing<T>(
    entries: Iterable<T>,
    size: number,
    turn: Turn,
    depth: number,
    visit: (entry: T, turn: Turn) => void,
  ): void {
    this.hash.word(size);
    const rests = Math.ceil(size / PASSED_OVER_MAX);
    const { start, count, turnOfEntries } = windowOf(size, turn, depth, rests);
    if (count === 0) return;
    let at = 0;
    for (const entry of entries) {
      if (at >= start + count) break;
      if (at >= start) visit(entry, turnOfEntries);
      at += 1;
    }
  }
}

/**
 * The entries of a container that a turn covers. A container that is covered in only one of `rests` turns
 * has a window that is as many times larger.
 *
 * The containers inside its entries receive the number of completed rounds through this container as
 * their turn, so nested windows also reach everything.
 */
function windowOf(
  size: number,
  turn: Turn,
  depth: number,
  rests: number,
): { start: number; count: number; turnOfEntries: Turn } {
  const window = WINDOWS[Math.min(depth, WINDOWS.length - 1)]! * rests;
  if (turn === undefined || size <= window) return { start: 0, count: size, turnOfEntries: turn };
  if (turn % rests !== 0) return { start: 0, count: 0, turnOfEntries: turn };
  const look = turn / rests;
  const windows = Math.ceil(size / window);
  const start = (look % windows) * window;
  const count = Math.min(window, size - start);
  return { start, count, turnOfEntries: Math.floor(look / windows) };
}

function sampleText(hash: Hash, text: string): void {
  const { length } = text;
  if (length <= WHOLE_LENGTH_MAX) {
    hash.text(text);
    return;
  }
  hash.text(text.slice(0, WHOLE_LENGTH_MAX / 2));
  hash.text(text.slice(length - WHOLE_LENGTH_MAX / 2));
  const step = Math.floor(length / SAMPLES);
  for (let i = 0; i < length; i += step) hash.word(text.charCodeAt(i));
  hash.number(length);
}

function sampleBytes(hash: Hash, bytes: Uint8Array): void {
  const { length } = bytes;
  if (length <= WHOLE_LENGTH_MAX) {
    hash.bytes(bytes);
    return;
  }
  hash.bytes(bytes, 0, WHOLE_LENGTH_MAX / 2);
  hash.bytes(bytes, length - WHOLE_LENGTH_MAX / 2, length);
  const step = Math.floor(length / SAMPLES);
  for (let i = 0; i < length; i += step) hash.word(bytes[i]!);
  hash.number(length);
}
