/** The event queue: a binary heap. Invariant: no item is before its parent by (at, seq). */

import type { Micros } from '../engine/machine/machine.ts';
import { registerState } from '../engine/machine/state.ts';
import type { Event } from './event.ts';

export class EventQueue {
  private readonly heap: Event[] = [];

  first(): Event | undefined {
    return this.heap[0];
  }

  push(event: Event): void {
    const heap = this.heap;
    let index = heap.length;
    heap.push(event);
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = heap[parentIndex]!;
      if (!isBefore(event, parent)) break;
      heap[index] = parent;
      index = parentIndex;
    }
    heap[index] = event;
  }

  pop(): Event | undefined {
    const heap = this.heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    sink(heap, last);
    return first;
  }

  /** When the last event up to `limit` is due; -Infinity if there is none. */
  lastDueUntil(limit: Micros): Micros {
    let last = Number.NEGATIVE_INFINITY;
    for (const { at } of this.heap) if (at <= limit && at > last) last = at;
    return last;
  }

  /** The events in the order of execution, for looking ahead. */
  sorted(): Event[] {
    return [...this.heap].sort((a, b) => (isBefore(a, b) ? -1 : 1));
  }
}
registerState('EventQueue', EventQueue);

function isBefore(a: Event, b: Event): boolean {
  return a.at < b.at || (a.at === b.at && a.seq < b.seq);
}

/** Replaces the root by `event` and moves it down to its place. */
function sink(heap: Event[], event: Event): void {
  const length = heap.length;
  let index = 0;
  for (;;) {
    let childIndex = 2 * index + 1;
    if (childIndex >= length) break;
    let child = heap[childIndex]!;
    if (childIndex + 1 < length && isBefore(heap[childIndex + 1]!, child)) {
      childIndex += 1;
      child = heap[childIndex]!;
    }
    if (!isBefore(child, event)) break;
    heap[index] = child;
    index = childIndex;
  }
  heap[index] = event;
}
