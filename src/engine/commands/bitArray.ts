/** Bits of a string: parsing offsets, reading a bit, counting and finding bits. */

import type { DataCall } from '../execution/dataCall.ts';
import type { Bytes } from '../resp/bytes.ts';
import { parseInteger } from '../resp/integer.ts';

const OFFSET_INVALID = 'ERR bit offset is not an integer or out of range';

/** Argument `index` as a bit offset in the longest string. Replies with an error and returns undefined if it is none. */
export function bitOffset(call: DataCall, index: number): number | undefined {
  return checkedOffset(call, parseInteger(call.str(index)), 1);
}

/** As bitOffset, but `#3` is the fourth field of `width` bits: with a width of 8, bit 24. */
export function fieldOffset(call: DataCall, index: number, width: number): number | undefined {
  const text = call.str(index);
  if (!text.startsWith('#')) return bitOffset(call, index);
  return checkedOffset(call, parseInteger(text.slice(1)), width);
}

function checkedOffset(
  call: DataCall,
  number: number | bigint | undefined,
  width: number,
): number | undefined {
  if (typeof number === 'number') {
    const offset = number * width;
    if (offset >= 0 && offset < call.stringBytesMax * 8) return offset;
  }
  call.reply.error(OFFSET_INVALID);
  return undefined;
}

/** The bit at `offset`; bits beyond the end are zero. */
export function bitAt(value: Bytes, offset: number): 0 | 1 {
  const at = Math.floor(offset / 8);
  if (at >= value.length) return 0;
  const byte = typeof value === 'string' ? value.charCodeAt(at) : value[at]!;
  return (byte & (0x80 >> (offset % 8))) === 0 ? 0 : 1;
}

/** Counts the ones among the bits `from` to `to`, inclusive; both lie in the string. */
export function countBits(bytes: Buffer, from: number, to: number): number {
  let count = 0;
  const first = Math.floor(from / 8);
  const last = Math.floor(to / 8);
  for (let at = first; at <= last; at += 1) {
    let byte = bytes[at]!;
    if (at === first) byte &= 0xff >> (from % 8);
    if (at === last) byte &= 0xff << (7 - (to % 8));
    count += onesOf(byte);
  }
  return count;
}

function onesOf(byte: number): number {
  let ones = byte - ((byte >> 1) & 0x55);
  ones = (ones & 0x33) + ((ones >> 2) & 0x33);
  return (ones + (ones >> 4)) & 0x0f;
}

/** The offset of the first bit from `from` to `to`, inclusive, that equals `bit`; -1 if there is none. */
export function findBit(bytes: Buffer, bit: 0 | 1, from: number, to: number): number {
  const boring = bit === 1 ? 0x00 : 0xff;
  let at = from;
  while (at <= to) {
    if (at % 8 === 0 && bytes[at / 8] === boring) {
      at += 8;
    } else {
      if (bitAt(bytes, at) === bit) return at;
      at += 1;
    }
  }
  return -1;
}
