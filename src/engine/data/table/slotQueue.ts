/** A first-in, first-out queue of slots: the collections that `pack` turns into bytes (database.ts). */

import { registerState } from '../../machine/state.ts';

/** Taken slots are removed from the array in batches of this size. */
const TAKEN_MAX = 1024;

export class SlotQueue {
  private readonly slots: number[] = [];
  /** Index of the oldest slot. */
  private first = 0;

  get length(): number {
    return this.slots.length - this.first;
  }

  push(slot: number): void {
    this.slots.push(slot);
  }

  /** Removes and returns the oldest slot. The queue must not be empty. */
  take(): number {
    const slot = this.slots[this.first]!;
    this.first += 1;
    if (this.first >= TAKEN_MAX) {
      this.slots.copyWithin(0, this.first);
      this.slots.length -= this.first;
      this.first = 0;
    }
    return slot;
  }
}
registerState('SlotQueue', SlotQueue);
