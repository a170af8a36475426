/**
 * A page of a slab: up to 64 KB outside V8's heap, divided into cells of one size class.
 *
 * The first unit of 16 bytes is the page's header, so copying the page also copies its allocator. The
 * first page of a class starts small and doubles; cells keep their positions.
 *
 * The same memory is accessed as words, in the platform's byte order, and as bytes, so the platform must
 * be little-endian. All platforms that VS Code supports are.
 */

import { invariant } from '../../machine/errors.ts';
import { registerShared } from '../../machine/state.ts';
import type { Epoch } from '../epoch.ts';

const PAGE_BYTES = 64 * 1024;
/** Offsets and lengths of cells are multiples of this. */
export const UNIT_BYTES = 16;
const PAGE_UNITS = PAGE_BYTES / UNIT_BYTES;
/** A unit's number takes the low bits of a reference (slab.ts). */
export const UNIT_BITS = 12;
const FIRST_PAGE_BYTES = 512;

/** Words of the header. */
export const SIZE_CLASS = 0;
/** The unit of the first free cell; 0 for none. A free cell's first word is the unit of the next. */
export const FREE_HEAD = 1;
/** The number of cells in use. */
export const CELLS_USED = 2;
/** The first unit that has never been part of a cell. */
export const BUMP = 3;
/** Units of the header. */
export const HEADER_UNITS = 1;

/** A free cell's second word; no record has it (record.ts). */
export const FREE_MARK = -1;

const EXACT_UNITS_MAX = 64;
/** The longest cell: 8 KB. */
export const CELL_UNITS_MAX = 512;

/** Units of a cell by class: every multiple up to 1 KB, then four steps to each doubling. */
export const CLASS_UNITS: readonly number[] = classUnits();

const classOfUnits = Uint8Array.from({ length: CELL_UNITS_MAX + 1 }, (_, units) =>
  CLASS_UNITS.findIndex((size) => size >= units),
);

function classUnits(): number[] {
  const sizes: number[] = [];
  for (let units = 1; units <= EXACT_UNITS_MAX; units += 1) sizes.push(units);
  for (let base = EXACT_UNITS_MAX; base < CELL_UNITS_MAX; base *= 2) {
    for (let step = 1; step <= 4; step += 1) sizes.push(base + (base / 4) * step);
  }
  return sizes;
}

/** The class of the smallest cells for `bytes`, which are at most CELL_UNITS_MAX units. */
export function classOf(bytes: number): number {
  return classOfUnits[(bytes + UNIT_BYTES - 1) >>> 4]!;
}

/** The number of cells of a class in a page of full size. */
export function cellsPerPage(sizeClass: number): number {
  return Math.floor((PAGE_UNITS - HEADER_UNITS) / CLASS_UNITS[sizeClass]!);
}

export class SlabPage {
  readonly epoch: Epoch;
  /** The page as words and as bytes; both are views of one ArrayBuffer. */
  readonly words: Int32Array;
  readonly bytes: Buffer;

  constructor(epoch: Epoch, words: Int32Array) {
    this.epoch = epoch;
    this.words = words;
    this.bytes = Buffer.from(words.buffer);
  }
}
registerShared('SlabPage', SlabPage, {
  bytes: ({ words }: SlabPage) => {
    invariant(words instanceof Int32Array, 'a page consists of words');
    return Buffer.from(words.buffer);
  },
});

/** An empty page of a class, of full size or just large enough for a few cells. */
export function newPage(epoch: Epoch, sizeClass: number, isFullSize: boolean): SlabPage {
  let size = isFullSize ? PAGE_BYTES : FIRST_PAGE_BYTES;
  while (size < (HEADER_UNITS + CLASS_UNITS[sizeClass]!) * UNIT_BYTES) size *= 2;
  const words = new Int32Array(size / 4);
  words[SIZE_CLASS] = sizeClass;
  words[BUMP] = HEADER_UNITS;
  return new SlabPage(epoch, words);
}

/** A page with the same cells and room for more. */
export function grownPage(epoch: Epoch, page: SlabPage): SlabPage {
  const { words } = page;
  const needed = (words[BUMP]! + CLASS_UNITS[words[SIZE_CLASS]!]!) * UNIT_BYTES;
  let size = 2 * page.bytes.length;
  while (size < needed) size *= 2;
  const grown = new Int32Array(size / 4);
  grown.set(words);
  return new SlabPage(epoch, grown);
}

/** Whether a page has no room for another cell, at its full size. */
export function isFull(words: Int32Array): boolean {
  return words[FREE_HEAD] === 0 && words[BUMP]! + CLASS_UNITS[words[SIZE_CLASS]!]! > PAGE_UNITS;
}

invariant(new Uint8Array(Int32Array.of(1).buffer)[0] === 1, 'the platform is little-endian');
