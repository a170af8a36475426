/**
 * The encoding of one element of a packed collection: a head, then the bytes of a text.
 *
 *     2·length       a text; its bytes follow
 *     2·zigzag + 1   an integer in canonical decimal form; nothing follows
 *
 * Zigzag turns 0, -1, 1, -2 … into 0, 1, 2, 3 …. A head is a varint: seven bits a byte, low ones first,
 * the top bit set in all but the last. Worked example: `abc` is 06 61 62 63; `7` is 1D (zigzag 14, head
 * 29); `-300` is zigzag 599, head 1199 = 9·128 + 47, so AF 09; `007` is a text.
 *
 * Invariant: an element that can be encoded as an integer is, so equal elements have equal bytes.
 */

import { parseInteger } from '../../resp/integer.ts';

/** 2^50: four times this is still exact in a double. */
const INTEGER_LIMIT = 2 ** 50;
/** The length of -2^50 in decimal. */
const INTEGER_LENGTH_MAX = 17;
const NINE = 57;

/** The head of an integer below 2^50 in magnitude; never of -0. */
export function headOfInteger(value: number): number {
  return 4 * Math.abs(value) + (value < 0 ? -1 : 1);
}

/** The integer that an odd head stands for. */
export function integerOf(head: number): number {
  const zigzag = (head - 1) / 2;
  return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
}

/** Whether `value` can be encoded as an integer. -0 cannot: it would come back as 0. */
export function isPackable(value: number): boolean {
  return (
    Number.isInteger(value) && Math.abs(value) < INTEGER_LIMIT && (value !== 0 || 1 / value > 0)
  );
}

/** The head of a text (one character a byte). */
export function headOf(text: string): number {
  const { length } = text;
  if (length > 0 && length <= INTEGER_LENGTH_MAX && text.charCodeAt(0) <= NINE) {
    const integer = parseInteger(text);
    if (typeof integer === 'number' && isPackable(integer)) return headOfInteger(integer);
  }
  return 2 * length;
}
