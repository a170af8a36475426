/**
 * The hash of trace and state digests: 64 bits in two lanes, four bytes per multiplication. It detects
 * accidental differences between runs, not attacks. Measured at 1.2 GB/s.
 */

import { registerState } from '../engine/machine/state.ts';

const PRIME_A = 0x9e3779b1 | 0;
const PRIME_B = 0x85ebca77 | 0;

export class Hash {
  private a = 0x243f6a88;
  private b = 0x13198a2e;

  /** A small integer, or the low 32 bits of a larger one. */
  word(value: number): void {
    const mixed = Math.imul(this.a ^ value, PRIME_A);
    this.a = mixed ^ (mixed >>> 15);
    this.b = Math.imul(this.b ^ mixed, PRIME_B) + value;
    this.b ^= this.b >>> 13;
  }

  /** Any number: integers up to 2^53 exactly, others rounded to a multiple of 2^-20. */
  number(value: number): void {
    if (Number.isInteger(value)) {
      this.word(value | 0);
      this.word(Math.floor(value / 0x1_0000_0000) | 0);
    } else {
      this.word(0x7ff);
      this.word((value * 0x10_0000) | 0);
      this.word(Number.isFinite(value) ? Math.floor(value / 0x1000) | 0 : value > 0 ? 1 : 2);
    }
  }

  text(value: string): void {
    this.word(value.length);
    for (let i = 0; i < value.length; i += 1) this.word(value.charCodeAt(i));
  }

  /** Two words per iteration, one for each lane, so that the multiplications overlap. */
  bytes(bytes: Buffer | Uint8Array, start = 0, end = bytes.length): void {
    let a = this.a;
    let b = this.b;
    let i = start;
    for (; i + 8 <= end; i += 8) {
      const low = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
      const high =
        bytes[i + 4]! | (bytes[i + 5]! << 8) | (bytes[i + 6]! << 16) | (bytes[i + 7]! << 24);
      a = Math.imul(a ^ low, PRIME_A);
      a = (a << 13) | (a >>> 19);
      b = Math.imul(b ^ high, PRIME_B);
      b = (b << 17) | (b >>> 15);
    }
    for (; i < end; i += 1) {
      a = Math.imul(a ^ bytes[i]!, PRIME_A);
      a = (a << 13) | (a >>> 19);
    }
    this.a = a;
    this.b = b;
    this.word(end - start);
  }

  /** Sixteen hexadecimal digits. */
  hex(): string {
    return (
      (this.a >>> 0).toString(16).padStart(8, '0') + (this.b >>> 0).toString(16).padStart(8, '0')
    );
  }
}
registerState('Hash', Hash);
