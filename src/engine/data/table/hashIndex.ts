/**
 * Hash -> reference of a record, for all keys of a database: extendible hashing.
 *
 * The leading `bits` bits of a hash select an entry of the directory, which refers to a page (indexPage.ts).
 * A crowded page doubles up to 64 KB, then splits in two by one more leading bit; the directory doubles
 * if the page was in only one of its entries. So no insertion moves more than one page of pairs. Worked
 * example: pages at depth 1 have hashes 0… and 1…; the second splits into 10… and 11… (depth 2), the
 * directory has the entries 00, 01, 10, 11, and its first two refer to the same page.
 *
 * At DEPTH_MAX pages double without limit instead of splitting: if thousands of keys have the same hash,
 * looking them up is slow, but correct.
 *
 * Invariants: a page is written to only under this index's epoch (epoch.ts); a page of depth d is
 * named by 2^(bits-d) entries in a row.
 */

import { registerState } from '../../machine/state.ts';
import { Epoch } from '../epoch.ts';
import { IndexPage, newIndexPage, PLACES_MAX, PLACES_MIN } from './indexPage.ts';

const HASH_BITS = 32;
/** 65,536 pages of up to 6,553 pairs: more than 400 million keys. */
const DEPTH_MAX = 16;
/** Two neighbours are merged if together they fill no more than this part of a page. */
const MERGE_FILL = 0.4;

export class HashIndex {
  private epoch = new Epoch();
  /** It has at least one bit, because in JavaScript a shift by 32 bits is a shift by 0. */
  private directory: IndexPage[];
  private bits: number;
  /** Bytes of pages copied so far because another index shared them. */
  copiedBytes = 0;

  constructor(directory: IndexPage[] | undefined = undefined, bits = 1) {
    this.directory = directory ?? new Array(2).fill(newIndexPage(this.epoch, 0, 0));
    this.bits = bits;
  }

  get heldBytes(): number {
    let bytes = 0;
    for (const page of this.pages()) bytes += page.words.byteLength;
    return bytes;
  }

  /** Each page once, in the order of hashes. */
  *pages(): IterableIterator<IndexPage> {
    for (let entry = 0; entry < this.directory.length; ) {
      const page = this.directory[entry]!;
      yield page;
      entry += 1 << (this.bits - page.depth);
    }
  }

  /** The page with the pairs of this hash, for reading. */
  page(hash: number): IndexPage {
    return this.directory[hash >>> (HASH_BITS - this.bits)]!;
  }

  /** Adds a pair that is absent. */
  add(hash: number, reference: number): void {
    let page = this.page(hash);
    while (page.isCrowded) {
      this.makeRoom(hash, page);
      page = this.page(hash);
    }
    this.own(hash, page).insert(hash, reference);
  }

  /** Removes a pair, which must be present, here and below. */
  remove(hash: number, reference: number): void {
    const page = this.own(hash, this.page(hash));
    page.removeAt(page.placeOf(hash, reference));
  }

  /** Changes the reference of a pair, because its record has moved. */
  move(hash: number, from: number, to: number): void {
    const page = this.own(hash, this.page(hash));
    page.words[2 * page.placeOf(hash, from) + 1] = to;
  }

  /**
   * Merges the page at an entry of the directory with its neighbour if both are nearly empty, or shrinks
   * the only page. Returns the entry to visit next, 0 after the last.
   */
  shrinkAt(entry: number): number {
    const page = this.directory[entry & (this.directory.length - 1)]!;
    const span = 1 << (this.bits - page.depth);
    const first = entry & (this.directory.length - 1) & -span;
    const next = (first + span) & (this.directory.length - 1);
    const places = page.mask + 1;
    if (page.depth > 0) {
      const left = first & ~span;
      const neighbour = this.directory[first ^ span]!;
      const count = page.count + neighbour.count;
      if (neighbour.depth !== page.depth || count > MERGE_FILL * places) return next;
      const merged = newIndexPage(this.epoch, page.depth - 1, count);
      page.pourInto(merged);
      neighbour.pourInto(merged);
      this.directory.fill(merged, left, left + 2 * span);
    } else if (places > PLACES_MIN && page.count <= (MERGE_FILL / 2) * places) {
      const smaller = newIndexPage(this.epoch, 0, page.count);
      page.pourInto(smaller);
      this.directory.fill(smaller);
    }
    return next;
  }

  /** A second index with the same pairs, in O(pages); neither sees later changes of the other. */
  share(): HashIndex {
    this.epoch = new Epoch();
    return new HashIndex(this.directory.slice(), this.bits);
  }

  private own(hash: number, page: IndexPage): IndexPage {
    if (page.epoch === this.epoch) return page;
    const mine = new IndexPage(this.epoch, page.words.slice(), page.depth, page.count);
    this.put(hash, mine, page.depth);
    this.copiedBytes += page.words.byteLength;
    return mine;
  }

  /** Sets the page in all entries that share the leading `depth` bits of the hash. */
  private put(hash: number, page: IndexPage, depth: number): void {
    const span = 1 << (this.bits - depth);
    const first = (hash >>> (HASH_BITS - this.bits)) & -span;
    this.directory.fill(page, first, first + span);
  }

  private makeRoom(hash: number, page: IndexPage): void {
    const places = page.mask + 1;
    if (places < PLACES_MAX || page.depth === DEPTH_MAX) {
      const larger = new IndexPage(this.epoch, new Int32Array(4 * places), page.depth, 0);
      page.pourInto(larger);
      this.put(hash, larger, page.depth);
      return;
    }
    this.split(hash, page);
  }

  private split(hash: number, page: IndexPage): void {
    if (page.depth === this.bits) this.doubleDirectory();
    const depth = page.depth + 1;
    const halves = [0, 1].map(
      () => new IndexPage(this.epoch, new Int32Array(page.words.length), depth, 0),
    ) as [IndexPage, IndexPage];
    const { words } = page;
    for (let at = 0; at < words.length; at += 2) {
      if (words[at + 1] === 0) continue;
      halves[((words[at]! >>> (HASH_BITS - depth)) & 1) as 0 | 1].insert(
        words[at]!,
        words[at + 1]!,
      );
    }
    const bit = 1 << (HASH_BITS - depth);
    this.put(hash & ~bit, halves[0], depth);
    this.put(hash | bit, halves[1], depth);
  }

  private doubleDirectory(): void {
    this.directory = this.directory.flatMap((page) => [page, page]);
    this.bits += 1;
  }
}
registerState('HashIndex', HashIndex, (index: HashIndex) => index.share());
