/**
 * Objects outside the slab, by slot: collections, Buffers of long values, Buffers of long keys. As in
 * expireColumn.ts there are pages only where there are objects.
 *
 * Invariants: a page is written to only under this column's epoch (epoch.ts); a page's `count` is the
 * number of its objects, and a page without any is dropped.
 */

import { registerShared, registerState } from '../../machine/state.ts';
import { Epoch } from '../epoch.ts';

/** Pages are small: when most collections are packed, the few objects are far apart. */
const PAGE_SHIFT = 5;
const PAGE_SLOTS = 1 << PAGE_SHIFT;
const SLOT_MASK = PAGE_SLOTS - 1;

class ObjectPage<V extends object> {
  readonly epoch: Epoch;
  readonly objects: (V | undefined)[];
  count: number;

  constructor(epoch: Epoch, objects: (V | undefined)[], count: number) {
    this.epoch = epoch;
    this.objects = objects;
    this.count = count;
  }
}
registerShared('ObjectPage', ObjectPage);

export class ObjectColumn<V extends object> {
  private epoch = new Epoch();
  private readonly pages: (ObjectPage<V> | undefined)[];

  constructor(pages: (ObjectPage<V> | undefined)[] = []) {
    this.pages = pages;
  }

  get(slot: number): V | undefined {
    return this.pages[slot >>> PAGE_SHIFT]?.objects[slot & SLOT_MASK];
  }

  set(slot: number, object: V): void {
    const page = this.writable(slot >>> PAGE_SHIFT);
    const { objects } = page;
    const index = slot & SLOT_MASK;
    while (objects.length <= index) objects.push(undefined);
    if (objects[index] === undefined) page.count += 1;
    objects[index] = object;
  }

  clear(slot: number): void {
    if (this.get(slot) === undefined) return;
    const number = slot >>> PAGE_SHIFT;
    const page = this.writable(number);
    page.objects[slot & SLOT_MASK] = undefined;
    page.count -= 1;
    if (page.count > 0) return;
    this.pages[number] = undefined;
    while (this.pages.length > 0 && this.pages.at(-1) === undefined) this.pages.pop();
  }

  /** Moves the object of slot `last` to slot `hole`; if they are the same slot, removes it. */
  remove(hole: number, last: number): void {
    if (this.pages.length === 0) return;
    const moved = this.get(last);
    this.clear(last);
    if (hole === last) return;
    if (moved === undefined) this.clear(hole);
    else this.set(hole, moved);
  }

  forEach(visit: (object: V) => void): void {
    for (const page of this.pages) {
      for (const object of page?.objects ?? []) if (object !== undefined) visit(object);
    }
  }

  /** A second column with the same objects, in O(pages); neither sees later changes of the other. */
  share(): ObjectColumn<V> {
    this.epoch = new Epoch();
    return new ObjectColumn(this.pages.slice());
  }

  private writable(number: number): ObjectPage<V> {
    const page = this.pages[number];
    if (page !== undefined && page.epoch === this.epoch) return page;
    const fresh = new ObjectPage<V>(this.epoch, page?.objects.slice() ?? [], page?.count ?? 0);
    while (this.pages.length < number) this.pages.push(undefined);
    this.pages[number] = fresh;
    return fresh;
  }
}
registerState('ObjectColumn', ObjectColumn, (column: ObjectColumn<object>) => column.share());
