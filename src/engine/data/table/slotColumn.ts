/**
 * Slot -> reference of its record, for slots 0..size-1 of a database. Scans, random keys and snapshots
 * use it; looking up a key does not.
 *
 * Invariant: a page is written to only under this column's epoch (epoch.ts).
 */

import { registerShared, registerState } from '../../machine/state.ts';
import { Epoch } from '../epoch.ts';

const PAGE_SHIFT = 12;
const PAGE_SLOTS = 1 << PAGE_SHIFT;
const SLOT_MASK = PAGE_SLOTS - 1;
/** The first page starts small and doubles. */
const FIRST_SLOTS = 16;

class SlotPage {
  readonly epoch: Epoch;
  readonly references: Int32Array;

  constructor(epoch: Epoch, references: Int32Array) {
    this.epoch = epoch;
    this.references = references;
  }
}
registerShared('SlotPage', SlotPage);

export class SlotColumn {
  private epoch = new Epoch();
  private readonly pages: SlotPage[];

  constructor(pages: SlotPage[] = []) {
    this.pages = pages;
  }

  get heldBytes(): number {
    let bytes = 0;
    for (const page of this.pages) bytes += page.references.byteLength;
    return bytes;
  }

  get(slot: number): number {
    return this.pages[slot >>> PAGE_SHIFT]!.references[slot & SLOT_MASK]!;
  }

  /** `slot` is at most one beyond the last. */
  set(slot: number, reference: number): void {
    const number = slot >>> PAGE_SHIFT;
    const page = this.pages[number];
    const index = slot & SLOT_MASK;
    if (page !== undefined && page.epoch === this.epoch && index < page.references.length) {
      page.references[index] = reference;
    } else {
      this.renew(number, page, index).references[index] = reference;
    }
  }

  /** Drops the pages that contain only slots from `size` on. */
  truncate(size: number): void {
    const count = (size + PAGE_SLOTS - 1) >>> PAGE_SHIFT;
    while (this.pages.length > count) this.pages.pop();
  }

  /** A second column with the same references, in O(pages); neither sees later changes of the other. */
  share(): SlotColumn {
    this.epoch = new Epoch();
    return new SlotColumn(this.pages.slice());
  }

  /** A page of this epoch with the same references and room for `index`. */
  private renew(number: number, page: SlotPage | undefined, index: number): SlotPage {
    let length = page?.references.length ?? (number === 0 ? FIRST_SLOTS : PAGE_SLOTS);
    while (length <= index) length *= 2;
    const references = new Int32Array(length);
    if (page !== undefined) references.set(page.references);
    const fresh = new SlotPage(this.epoch, references);
    this.pages[number] = fresh;
    return fresh;
  }
}
registerState('SlotColumn', SlotColumn, (column: SlotColumn) => column.share());
