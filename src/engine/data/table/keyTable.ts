/**
 * Finds rows by key: the hash index over rows.ts.
 *
 * Keys and values are borrowed bytes, `bytes[start..end)`; no string is made here. A caller hashes a key
 * once and passes the hash to all calls.
 *
 * Invariant: the index holds exactly one pair for each row, under its key's hash.
 */

import { registerState } from '../../machine/state.ts';
import { LOOKAHEAD_MAX, type Lookahead } from '../../resp/lookahead.ts';
import { HashIndex } from './hashIndex.ts';
import { type HashSeed, keyHash } from './keyHash.ts';
import { type Outside, Rows } from './rows.ts';

/** Longer keys are rare, and hashing them twice would cost more than it saves. */
const PREFETCH_KEY_BYTES_MAX = 64;

/** Hashes, then references of the keys being prefetched. */
const scratch = new Int32Array(LOOKAHEAD_MAX);

export class KeyTable {
  readonly seed: HashSeed;
  readonly rows: Rows;
  readonly index: HashIndex;

  constructor(seed: HashSeed, rows = new Rows(), index = new HashIndex()) {
    this.seed = seed;
    this.rows = rows;
    this.index = index;
  }

  get size(): number {
    return this.rows.size;
  }

  /**
   * Bytes that tables sharing pages with this one may hold alone by now: of pages that were copied before
   * a change, or dropped.
   */
  get copiedBytes(): number {
    return this.rows.slab.copiedBytes + this.index.copiedBytes;
  }

  /** An empty table in place of this one, whose pages are dropped. */
  emptied(): KeyTable {
    const empty = new KeyTable(this.seed);
    const { rows, index } = this;
    empty.rows.slab.copiedBytes = this.copiedBytes + rows.slab.heldBytes + index.heldBytes;
    return empty;
  }

  hash(bytes: Buffer, start: number, end: number): number {
    return keyHash(this.seed, bytes, start, end);
  }

  /** The reference of the key's row; 0 if there is none. */
  find(hash: number, bytes: Buffer, start: number, end: number): number {
    const { words, mask } = this.index.page(hash);
    let place = hash & mask;
    for (;;) {
      const reference = words[2 * place + 1]!;
      if (reference === 0) return 0;
      if (words[2 * place] === hash && this.rows.hasKey(reference, bytes, start, end)) {
        return reference;
      }
      place = (place + 1) & mask;
    }
  }

  /**
   * Loads the index pairs and records of keys into the processor's caches. A lookup in a large table
   * waits for memory twice, for the pair and then for the record. Here the loads of all keys are
   * independent of each other, so the processor waits for them at the same time.
   */
  prefetch({ bytes, bounds, count }: Lookahead): void {
    for (let i = 0; i < count; i += 1) {
      const start = bounds[2 * i]!;
      const end = Math.min(bounds[2 * i + 1]!, start + PREFETCH_KEY_BYTES_MAX);
      scratch[i] = this.hash(bytes, start, end);
    }
    for (let i = 0; i < count; i += 1) scratch[i] = this.firstMatch(scratch[i]!);
    let sum = 0;
    for (let i = 0; i < count; i += 1) {
      const reference = scratch[i]!;
      if (reference !== 0) sum |= this.rows.flagsOf(reference);
    }
    scratch[0] = sum; // Without a use of the values, the compiler may drop the loads.
  }

  /** The first reference with this hash; 0 if there is none. */
  private firstMatch(hash: number): number {
    const { words, mask } = this.index.page(hash);
    let place = hash & mask;
    while (words[2 * place + 1] !== 0 && words[2 * place] !== hash) place = (place + 1) & mask;
    return words[2 * place + 1]!;
  }

  /** Adds a key that is absent, with a string that is not too long (rows.ts). */
  add(
    hash: number,
    keys: Buffer,
    keyFrom: number,
    keyTo: number,
    values: Buffer,
    from: number,
    to: number,
    flags: number,
  ): void {
    this.index.add(hash, this.rows.append(keys, keyFrom, keyTo, values, from, to, flags));
  }

  addOutside(hash: number, keys: Buffer, from: number, to: number, object: Outside): void {
    this.index.add(hash, this.rows.appendOutside(keys, from, to, object));
  }

  /** Replaces a value with a string that is not too long. Returns the row's reference, as putOutside does. */
  put(reference: number, values: Buffer, from: number, to: number, flags: number): number {
    return this.moved(reference, this.rows.put(reference, values, from, to, flags));
  }

  putOutside(reference: number, object: Outside): number {
    return this.moved(reference, this.rows.putOutside(reference, object));
  }

  remove(reference: number): void {
    this.index.remove(this.hashOf(reference), reference);
    this.rows.remove(reference);
  }

  /** Moves a record to another cell of its class. The caller frees the old cell. */
  moveRecord(reference: number, sizeClass: number): void {
    this.moved(reference, this.rows.duplicate(reference, sizeClass));
  }

  hashOf(reference: number): number {
    return this.rows.hashOf(reference, this.seed);
  }

  /** A second table with the same rows, in O(pages); neither sees later changes of the other. */
  share(): KeyTable {
    return new KeyTable(this.seed, this.rows.share(), this.index.share());
  }

  private moved(from: number, to: number): number {
    if (from !== to) this.index.move(this.hashOf(to), from, to);
    return to;
  }
}
registerState('KeyTable', KeyTable, (table: KeyTable) => table.share());
