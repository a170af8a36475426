/**
 * Seeded randomness. Every node, link and purpose draws from its own stream, so an additional draw from
 * one stream changes no other.
 *
 * sfc32 (Chris Doty-Humphrey, PractRand): 128 bits of state, passes PractRand to 32 TB.
 */

import { registerState } from './state.ts';

export type Seed = readonly [number, number, number, number];

export class Random {
  private a: number;
  private b: number;
  private c: number;
  private d: number;

  constructor(seed: Seed) {
    this.a = seed[0] | 0;
    this.b = seed[1] | 0;
    this.c = seed[2] | 0;
    this.d = seed[3] | 0;
    for (let i = 0; i < 12; i += 1) this.next();
  }

  /** An unsigned 32-bit integer. */
  next(): number {
    const t = (((this.a + this.b) | 0) + this.d) | 0;
    this.d = (this.d + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (this.c << 21) | (this.c >>> 11);
    this.c = (this.c + t) | 0;
    return t >>> 0;
  }

  /** A number in [0, 1). */
  fraction(): number {
    return this.next() / 0x1_0000_0000;
  }

  /** An integer in [0, limit); `limit` at most 2^32. */
  below(limit: number): number {
    return Math.floor(this.fraction() * limit);
  }

  /** True with this probability, from 0 to 1. */
  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  /** That many lower-case hexadecimal digits; a run ID is hex(40). */
  hex(digits: number): string {
    let text = '';
    while (text.length < digits) text += this.next().toString(16).padStart(8, '0');
    return text.slice(0, digits);
  }

  /** Draws the seed of another, independent stream. */
  seed(): Seed {
    return [this.next(), this.next(), this.next(), this.next()];
  }
}
registerState('Random', Random);

/** The seed of the stream named `label` under `root` (FNV-1a of the label into four words). */
export function seedOf(root: Seed, label: string): Seed {
  const words = [root[0], root[1], root[2], root[3]] as [number, number, number, number];
  for (let word = 0; word < 4; word += 1) {
    let hash = 0x811c9dc5 ^ words[word]! ^ (word * 0x9e3779b9);
    for (let i = 0; i < label.length; i += 1) {
      hash = Math.imul(hash ^ label.charCodeAt(i), 0x01000193);
    }
    words[word] = (hash ^ (hash >>> 15)) >>> 0;
  }
  return words;
}

/** The root seed for a number, such as 42 of `--seed 42`. */
export function seedFromNumber(seed: number): Seed {
  const low = seed >>> 0;
  const high = Math.floor(seed / 0x1_0000_0000) >>> 0;
  return seedOf([low, high, 0x9e3779b9, 0x243f6a88], 'root');
}
