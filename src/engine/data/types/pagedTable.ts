/**
 * Rows in slots 0..size-1, stored by columns in pages of 1,024: the base of hashes, sets and sorted sets.
 * It works with slots only; the dictionary finds the slot of a key.
 *
 * Invariants: every page but the last is full; a page is written to only under this table's epoch
 * (epoch.ts); `values` of a page is as long as `keys`, or empty in a table of keys alone (a set).
 *
 * A scan visits slots downwards. The cursor is the number of slots not yet visited: with cursor 7, slots
 * 6, 5, … 0 remain. Rows only move down, so a row that exists during the whole scan and has not been
 * visited stays below the cursor. Example: rows a b c d, a scan has visited d and is at cursor 3.
 * Removing a moves the last row into its slot, d b c, and the scan continues with c, b, d.
 */

import { registerShared, registerState } from '../../machine/state.ts';
import { Epoch } from '../epoch.ts';

const PAGE_SHIFT = 10;
const SLOT_MASK = (1 << PAGE_SHIFT) - 1;

export class Page<V> {
  readonly epoch: Epoch;
  readonly keys: string[];
  readonly values: V[];

  constructor(epoch: Epoch, keys: string[], values: V[]) {
    this.epoch = epoch;
    this.keys = keys;
    this.values = values;
  }
}
registerShared('Page', Page);

export class PagedTable<V> {
  private epoch: Epoch;
  private readonly pages: Page<V>[];
  private rows: number;

  constructor(pages: Page<V>[] = [], rows = 0) {
    this.epoch = new Epoch();
    this.pages = pages;
    this.rows = rows;
  }

  get size(): number {
    return this.rows;
  }

  keyAt(slot: number): string {
    return this.pages[slot >>> PAGE_SHIFT]!.keys[slot & SLOT_MASK]!;
  }

  valueAt(slot: number): V {
    return this.pages[slot >>> PAGE_SHIFT]!.values[slot & SLOT_MASK]!;
  }

  setValueAt(slot: number, value: V): void {
    this.writable(slot >>> PAGE_SHIFT).values[slot & SLOT_MASK] = value;
  }

  /** Adds a row and returns its slot; in a table of keys alone there is no value. */
  append(key: string, value?: V): number {
    const slot = this.rows;
    const page = this.writable(slot >>> PAGE_SHIFT);
    page.keys.push(key);
    if (value !== undefined) page.values.push(value);
    this.rows = slot + 1;
    return slot;
  }

  /** Fills an empty table with up to PAGE_SLOTS rows. The caller gives the arrays away. */
  fill(keys: string[], values: V[]): void {
    this.pages.push(new Page(this.epoch, keys, values));
    this.rows = keys.length;
  }

  /** Removes a row; the last row moves into its slot. */
  removeAt(slot: number): void {
    const last = this.rows - 1;
    const lastPage = this.writable(last >>> PAGE_SHIFT);
    const key = lastPage.keys.pop()!;
    const value = lastPage.values.pop();
    if (slot !== last) {
      const page = this.writable(slot >>> PAGE_SHIFT);
      page.keys[slot & SLOT_MASK] = key;
      if (value !== undefined) page.values[slot & SLOT_MASK] = value;
    }
    if (lastPage.keys.length === 0) this.pages.pop();
    this.rows = last;
  }

  /** Removes a row from a table of one page; the rows above it move down by one and keep their order. */
  removeInOrder(slot: number): void {
    const page = this.writable(0);
    page.keys.splice(slot, 1);
    page.values.splice(slot, 1);
    this.rows -= 1;
    if (this.rows === 0) this.pages.pop();
  }

  /** Visits up to `count` slots below `cursor` (0: from the top); returns the next cursor, 0 at the end. */
  scan(cursor: number, count: number, visit: (key: string, value: V) => void): number {
    let left = cursor === 0 ? this.rows : Math.min(cursor, this.rows);
    for (let visited = 0; visited < count && left > 0; visited += 1) {
      left -= 1;
      visit(this.keyAt(left), this.valueAt(left));
      // The visitor may have removed rows.
      if (left > this.rows) left = this.rows;
    }
    return left;
  }

  /** Visits all rows by slot; the visitor must not change the table. */
  forEach(visit: (key: string, value: V) => void): void {
    for (const page of this.pages) {
      for (let i = 0; i < page.keys.length; i += 1) visit(page.keys[i]!, page.values[i]!);
    }
  }

  /** The slot of `key`, found by comparing all rows of the first page; -1 if it is absent. */
  protected searchFirstPage(key: string): number {
    const page = this.pages[0];
    return page === undefined ? -1 : page.keys.indexOf(key);
  }

  /** A second table with the same rows, in O(pages); neither sees later changes of the other. */
  share(): PagedTable<V> {
    return new PagedTable(this.sharePages(), this.rows);
  }

  /** Gives the table a new epoch, so all pages are older than it and can be shared. Returns the pages. */
  protected sharePages(): Page<V>[] {
    this.epoch = new Epoch();
    return this.pages.slice();
  }

  private writable(index: number): Page<V> {
    const page = this.pages[index];
    if (page !== undefined && page.epoch === this.epoch) return page;
    return this.renew(index, page);
  }

  private renew(index: number, page: Page<V> | undefined): Page<V> {
    const fresh =
      page === undefined
        ? new Page<V>(this.epoch, [], [])
        : new Page<V>(this.epoch, page.keys.slice(), page.values.slice());
    this.pages[index] = fresh;
    return fresh;
  }
}
registerState('PagedTable', PagedTable, (table: PagedTable<unknown>) => table.share());
