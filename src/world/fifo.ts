/** A queue on one array. Invariant: the items are `items[head..]`; slots before head are empty. */

import { registerState } from '../engine/machine/state.ts';

export class Fifo<T> {
  private items: (T | undefined)[] = [];
  private head = 0;

  get length(): number {
    return this.items.length - this.head;
  }

  first(): T | undefined {
    return this.items[this.head];
  }

  /** The item at `index`; the first one has index 0. */
  at(index: number): T | undefined {
    return this.items[this.head + index];
  }

  push(item: T): void {
    this.items.push(item);
  }

  /** Puts an item before the first. */
  unshift(item: T): void {
    if (this.head === 0) {
      this.items.unshift(item);
    } else {
      this.head -= 1;
      this.items[this.head] = item;
    }
  }

  shift(): T | undefined {
    const item = this.items[this.head];
    if (item === undefined) return undefined;
    this.items[this.head] = undefined;
    this.head += 1;
    if (this.head === this.items.length) {
      this.items.length = 0;
      this.head = 0;
    } else if (this.head >= 1_024 && this.head * 2 >= this.items.length) {
      this.items = this.items.slice(this.head); // Amortized: at most one move per shift.
      this.head = 0;
    }
    return item;
  }

  clear(): void {
    this.items.length = 0;
    this.head = 0;
  }
}
registerState('Fifo', Fifo);
