/**
 * An allocator of cells in pages (slabPage.ts).
 *
 * A reference names a cell: the page's number in the upper bits, the unit in the lower 12. Page 3,
 * unit 5 is (3 << 12) | 5 = 12293. Unit 0 is the page's header, so 0 is no reference.
 *
 * Invariants: a page is written to only under this slab's epoch (epoch.ts); `places[n]` is where page
 * n stands in the list of its class's pages with room, and -1 exactly when it is full or gone; an
 * empty page exists only as the last one with room of its class, and until the next `trim`.
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
  /** Numbers of the pages with room, in no order. */
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
  /** By number; undefined where a page was given back. */
  readonly pages: (SlabPage | undefined)[];
  readonly places: number[];
  /** Numbers of pages that were given back. */
  readonly unused: number[];
  /** By class; undefined for a class that was never used. */
  readonly classes: (SizeClass | undefined)[];

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

  /** The page of a cell, to read. */
  page(reference: number): SlabPage {
    return this.pages[reference >>> UNIT_BITS]!;
  }

  /** The page of a cell, to write to. */
  own(reference: number): SlabPage {
    const number = reference >>> UNIT_BITS;
    const page = this.pages[number]!;
    return page.epoch === this.epoch ? page : this.replace(number, page);
  }

  /** A reference to a new cell, whose words hold anything. */
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
    // One empty page stays, or a single key that comes and goes would make a page each time.
    if (words[CELLS_USED] === 0 && list.roomy.length > 1) this.release(number, list);
  }

  /** Takes a page out of use whose cells have been moved or freed. */
  release(number: number, list: SizeClass): void {
    if (this.places[number] !== NO_PLACE) this.removeFromRoomy(number, list);
    this.pages[number] = undefined;
    this.unused.push(number);
    list.pages -= 1;
  }

  /** Gives back the empty pages that `free` has kept. */
  trim(): void {
    for (const list of this.classes) {
      const number = list?.roomy.at(-1);
      if (list === undefined || number === undefined) continue;
      if (this.pages[number]!.words[CELLS_USED] === 0) this.release(number, list);
    }
  }

  /** No cell is allocated in this page from now on: its cells are about to be moved. */
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
    return mine;
  }
}
registerState(Slab, (slab: Slab) => slab.share());
