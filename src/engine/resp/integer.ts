/**
 * Integers as Redis reads them (string2ll): optional minus, no plus, no leading zeros, no blanks,
 * 64-bit signed. Most fit a double exactly; the rest are bigints.
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
 * A signed 64-bit integer: a number when it is a safe one, a bigint otherwise; undefined when the
 * text is none.
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

/** Whether `bytes[start..end)` is what parseInteger takes for an integer. Makes no string. */
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

/** Whether the 19 digits from `at` on are no more than those of 2^63 - 1, or of 2^63 after a minus. */
function isWithinInt64(bytes: Uint8Array, at: number, isNegative: boolean): boolean {
  for (let i = 0; i < INT64_DIGITS; i += 1) {
    const difference = bytes[at + i]! - INT64_MAX_TEXT.charCodeAt(i);
    if (difference !== 0) return difference < 0 || (isNegative && isLastDigitOver(i, difference));
  }
  return true;
}

/** 9223372036854775808 is one more than 2^63 - 1. */
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

/** Writes an integer's decimal digits from `start` on; returns where they end. */
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

/** As parseInteger, as a bigint throughout: for arithmetic that must overflow as 64 bits do. */
export function parseInt64(text: string): bigint | undefined {
  const value = parseInteger(text);
  return value === undefined ? undefined : BigInt(value);
}

const ATOI = /^[\t-\r ]*([+-]?)0*(\d{0,20})/;

/**
 * As C's atoi on 64-bit Linux, which Redis uses where a count was or will be checked elsewhere: blanks,
 * a plus and zeros may lead, what follows the digits is ignored, and only 32 bits stay: 2^32 + 1 is 1.
 */
export function atoi(text: string): number {
  const [, sign = '', digits = ''] = ATOI.exec(text)!;
  const magnitude = BigInt(digits);
  const value = sign === '-' ? -magnitude : magnitude;
  const long = value > INT64_MAX ? INT64_MAX : value < INT64_MIN ? INT64_MIN : value;
  return Number(BigInt.asIntN(32, long));
}

/** What is beyond ±(2^53 - 1) becomes that. */
export function clampToSafe(value: number | bigint): number {
  if (typeof value === 'number') return value;
  return value > 0n
    ? Math.min(Number(value), Number.MAX_SAFE_INTEGER)
    : Math.max(Number(value), Number.MIN_SAFE_INTEGER);
}

export function fitsInt64(value: bigint): boolean {
  return value <= INT64_MAX && value >= INT64_MIN;
}
