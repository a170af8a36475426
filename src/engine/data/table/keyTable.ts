/**
 * Finds rows by key: the hash index over rows.ts.
 *
 * Keys and values are borrowed bytes, `bytes[start..end)`; no string is made here. A caller hashes a key
 * once and passes the hash to all calls.
 *
 * Invariant: the index holds exactly one pair for each row, under its key's hash.
 */

import { registerState } from '../../machine/state.ts';
import { HashIndex } from './hashIndex.ts';
import { type HashSeed, keyHash } from './keyHash.ts';
import { type Outside, Rows } from './rows.ts';

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
registerState(KeyTable, (table: KeyTable) => table.share());
