/**
 * A priority queue of deadlines: the earliest costs O(1), adding and removing O(log n), because
 * thousands of clients may wait.
 *
 * Invariant: `heap` is a binary heap by (deadline, id), and `heap[item.place] === item`. Items with
 * equal deadlines expire in the order of their ids, so every run of a world expires them alike.
 */

import type { Micros } from '../machine/machine.ts';
import { NEVER } from '../machine/machine.ts';
import { registerState } from '../machine/state.ts';

interface Timed {
  readonly id: number;
  /** NEVER while the item is not in the queue. */
  deadline: Micros;
  /** Index in the heap; -1 while the item is not in the queue. */
  place: number;
}

export class Deadlines<T extends Timed> {
  private readonly heap: T[] = [];

  get size(): number {
    return this.heap.length;
  }

  /** The item with the earliest deadline; undefined if the queue is empty. */
  get first(): T | undefined {
    return this.heap[0];
  }

  get earliest(): Micros {
    return this.heap.length === 0 ? NEVER : this.heap[0]!.deadline;
  }

  /** Adds an item that is not in the queue. NEVER means no deadline: the item is not added. */
  add(item: T, deadline: Micros): void {
    if (deadline === NEVER) return;
    item.deadline = deadline;
    this.put(item, this.heap.length);
    this.rise(item);
  }

  /** Removes an item. Does nothing if it is not in the queue. */
  remove(item: T): void {
    const { place } = item;
    if (place < 0) return;
    item.deadline = NEVER;
    item.place = -1;
    const last = this.heap.pop()!;
    if (last === item) return;
    this.put(last, place);
    this.rise(last);
    this.sink(last);
  }

  private put(item: T, place: number): void {
    this.heap[place] = item;
    item.place = place;
  }

  private rise(item: T): void {
    while (item.place > 0) {
      const { place } = item;
      const parent = this.heap[(place - 1) >> 1]!;
      if (!comesBefore(item, parent)) return;
      this.put(item, parent.place);
      this.put(parent, place);
    }
  }

  private sink(item: T): void {
    for (;;) {
      const { place } = item;
      const left = this.heap[2 * place + 1];
      if (left === undefined) return;
      const right = this.heap[2 * place + 2];
      const child = right !== undefined && comesBefore(right, left) ? right : left;
      if (!comesBefore(child, item)) return;
      this.put(item, child.place);
      this.put(child, place);
    }
  }
}
registerState('Deadlines', Deadlines);

function comesBefore(a: Timed, b: Timed): boolean {
  return a.deadline < b.deadline || (a.deadline === b.deadline && a.id < b.id);
}
