/**
 * The expire times of a database's keys, by slot of its rows (rows.ts). There are pages only where a key
 * has an expiry, so a database without expiries needs no memory for them.
 *
 * Invariants: a page is written to only under this column's epoch (epoch.ts); a page's `keys` is the
 * number of its slots that are not NONE, and a page without any is dropped.
 */

import { registerShared, registerState } from '../../machine/state.ts';
import { Epoch } from '../epoch.ts';

const PAGE_SLOTS = 1024;

/** Unix time in milliseconds of a key that does not expire. */
export const NO_EXPIRY = -1;

class ExpirePage {
  readonly epoch: Epoch;
  readonly instants: Float64Array;
  keys: number;

  constructor(epoch: Epoch, instants: Float64Array, keys: number) {
    this.epoch = epoch;
    this.instants = instants;
    this.keys = keys;
  }
}
registerShared('ExpirePage', ExpirePage);

export class ExpireColumn {
  private epoch: Epoch;
  private readonly pages: (ExpirePage | undefined)[];
  private keys: number;

  constructor(pages: (ExpirePage | undefined)[] = [], keys = 0) {
    this.epoch = new Epoch();
    this.pages = pages;
    this.keys = keys;
  }

  /** The number of slots with an expiry. */
  get count(): number {
    return this.keys;
  }

  get(slot: number): number {
    if (this.keys === 0) return NO_EXPIRY;
    const page = this.pages[Math.floor(slot / PAGE_SLOTS)];
    return page === undefined ? NO_EXPIRY : page.instants[slot % PAGE_SLOTS]!;
  }

  set(slot: number, unixMs: number): void {
    const page = this.writable(Math.floor(slot / PAGE_SLOTS));
    if (page.instants[slot % PAGE_SLOTS] === NO_EXPIRY) {
      page.keys += 1;
      this.keys += 1;
    }
    page.instants[slot % PAGE_SLOTS] = unixMs;
  }

  /** Removes the expiry of a slot. Returns whether there was one. */
  clear(slot: number): boolean {
    if (this.get(slot) === NO_EXPIRY) return false;
    const index = Math.floor(slot / PAGE_SLOTS);
    const page = this.writable(index);
    page.instants[slot % PAGE_SLOTS] = NO_EXPIRY;
    page.keys -= 1;
    this.keys -= 1;
    if (page.keys === 0) this.pages[index] = undefined;
    return true;
  }

  /** Moves the expiry of slot `last` to slot `hole`; if they are the same slot, removes it. */
  remove(hole: number, last: number): void {
    const moved = this.get(last);
    this.clear(last);
    if (hole === last) return;
    if (moved === NO_EXPIRY) this.clear(hole);
    else this.set(hole, moved);
  }

  /** The highest slot below `slot` that has an expiry; -1 if there is none. */
  previous(slot: number): number {
    let at = slot - 1;
    while (at >= 0) {
      const index = Math.floor(at / PAGE_SLOTS);
      const page = this.pages[index];
      if (page !== undefined) {
        for (let i = at % PAGE_SLOTS; i >= 0; i -= 1) {
          if (page.instants[i] !== NO_EXPIRY) return index * PAGE_SLOTS + i;
        }
      }
      at = index * PAGE_SLOTS - 1;
    }
    return -1;
  }

  /** A second column with the same instants, in O(pages); neither sees later changes of the other. */
  share(): ExpireColumn {
    this.epoch = new Epoch();
    return new ExpireColumn(this.pages.slice(), this.keys);
  }

  private writable(index: number): ExpirePage {
    const page = this.pages[index];
    if (page !== undefined && page.epoch === this.epoch) return page;
    const fresh =
      page === undefined
        ? new ExpirePage(this.epoch, new Float64Array(PAGE_SLOTS).fill(NO_EXPIRY), 0)
        : new ExpirePage(this.epoch, page.instants.slice(), page.keys);
    while (this.pages.length < index) this.pages.push(undefined);
    this.pages[index] = fresh;
    return fresh;
  }
}
registerState('ExpireColumn', ExpireColumn, (column: ExpireColumn) => column.share());
