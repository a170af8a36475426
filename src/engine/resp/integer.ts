/**
 * Integers as Redis parses them (string2ll): signed, 64 bits, with an optional minus and without plus,
 * leading zeros and blanks. A safe integer is a number, any other a bigint.
 */

const INT64_MAX = 0x7fff_ffff_ffff_ffffn;
const INT64_MAX_TEXT = String(INT64_MAX);
const INT64_MIN = -0x8000_0000_0000_0000n;

const SAFE_DIGITS_MAX = 15;
/** Digits of 9223372036854775807. */
const INT64_DIGITS = 19;
const MINUS = 45;
const ZERO = 48;

/**
 * Parses a signed 64-bit integer. Returns a number if it is safe, otherwise a bigint; undefined if the
 * text is not such an integer.
 */
export function parseInteger(text: string): number | bigint | undefined {
  const length = text.length;
  if (length === 0 || length > 20) return undefined;
  if (length > SAFE_DIGITS_MAX) return parseLong(text);
  let at = 0;
  const negative = text.charCodeAt(0) === 45;
  if (negative) at = 1;
  const first = text.charCodeAt(at);
  if (first === 48) return length === 1 ? 0 : undefined;
  let value = 0;
  if (at === length) return undefined;
  for (; at < length; at += 1) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return negative ? -value : value;
}

function parseLong(text: string): number | bigint | undefined {
  if (!/^(-?[1-9][0-9]*)$/.test(text)) return undefined;
  const value = BigInt(text);
  if (value > INT64_MAX || value < INT64_MIN) return undefined;
  const narrow = Number(value);
  return Number.isSafeInteger(narrow) ? narrow : value;
}

/** Whether parseInteger accepts `bytes[start..end)`. Makes no string. */
export function isInteger(bytes: Uint8Array, start: number, end: number): boolean {
  const at = bytes[start] === MINUS ? start + 1 : start;
  const digits = end - at;
  if (digits <= 0 || digits > INT64_DIGITS) return false;
  if (bytes[at] === ZERO) return end - start === 1;
  for (let i = at; i < end; i += 1) {
    const digit = bytes[i]! - ZERO;
    if (digit < 0 || digit > 9) return false;
  }
  return digits < INT64_DIGITS || isWithinInt64(bytes, at, at > start);
}

/** Whether the 19 digits from `at` on are at most 2^63 - 1, or 2^63 after a minus. */
function isWithinInt64(bytes: Uint8Array, at: number, isNegative: boolean): boolean {
  for (let i = 0; i < INT64_DIGITS; i += 1) {
    const difference = bytes[at + i]! - INT64_MAX_TEXT.charCodeAt(i);
    if (difference !== 0) return difference < 0 || (isNegative && isLastDigitOver(i, difference));
  }
  return true;
}

/** Whether the digits are 9223372036854775808, one more than 2^63 - 1: only the last differs, by 1. */
function isLastDigitOver(index: number, difference: number): boolean {
  return index === INT64_DIGITS - 1 && difference === 1;
}

/** parseInteger of `bytes[start..end)`; makes no string unless it has more than 15 digits. */
export function readInteger(
  bytes: Buffer,
  start: number,
  end: number,
): number | bigint | undefined {
  if (!isInteger(bytes, start, end)) return undefined;
  if (end - start > SAFE_DIGITS_MAX) return parseLong(bytes.latin1Slice(start, end));
  const isNegative = bytes[start] === MINUS;
  let value = 0;
  for (let i = isNegative ? start + 1 : start; i < end; i += 1) {
    value = value * 10 + bytes[i]! - ZERO;
  }
  return isNegative ? -value : value;
}

/** Writes an integer in decimal from `start` on. Returns the index after its last digit. */
export function writeInteger(bytes: Buffer, start: number, value: number | bigint): number {
  if (typeof value === 'bigint' || !Number.isSafeInteger(value)) {
    return start + bytes.latin1Write(String(value), start);
  }
  let at = start;
  if (value < 0) bytes[at++] = MINUS;
  let rest = Math.abs(value);
  let end = at;
  do {
    end += 1;
    rest = Math.floor(rest / 10);
  } while (rest > 0);
  rest = Math.abs(value);
  for (at = end - 1; rest >= 10; at -= 1) {
    const tenth = Math.floor(rest / 10);
    bytes[at] = ZERO + (rest - tenth * 10);
    rest = tenth;
  }
  bytes[at] = ZERO + rest;
  return end;
}

/** As parseInteger, but always a bigint: for arithmetic that checks for overflow of 64 bits. */
export function parseInt64(text: string): bigint | undefined {
  const value = parseInteger(text);
  return value === undefined ? undefined : BigInt(value);
}

const ATOI = /^[\t-\r ]*([+-]?)0*(\d{0,20})/;

/**
 * C's atoi on 64-bit Linux, which Redis uses where a count is checked elsewhere. Leading blanks, a plus
 * and zeros are allowed, text after the digits is ignored, and the result is truncated to 32 bits:
 * 2^32 + 1 becomes 1.
 */
export function atoi(text: string): number {
  const [, sign = '', digits = ''] = ATOI.exec(text)!;
  const magnitude = BigInt(digits);
  const value = sign === '-' ? -magnitude : magnitude;
  const long = value > INT64_MAX ? INT64_MAX : value < INT64_MIN ? INT64_MIN : value;
  return Number(BigInt.asIntN(32, long));
}

/** Clamps the value to ±(2^53 - 1). */
export function clampToSafe(value: number | bigint): number {
  if (typeof value === 'number') return value;
  return value > 0n
    ? Math.min(Number(value), Number.MAX_SAFE_INTEGER)
    : Math.max(Number(value), Number.MIN_SAFE_INTEGER);
}

export function fitsInt64(value: bigint): boolean {
  return value <= INT64_MAX && value >= INT64_MIN;
}
