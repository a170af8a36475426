/**
 * The CRC-64 at the end of an RDB file and of a DUMP payload: polynomial 0xad93d23594c935a9
 * (Jones), reflected, starting at 0, without a final xor. Of "123456789" it is e9c6d914c4b8d9ca.
 *
 * JavaScript has 32-bit integer arithmetic, so the register is two halves. Eight tables of 256 entries
 * let one round process eight bytes (slicing-by-8): table k contains the effect of a byte followed by k
 * more bytes.
 */

import { registerState } from '../../machine/state.ts';

/** The polynomial with its bits reversed, because the register shifts right. */
const POLYNOMIAL_LOW = 0xac4bc9b5 | 0;
const POLYNOMIAL_HIGH = 0x95ac9329 | 0;

const SLICES = 8;

/** Entry `k * 256 + byte` of either half; constant once built. */
const tableLow = new Int32Array(SLICES * 256);
const tableHigh = new Int32Array(SLICES * 256);

function buildTables(): void {
  for (let byte = 0; byte < 256; byte += 1) {
    let low = byte;
    let high = 0;
    for (let bit = 0; bit < 8; bit += 1) {
      const carry = low & 1;
      low = (low >>> 1) | (high << 31);
      high >>>= 1;
      if (carry !== 0) {
        low ^= POLYNOMIAL_LOW;
        high ^= POLYNOMIAL_HIGH;
      }
    }
    tableLow[byte] = low;
    tableHigh[byte] = high;
  }
  for (let at = 256; at < tableLow.length; at += 1) {
    const low = tableLow[at - 256]!;
    const high = tableHigh[at - 256]!;
    const entry = low & 0xff;
    tableLow[at] = ((low >>> 8) | (high << 24)) ^ tableLow[entry]!;
    tableHigh[at] = (high >>> 8) ^ tableHigh[entry]!;
  }
}
buildTables();

/** A running checksum. */
export class Crc64 {
  private low = 0;
  private high = 0;

  update(bytes: Buffer, start = 0, end = bytes.length): void {
    let low = this.low;
    let high = this.high;
    let at = start;
    for (const last = end - 8; at <= last; at += 8) {
      low ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
      high ^=
        bytes[at + 4]! | (bytes[at + 5]! << 8) | (bytes[at + 6]! << 16) | (bytes[at + 7]! << 24);
      const a = 0x700 | (low & 0xff);
      const b = 0x600 | ((low >>> 8) & 0xff);
      const c = 0x500 | ((low >>> 16) & 0xff);
      const d = 0x400 | (low >>> 24);
      const e = 0x300 | (high & 0xff);
      const f = 0x200 | ((high >>> 8) & 0xff);
      const g = 0x100 | ((high >>> 16) & 0xff);
      const h = high >>> 24;
      low =
        tableLow[a]! ^
        tableLow[b]! ^
        tableLow[c]! ^
        tableLow[d]! ^
        tableLow[e]! ^
        tableLow[f]! ^
        tableLow[g]! ^
        tableLow[h]!;
      high =
        tableHigh[a]! ^
        tableHigh[b]! ^
        tableHigh[c]! ^
        tableHigh[d]! ^
        tableHigh[e]! ^
        tableHigh[f]! ^
        tableHigh[g]! ^
        tableHigh[h]!;
    }
    for (; at < end; at += 1) {
      const entry = (low ^ bytes[at]!) & 0xff;
      low = ((low >>> 8) | (high << 24)) ^ tableLow[entry]!;
      high = (high >>> 8) ^ tableHigh[entry]!;
    }
    this.low = low;
    this.high = high;
  }

  /** Stores the checksum as eight bytes, lowest first. */
  write(target: Buffer, at: number): void {
    target.writeInt32LE(this.low, at);
    target.writeInt32LE(this.high, at + 4);
  }

  /** Whether the eight bytes at `at` are this checksum, in the form that `write` stores. */
  equals(bytes: Buffer, at: number): boolean {
    return bytes.readInt32LE(at) === this.low && bytes.readInt32LE(at + 4) === this.high;
  }

  /** The checksum as C's %llx prints it. */
  hex(): string {
    return hex64(this.low, this.high);
  }
}
registerState('Crc64', Crc64);

/** A 64-bit value in two halves as C's %llx prints it, without leading zeros. */
export function hex64(low: number, high: number): string {
  if (high === 0) return (low >>> 0).toString(16);
  return (high >>> 0).toString(16) + (low >>> 0).toString(16).padStart(8, '0');
}
