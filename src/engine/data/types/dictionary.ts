/**
 * A paged table that finds rows by key: string -> value, the content of hashes, sets and sorted sets.
 *
 * The index (key -> slot) is derived. There is none while the dictionary is small; later it is built at
 * first use and never copied. When the dictionary is shared, the new side gets the index, because the
 * old side then belongs to a snapshot, which is read by slots.
 *
 * Up to LISTPACK_ENTRIES_MAX rows keep their order of insertion, as in a Redis listpack.
 */

import { registerState } from '../../machine/state.ts';
import { LISTPACK_ENTRIES_MAX } from '../memory.ts';
import { KeyIndex } from './keyIndex.ts';
import { type Page, PagedTable } from './pagedTable.ts';

/** Up to this size, comparing with each key costs less time and memory than a Map. */
const LINEAR_ROWS_MAX = 16;

export class Dictionary<V> extends PagedTable<V> {
  private index: KeyIndex | undefined;

  constructor(pages: Page<V>[] = [], rows = 0, index: KeyIndex | undefined = undefined) {
    super(pages, rows);
    this.index = index;
  }

  /** The slot of `key`; -1 if it is absent. */
  find(key: string): number {
    if (this.index !== undefined) return this.index.get(key) ?? -1;
    if (this.size <= LINEAR_ROWS_MAX) return this.searchFirstPage(key);
    return this.reindex().get(key) ?? -1;
  }

  get(key: string): V | undefined {
    const slot = this.find(key);
    return slot < 0 ? undefined : this.valueAt(slot);
  }

  /** Adds a key that is absent. */
  add(key: string, value?: V): void {
    const slot = this.append(key, value);
    this.index?.set(key, slot);
  }

  remove(slot: number): void {
    const { index } = this;
    index?.delete(this.keyAt(slot));
    if (this.size <= LISTPACK_ENTRIES_MAX) {
      this.removeInOrder(slot);
      if (index !== undefined) {
        for (let moved = slot; moved < this.size; moved += 1) index.set(this.keyAt(moved), moved);
      }
    } else {
      this.removeAt(slot);
      if (slot < this.size) index?.set(this.keyAt(slot), slot);
    }
    if (this.size <= LINEAR_ROWS_MAX) this.index = undefined;
  }

  override share(): Dictionary<V> {
    const { index } = this;
    this.index = undefined;
    return new Dictionary(this.sharePages(), this.size, index);
  }

  private reindex(): KeyIndex {
    const index = new KeyIndex();
    for (let slot = 0; slot < this.size; slot += 1) index.set(this.keyAt(slot), slot);
    this.index = index;
    return index;
  }
}
registerState('Dictionary', Dictionary, (dictionary: Dictionary<unknown>) => dictionary.share(), {
  index: () => undefined,
});
