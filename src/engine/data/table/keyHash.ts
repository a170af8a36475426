/**
 * The hash of a key: HalfSipHash-1-3 (Aumasson and Bernstein), which Linux uses for hash tables under the
 * name hsiphash.
 *
 * The seed affects every round, so keys that collide under one seed do not collide under another: a
 * client that knows this code but not the seed cannot prepare collisions.
 */

import { Random, type Seed } from '../../machine/random.ts';
import { registerShared } from '../../machine/state.ts';

/** Two 32-bit words, fixed for the life of a keyspace because its indexes store hashes. */
export class HashSeed {
  readonly low: number;
  readonly high: number;

  constructor(low: number, high: number) {
    this.low = low | 0;
    this.high = high | 0;
  }
}
registerShared('HashSeed', HashSeed);

/** The seed of keyspaces that no client can reach. */
export const ZERO_SEED = new HashSeed(0, 0);

export function hashSeed(seed: Seed): HashSeed {
  const random = new Random(seed);
  return new HashSeed(random.next(), random.next());
}

/** A signed 32-bit hash of `bytes[start..end)`. */
export function keyHash(seed: HashSeed, bytes: Uint8Array, start: number, end: number): number {
  let v0 = seed.low;
  let v1 = seed.high;
  let v2 = 0x6c796765 ^ v0;
  let v3 = 0x74656462 ^ v1;
  const length = end - start;
  const tail = start + (length & ~3);
  let at = start;
  for (;;) {
    const isLast = at >= tail;
    const word = isLast
      ? lastWord(bytes, at, length)
      : bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    v3 ^= word;
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
    v0 ^= word;
    if (isLast) break;
    at += 4;
  }
  return finish(v0, v1, v2 ^ 0xff, v3);
}

/** The remaining 0 to 3 bytes, and the length in the top byte. */
function lastWord(bytes: Uint8Array, at: number, length: number): number {
  let word = length << 24;
  const rest = length & 3;
  if (rest > 0) word |= bytes[at]!;
  if (rest > 1) word |= bytes[at + 1]! << 8;
  if (rest > 2) word |= bytes[at + 2]! << 16;
  return word;
}

/** Three more rounds. */
function finish(v0: number, v1: number, v2: number, v3: number): number {
  for (let round = 0; round < 3; round += 1) {
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
  }
  return v1 ^ v3;
}
