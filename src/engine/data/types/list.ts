/**
 * A list: a deque of chunks, so changes at both ends are O(1) and a change in the middle moves one chunk.
 *
 * Invariants: no chunk is empty or longer than CHUNK_ITEMS_MAX; a chunk is written to only under this
 * list's epoch (epoch.ts).
 */

import { registerShared, registerState } from '../../machine/state.ts';
import type { Bytes } from '../../resp/bytes.ts';
import { Epoch } from '../epoch.ts';
import { listpackEntryBytes, quicklistBytes } from '../memory.ts';
import type { Packed } from '../packed/packed.ts';
import type { PackWriter } from '../packed/packWriter.ts';
import { Container } from './container.ts';

const CHUNK_ITEMS_MAX = 256;
/** A chunk that has shrunk to this is joined with a neighbour that has room for it. */
const CHUNK_ITEMS_LOW = CHUNK_ITEMS_MAX / 4;

class Chunk {
  readonly epoch: Epoch;
  readonly items: Bytes[];

  constructor(epoch: Epoch, items: Bytes[]) {
    this.epoch = epoch;
    this.items = items;
  }
}
registerShared('Chunk', Chunk);

interface Place {
  readonly chunk: number;
  readonly at: number;
}

export class ListValue extends Container {
  private epoch = new Epoch();
  private chunks: Chunk[] = [];
  private count = 0;
  private itemBytes = 0;

  /** A list made from packed bytes is unfolded at once. */
  constructor(packed?: Packed) {
    super();
    if (packed === undefined) return;
    this.usedBytes = packed.usedBytes;
    this.itemBytes = packed.entryBytes;
    this.count = packed.count;
    packed.seek();
    for (let left = packed.count; left > 0; ) {
      const items: Bytes[] = [];
      for (; left > 0 && items.length < CHUNK_ITEMS_MAX; left -= 1) items.push(packed.element());
      this.chunks.push(new Chunk(this.epoch, items));
    }
  }

  get length(): number {
    return this.count;
  }

  /** The element at `index`, which counts from 0; undefined if it is out of range. */
  get(index: number): Bytes | undefined {
    if (index < 0 || index >= this.count) return undefined;
    const { chunk, at } = this.placeOf(index);
    return this.chunks[chunk]!.items[at];
  }

  /** `index` must be inside. */
  set(index: number, value: Bytes): void {
    const { chunk, at } = this.placeOf(index);
    const { items } = this.writable(chunk);
    this.itemBytes += listpackEntryBytes(value) - listpackEntryBytes(items[at]!);
    items[at] = value;
    this.account();
  }

  pushLeft(value: Bytes): void {
    const first = this.chunks[0];
    if (first === undefined || first.items.length === CHUNK_ITEMS_MAX) {
      this.chunks.unshift(new Chunk(this.epoch, [value]));
    } else {
      this.writable(0).items.unshift(value);
    }
    this.added(value);
  }

  pushRight(value: Bytes): void {
    const last = this.chunks.length - 1;
    if (last < 0 || this.chunks[last]!.items.length === CHUNK_ITEMS_MAX) {
      this.chunks.push(new Chunk(this.epoch, [value]));
    } else {
      this.writable(last).items.push(value);
    }
    this.added(value);
  }

  popLeft(): Bytes | undefined {
    if (this.count === 0) return undefined;
    const { items } = this.writable(0);
    const value = items.shift()!;
    if (items.length === 0) this.chunks.shift();
    this.removed(value);
    return value;
  }

  popRight(): Bytes | undefined {
    if (this.count === 0) return undefined;
    const { items } = this.writable(this.chunks.length - 1);
    const value = items.pop()!;
    if (items.length === 0) this.chunks.pop();
    this.removed(value);
    return value;
  }

  /** Inserts `value` before the element at `index`, or at the end if `index` is the length. */
  insert(index: number, value: Bytes): void {
    if (index === this.count) {
      this.pushRight(value);
      return;
    }
    const { chunk, at } = this.placeOf(index);
    const { items } = this.writable(chunk);
    items.splice(at, 0, value);
    if (items.length > CHUNK_ITEMS_MAX) {
      this.chunks.splice(chunk + 1, 0, new Chunk(this.epoch, items.splice(items.length >>> 1)));
    }
    this.added(value);
  }

  /** `index` must be inside. */
  removeAt(index: number): void {
    const { chunk, at } = this.placeOf(index);
    const { items } = this.writable(chunk);
    const value = items[at]!;
    items.splice(at, 1);
    if (items.length === 0) this.chunks.splice(chunk, 1);
    else if (items.length <= CHUNK_ITEMS_LOW) this.join(chunk);
    this.removed(value);
  }

  forEach(visit: (value: Bytes, index: number) => void): void {
    this.range(0, this.count - 1, visit);
  }

  /** Visits the elements from `start` to `stop`, inclusive; indexes out of range are skipped. */
  range(start: number, stop: number, visit: (value: Bytes, index: number) => void): void {
    let index = Math.max(start, 0);
    const last = Math.min(stop, this.count - 1);
    if (index > last) return;
    let { chunk, at } = this.placeOf(index);
    for (; index <= last; chunk += 1, at = 0) {
      const { items } = this.chunks[chunk]!;
      for (; at < items.length && index <= last; at += 1, index += 1) visit(items[at]!, index);
    }
  }

  /** Keeps only the elements from `start` to `stop`, inclusive. */
  trim(start: number, stop: number): void {
    const from = Math.max(start, 0);
    const to = Math.min(stop, this.count - 1);
    if (from > to) {
      this.chunks = [];
      this.count = 0;
      this.itemBytes = 0;
    } else {
      this.dropRight(this.count - 1 - to);
      this.dropLeft(from);
    }
    this.account();
  }

  override get type(): 'list' {
    return 'list';
  }

  override pack(writer: PackWriter, type: number): void {
    writer.byte(type);
    writer.varint(this.usedBytes);
    writer.varint(this.itemBytes);
    writer.varint(0);
    writer.varint(this.count);
    this.forEach((item) => {
      writer.element(item);
    });
  }

  override clone(): ListValue {
    const clone = new ListValue();
    this.epoch = new Epoch();
    clone.chunks = this.chunks.slice();
    clone.count = this.count;
    clone.itemBytes = this.itemBytes;
    clone.usedBytes = this.usedBytes;
    return clone;
  }

  protected override modelBytes(): number {
    return quicklistBytes(this.itemBytes);
  }

  /** Finds the element at `index`, counting chunks from the nearer end. */
  private placeOf(index: number): Place {
    const { chunks } = this;
    if (index < this.count >>> 1) {
      let at = index;
      let chunk = 0;
      for (; at >= chunks[chunk]!.items.length; chunk += 1) at -= chunks[chunk]!.items.length;
      return { chunk, at };
    }
    let first = this.count;
    let chunk = chunks.length;
    while (first > index) {
      chunk -= 1;
      first -= chunks[chunk]!.items.length;
    }
    return { chunk, at: index - first };
  }

  private join(chunk: number): void {
    const left = chunk === 0 ? 0 : chunk - 1;
    const right = this.chunks[left + 1];
    if (right === undefined) return;
    if (this.chunks[left]!.items.length + right.items.length > CHUNK_ITEMS_MAX / 2) return;
    this.writable(left).items.push(...right.items);
    this.chunks.splice(left + 1, 1);
  }

  private dropLeft(count: number): void {
    let left = count;
    let whole = 0;
    for (; left > 0 && this.chunks[whole]!.items.length <= left; whole += 1) {
      left -= this.forget(this.chunks[whole]!.items);
    }
    this.chunks.splice(0, whole);
    if (left > 0) this.forget(this.writable(0).items.splice(0, left));
  }

  private dropRight(count: number): void {
    let left = count;
    while (left > 0 && this.chunks.at(-1)!.items.length <= left) {
      left -= this.forget(this.chunks.pop()!.items);
    }
    if (left > 0) this.forget(this.writable(this.chunks.length - 1).items.splice(-left));
  }

  private forget(items: readonly Bytes[]): number {
    for (const item of items) this.itemBytes -= listpackEntryBytes(item);
    this.count -= items.length;
    return items.length;
  }

  private added(value: Bytes): void {
    this.count += 1;
    this.itemBytes += listpackEntryBytes(value);
    this.account();
  }

  private removed(value: Bytes): void {
    this.count -= 1;
    this.itemBytes -= listpackEntryBytes(value);
    this.account();
  }

  private writable(index: number): Chunk {
    const chunk = this.chunks[index]!;
    if (chunk.epoch === this.epoch) return chunk;
    const fresh = new Chunk(this.epoch, chunk.items.slice());
    this.chunks[index] = fresh;
    return fresh;
  }
}
registerState('ListValue', ListValue, (list: ListValue) => list.clone());
