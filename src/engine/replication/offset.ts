/**
 * Offsets and lengths as peers write them. Redis counts in 64 bits and we in 53, so what a peer claims
 * is looked at before anything is counted from it: above 2^53, offset + 1 is offset, and a loop over
 * the bytes between two offsets never ends.
 */

/** A stream that reaches it has carried 4.5 PB; room for as much again is left behind it. */
const OFFSET_MAX = 2 ** 52;

/**
 * The number a text begins with, 0 when it begins with none (C's strtoll, as Redis uses it here);
 * undefined below -1, which stands for "no offset", and above 2^52.
 */
export function readOffset(text: string): number | undefined {
  const digits = /^\s{0,20}[+-]?\d{1,20}/.exec(text);
  const value = digits === null ? 0 : Number(digits[0]);
  return value >= -1 && value <= OFFSET_MAX ? value : undefined;
}
