/**
 * An allocator of cells in pages (slabPage.ts).
 *
 * A reference names a cell: the page's number in the upper bits, the unit in the lower 12. Page 3, unit
 * 5 is (3 << 12) | 5 = 12293. Unit 0 is the page's header, so 0 is never a reference.
 *
 * Invariants: a page is written to only under this slab's epoch (epoch.ts); `places[n]` is the position
 * of page n in its class's list of pages with room, and -1 iff the page is full or released; an empty
 * page exists only as the last page with room of its class, until the next `trim`.
 */

import { registerState } from '../../machine/state.ts';
import { Epoch } from '../epoch.ts';
import {
  BUMP,
  CELLS_USED,
  CLASS_UNITS,
  FREE_HEAD,
  FREE_MARK,
  grownPage,
  isFull,
  newPage,
  SIZE_CLASS,
  SlabPage,
  UNIT_BITS,
} from './slabPage.ts';

const UNIT_MASK = (1 << UNIT_BITS) - 1;
const NO_PLACE = -1;

/** The pages of one size class. */
export interface SizeClass {
  /** Numbers of the pages with room, in any order. */
  readonly roomy: number[];
  pages: number;
  cellsUsed: number;
}

/** The index of a cell's first word in its page. */
export function wordOf(reference: number): number {
  return (reference & UNIT_MASK) << 2;
}

export class Slab {
  private epoch = new Epoch();
  /** By number; undefined for a released page. */
  readonly pages: (SlabPage | undefined)[];
  readonly places: number[];
  /** Numbers of released pages. */
  readonly unused: number[];
  /** By class; undefined for a class that was never used. */
  readonly classes: (SizeClass | undefined)[];
  /** Bytes of pages copied so far because another slab shared them. */
  copiedBytes = 0;

  constructor(
    pages: (SlabPage | undefined)[] = [],
    places: number[] = [],
    unused: number[] = [],
    classes: (SizeClass | undefined)[] = [],
  ) {
    this.pages = pages;
    this.places = places;
    this.unused = unused;
    this.classes = classes;
  }

  /** Bytes of all pages. */
  get heldBytes(): number {
    let bytes = 0;
    for (const page of this.pages) if (page !== undefined) bytes += page.bytes.length;
    return bytes;
  }

  /** The page of a cell, for reading. */
  page(reference: number): SlabPage {
    return this.pages[reference >>> UNIT_BITS]!;
  }

  /** The page of a cell, for writing. */
  own(reference: number): SlabPage {
    const number = reference >>> UNIT_BITS;
    const page = this.pages[number]!;
    return page.epoch === this.epoch ? page : this.replace(number, page);
  }

  /** Returns a reference to a new cell, whose words have arbitrary values. */
  allocate(sizeClass: number): number {
    const list = this.classes[sizeClass] ?? this.open(sizeClass);
    const number = list.roomy.length > 0 ? list.roomy.at(-1)! : this.addPage(sizeClass, list);
    let page = this.pages[number]!;
    if (page.epoch !== this.epoch) page = this.replace(number, page);
    let { words } = page;
    let unit = words[FREE_HEAD]!;
    if (unit !== 0) {
      words[FREE_HEAD] = words[unit << 2]!;
    } else {
      unit = words[BUMP]!;
      const next = unit + CLASS_UNITS[sizeClass]!;
      if (next << 2 > words.length) {
        page = grownPage(this.epoch, page);
        this.pages[number] = page;
        words = page.words;
      }
      words[BUMP] = next;
    }
    words[CELLS_USED]! += 1;
    list.cellsUsed += 1;
    if (isFull(words)) this.removeFromRoomy(number, list);
    return (number << UNIT_BITS) | unit;
  }

  free(reference: number): void {
    const number = reference >>> UNIT_BITS;
    const { words } = this.own(reference);
    const at = wordOf(reference);
    words[at] = words[FREE_HEAD]!;
    words[at + 1] = FREE_MARK;
    words[FREE_HEAD] = at >>> 2;
    words[CELLS_USED]! -= 1;
    const list = this.classes[words[SIZE_CLASS]!]!;
    list.cellsUsed -= 1;
    if (this.places[number] === NO_PLACE) this.addToRoomy(number, list);
    // One empty page is kept; otherwise a single key that is added and deleted would create a page each time.
    if (words[CELLS_USED] === 0 && list.roomy.length > 1) this.release(number, list);
  }

  /** Releases a page whose cells have all been moved or freed. */
  release(number: number, list: SizeClass): void {
    if (this.places[number] !== NO_PLACE) this.removeFromRoomy(number, list);
    this.pages[number] = undefined;
    this.unused.push(number);
    list.pages -= 1;
  }

  /** Releases the empty pages that `free` has kept. */
  trim(): void {
    for (const list of this.classes) {
      const number = list?.roomy.at(-1);
      if (list === undefined || number === undefined) continue;
      if (this.pages[number]!.words[CELLS_USED] === 0) this.release(number, list);
    }
  }

  /** Stops the allocation of cells in this page, because its cells are about to be moved. */
  close(number: number, list: SizeClass): void {
    if (this.places[number] !== NO_PLACE) this.removeFromRoomy(number, list);
  }

  /** A second slab with the same cells, in O(pages); neither sees later changes of the other. */
  share(): Slab {
    this.epoch = new Epoch();
    const classes = this.classes.map((list) => list && { ...list, roomy: list.roomy.slice() });
    return new Slab(this.pages.slice(), this.places.slice(), this.unused.slice(), classes);
  }

  private open(sizeClass: number): SizeClass {
    while (this.classes.length <= sizeClass) this.classes.push(undefined);
    const list: SizeClass = { roomy: [], pages: 0, cellsUsed: 0 };
    this.classes[sizeClass] = list;
    return list;
  }

  private addPage(sizeClass: number, list: SizeClass): number {
    const number = this.unused.pop() ?? this.pages.length;
    this.pages[number] = newPage(this.epoch, sizeClass, list.pages > 0);
    list.pages += 1;
    this.places[number] = NO_PLACE;
    this.addToRoomy(number, list);
    return number;
  }

  private addToRoomy(number: number, list: SizeClass): void {
    this.places[number] = list.roomy.length;
    list.roomy.push(number);
  }

  private removeFromRoomy(number: number, list: SizeClass): void {
    const { roomy } = list;
    const last = roomy.pop()!;
    const place = this.places[number]!;
    if (last !== number) {
      roomy[place] = last;
      this.places[last] = place;
    }
    this.places[number] = NO_PLACE;
  }

  private replace(number: number, page: SlabPage): SlabPage {
    const mine = new SlabPage(this.epoch, page.words.slice());
    this.pages[number] = mine;
    this.copiedBytes += page.bytes.length;
    return mine;
  }
}
registerState('Slab', Slab, (slab: Slab) => slab.share());
