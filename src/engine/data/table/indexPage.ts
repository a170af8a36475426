/**
 * A page of the hash index: pairs of (hash, reference), found by linear probing.
 *
 * The low bits of a hash are the home of its pair. The pair is there or in one of the following places,
 * with no empty place in between. Removing a pair shifts later pairs back, so there are no tombstones.
 * Worked example with 16 places: hashes 0x03, 0x13, 0x04 are in places 3, 4, 5. When 0x03 is removed,
 * 0x13 moves to its home 3 and 0x04 to its home 4.
 */

import { registerShared } from '../../machine/state.ts';
import type { Epoch } from '../epoch.ts';

export const PLACES_MIN = 16;
/** 64 KB of pairs. A page at the largest depth may grow beyond it (hashIndex.ts). */
export const PLACES_MAX = 8192;
const FILL_MAX = 0.8;

export class IndexPage {
  readonly epoch: Epoch;
  /** Place i has the hash in word 2i and the reference in word 2i + 1; reference 0 marks an empty place. */
  readonly words: Int32Array;
  /** The number of places, a power of two, minus one. */
  readonly mask: number;
  /** The number of leading bits that are equal in the hashes of all pairs. */
  readonly depth: number;
  count: number;

  constructor(epoch: Epoch, words: Int32Array, depth: number, count: number) {
    this.epoch = epoch;
    this.words = words;
    this.mask = (words.length >>> 1) - 1;
    this.depth = depth;
    this.count = count;
  }

  /** Whether another pair would make probing slow. */
  get isCrowded(): boolean {
    return this.count >= FILL_MAX * (this.mask + 1);
  }

  /** The place of a pair, which must be present. */
  placeOf(hash: number, reference: number): number {
    const { words, mask } = this;
    let place = hash & mask;
    while (words[2 * place + 1] !== reference) place = (place + 1) & mask;
    return place;
  }

  insert(hash: number, reference: number): void {
    const { words, mask } = this;
    let place = hash & mask;
    while (words[2 * place + 1] !== 0) place = (place + 1) & mask;
    words[2 * place] = hash;
    words[2 * place + 1] = reference;
    this.count += 1;
  }

  removeAt(removed: number): void {
    const { words, mask } = this;
    let hole = removed;
    let place = removed;
    for (;;) {
      place = (place + 1) & mask;
      const reference = words[2 * place + 1]!;
      if (reference === 0) break;
      const home = words[2 * place]! & mask;
      // A pair moves back unless its home is after the hole.
      if (((place - home) & mask) >= ((place - hole) & mask)) {
        words[2 * hole] = words[2 * place]!;
        words[2 * hole + 1] = reference;
        hole = place;
      }
    }
    words[2 * hole] = 0;
    words[2 * hole + 1] = 0;
    this.count -= 1;
  }

  /** Adds this page's pairs to another page. */
  pourInto(target: IndexPage): void {
    const { words } = this;
    for (let at = 0; at < words.length; at += 2) {
      if (words[at + 1] !== 0) target.insert(words[at]!, words[at + 1]!);
    }
  }
}
registerShared('IndexPage', IndexPage);

/** An empty page with room for `count` pairs. */
export function newIndexPage(epoch: Epoch, depth: number, count: number): IndexPage {
  let places = PLACES_MIN;
  while (count >= FILL_MAX * places) places *= 2;
  return new IndexPage(epoch, new Int32Array(2 * places), depth, 0);
}
