/**
 * Slots in the order they came, oldest first: the collections of a database that are objects now and
 * may become bytes.
 */

import { registerState } from '../../machine/state.ts';

/** So many slots that were taken are forgotten together. */
const TAKEN_MAX = 1024;

export class SlotQueue {
  private readonly slots: number[] = [];
  /** Where the oldest is. */
  private first = 0;

  get length(): number {
    return this.slots.length - this.first;
  }

  push(slot: number): void {
    this.slots.push(slot);
  }

  /** Takes the oldest; there must be one. */
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
registerState(SlotQueue);
