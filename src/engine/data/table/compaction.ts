/**
 * Frees memory that changes have fragmented: the cells of sparsely used pages are moved together, and
 * sparsely used pages of the index are merged.
 *
 * Each call continues where the last one stopped, and is bounded by the bytes it moves, never by time,
 * so a replay does the same. No key, value or slot changes, only the position of records.
 */

import { registerState } from '../../machine/state.ts';
import type { KeyTable } from './keyTable.ts';
import type { SizeClass } from './slab.ts';
import {
  BUMP,
  CELLS_USED,
  CLASS_UNITS,
  cellsPerPage,
  FREE_MARK,
  HEADER_UNITS,
  SIZE_CLASS,
  UNIT_BITS,
  UNIT_BYTES,
} from './slabPage.ts';

/** Classes that use less of their pages than this are compacted. */
const OCCUPANCY_WANTED = 0.85;
/** Entries of the index's directory that one call visits. */
const ENTRIES_A_CALL = 32;

export class Compaction {
  /** The page visited last; pages are visited downwards. */
  private page = 0;
  /** The entry of the index's directory to visit next. */
  private entry = 0;

  copy(): Compaction {
    const copy = new Compaction();
    copy.page = this.page;
    copy.entry = this.entry;
    return copy;
  }

  /** Moves up to `bytesMax` bytes of records, plus the rest of a page. Returns how many of them are left. */
  run(table: KeyTable, bytesMax: number): number {
    this.shrinkIndex(table);
    const { slab } = table.rows;
    slab.trim();
    if (!slab.classes.some((list, sizeClass) => list !== undefined && isSparse(list, sizeClass))) {
      return bytesMax;
    }
    let left = bytesMax;
    for (let looked = slab.pages.length; looked > 0 && left > 0; looked -= 1) {
      this.page = (this.page > 0 ? Math.min(this.page, slab.pages.length) : slab.pages.length) - 1;
      left -= UNIT_BYTES + evacuate(table, this.page);
    }
    return Math.max(left, 0);
  }

  private shrinkIndex(table: KeyTable): void {
    for (let looked = 0; looked < ENTRIES_A_CALL; looked += 1) {
      this.entry = table.index.shrinkAt(this.entry);
      if (this.entry === 0) break;
    }
  }
}
registerState('Compaction', Compaction);

/** Moves all records of a page to other pages of its class if they have enough room. Returns the bytes moved. */
function evacuate(table: KeyTable, number: number): number {
  const { slab } = table.rows;
  const page = slab.pages[number];
  if (page === undefined) return 0;
  const { words } = page;
  const sizeClass = words[SIZE_CLASS]!;
  const list = slab.classes[sizeClass]!;
  if (!isSparse(list, sizeClass)) return 0;
  if (words[CELLS_USED]! * list.pages > list.cellsUsed) return 0;
  slab.close(number, list);
  const units = CLASS_UNITS[sizeClass]!;
  for (let unit = HEADER_UNITS; unit < words[BUMP]!; unit += units) {
    if (words[(unit << 2) + 1] === FREE_MARK) continue;
    table.moveRecord((number << UNIT_BITS) | unit, sizeClass);
  }
  list.cellsUsed -= words[CELLS_USED]!;
  slab.release(number, list);
  return words[CELLS_USED]! * units * UNIT_BYTES;
}

/**
 * Whether a class needs a page less than it has. Worked example: in three pages of 100 cells 90, 40 and
 * 50 are in use, 0.6 of all. The page with 40 is not above the average of 60, so its records move to
 * free cells of the others, and two pages are left.
 */
function isSparse(list: SizeClass, sizeClass: number): boolean {
  const cells = cellsPerPage(sizeClass);
  const room = list.pages * cells;
  return room - list.cellsUsed >= cells && list.cellsUsed < OCCUPANCY_WANTED * room;
}
