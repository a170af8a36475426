/**
 * The `long double` of x86-64, with which INCRBYFLOAT and HINCRBYFLOAT compute: a mantissa of 64 bits
 * and an exponent of 15. Here it is a pair of integers, rounded half to even after each operation, so
 * all digits equal a real server's: 0.1 + 0.2 is 0.3, where doubles yield 0.30000000000000004.
 *
 * Invariant: a finite value is mantissa × 2^exponent with |mantissa| < 2^64 and exponent >= -16445.
 * An infinity has the exponent Infinity.
 */

interface LongDouble {
  readonly mantissa: bigint;
  readonly exponent: number;
}

export const ZERO: LongDouble = { mantissa: 0n, exponent: 0 };
const INFINITE: LongDouble = { mantissa: 1n, exponent: Number.POSITIVE_INFINITY };

const MANTISSA_BITS = 64;
const EXPONENT_MIN = -16445;
/** Values of 2^16384 and more are infinite. */
const MAGNITUDE_BITS_MAX = 16384;
/** Beyond these powers of ten a value is infinite or zero, and 10^999999999 is never computed. */
const DECIMAL_EXPONENT_MAX = 4940;
const DECIMAL_EXPONENT_MIN = -4970;
/** Redis copies the text into a buffer of 5 KB (MAX_LONG_DOUBLE_CHARS). */
const TEXT_LENGTH_MAX = 5 * 1024;
/** Printed digits after the decimal point. */
const FRACTION_DIGITS = 17;
const FRACTION_SCALE = 10n ** BigInt(FRACTION_DIGITS);

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d+))?$/i;
const HEXADECIMAL = /^([+-]?)0x([0-9a-f]*)(?:\.([0-9a-f]*))?(?:p([+-]?\d+))?$/i;
const INFINITY = /^([+-]?)inf(?:inity)?$/i;

export function isInfinite(value: LongDouble): boolean {
  return value.exponent === Number.POSITIVE_INFINITY;
}

/** The number if strtold consumes the whole text, or an infinity; undefined otherwise, for nan, and out of range. */
export function parseLongDouble(text: string): LongDouble | undefined {
  if (text.length === 0 || text.length >= TEXT_LENGTH_MAX) return undefined;
  const infinity = INFINITY.exec(text);
  if (infinity !== null) return infinity[1] === '-' ? negated(INFINITE) : INFINITE;
  const value = parseDecimal(text) ?? parseHexadecimal(text);
  return value === undefined || isInfinite(value) ? undefined : value;
}

function parseDecimal(text: string): LongDouble | undefined {
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = '', exponentText = '0'] = match;
  if (whole === '' && fraction === '') return undefined;
  const digits = (whole + fraction).replace(/^0+/, '');
  if (digits === '') return ZERO;
  const exponent = Number(exponentText) - fraction.length;
  const magnitude = exponent + digits.length;
  if (magnitude > DECIMAL_EXPONENT_MAX || magnitude < DECIMAL_EXPONENT_MIN) return undefined;
  const number = BigInt(digits);
  const value =
    exponent >= 0
      ? rounded(number * 10n ** BigInt(exponent), 1n, 0)
      : rounded(number, 10n ** BigInt(-exponent), 0);
  return nonZero(sign === '-', value);
}

function parseHexadecimal(text: string): LongDouble | undefined {
  const match = HEXADECIMAL.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = '', exponentText = '0'] = match;
  if (whole === '' && fraction === '') return undefined;
  const digits = (whole + fraction).replace(/^0+/, '');
  if (digits === '') return ZERO;
  const exponent = Number(exponentText) - 4 * fraction.length;
  // The value is zero; a shift by 999,999,999,999 bits is never computed.
  if (exponent + 4 * digits.length < EXPONENT_MIN) return undefined;
  return nonZero(sign === '-', rounded(BigInt(`0x${digits}`), 1n, exponent));
}

/** A nonzero number that was rounded to zero is out of range, as for strtold (ERANGE). */
function nonZero(negative: boolean, value: LongDouble): LongDouble | undefined {
  if (value.mantissa === 0n) return undefined;
  return negative ? negated(value) : value;
}

/** The sum; undefined if it is infinite or not a number. */
export function addLongDouble(a: LongDouble, b: LongDouble): LongDouble | undefined {
  if (isInfinite(a) || isInfinite(b)) return undefined;
  const exponent = Math.min(a.exponent, b.exponent);
  const sum =
    (a.mantissa << BigInt(a.exponent - exponent)) + (b.mantissa << BigInt(b.exponent - exponent));
  const magnitude = rounded(sum < 0n ? -sum : sum, 1n, exponent);
  if (isInfinite(magnitude)) return undefined;
  return sum < 0n ? negated(magnitude) : magnitude;
}

function negated(value: LongDouble): LongDouble {
  return { mantissa: -value.mantissa, exponent: value.exponent };
}

/** The long double nearest to numerator / denominator × 2^exponent; the numerator is not negative. */
function rounded(numerator: bigint, denominator: bigint, exponent: number): LongDouble {
  if (numerator === 0n) return ZERO;
  // The quotient of a and b has bits(a) - bits(b) bits or one more, so this shift leaves 64 or 65.
  let shift = bitLength(numerator) - bitLength(denominator) - MANTISSA_BITS;
  if (exactBits(numerator, denominator, shift) > MANTISSA_BITS) shift += 1;
  if (exponent + shift > MAGNITUDE_BITS_MAX) return INFINITE;
  shift = Math.max(shift, EXPONENT_MIN - exponent);
  const top = shift < 0 ? numerator << BigInt(-shift) : numerator;
  const bottom = shift > 0 ? denominator << BigInt(shift) : denominator;
  const mantissa = divideHalfEven(top, bottom);
  const value = { mantissa, exponent: exponent + shift };
  if (mantissa !== 0n && bitLength(mantissa) + value.exponent > MAGNITUDE_BITS_MAX) return INFINITE;
  // Rounding up may yield 2^64, which has 65 bits: halve it and increment the exponent.
  if (mantissa >> 64n !== 0n) return { mantissa: mantissa >> 1n, exponent: value.exponent + 1 };
  return value;
}

function exactBits(numerator: bigint, denominator: bigint, shift: number): number {
  const top = shift < 0 ? numerator << BigInt(-shift) : numerator;
  const bottom = shift > 0 ? denominator << BigInt(shift) : denominator;
  return bitLength(top / bottom);
}

function divideHalfEven(top: bigint, bottom: bigint): bigint {
  const quotient = top / bottom;
  const twice = (top - quotient * bottom) * 2n;
  const up = twice > bottom || (twice === bottom && (quotient & 1n) === 1n);
  return up ? quotient + 1n : quotient;
}

function bitLength(value: bigint): number {
  const hex = value.toString(16);
  return hex.length * 4 - (Math.clz32(Number.parseInt(hex[0]!, 16)) - 28);
}

/** `%.17Lf` of a finite value without trailing zeros: 3, 0.3, -1.5. There is no exponent and no `-0`. */
export function formatLongDouble(value: LongDouble): string {
  const negative = value.mantissa < 0n;
  const mantissa = negative ? -value.mantissa : value.mantissa;
  let digits: string;
  if (value.exponent >= 0) {
    digits = String(mantissa << BigInt(value.exponent));
  } else {
    const scaled = divideHalfEven(mantissa * FRACTION_SCALE, 1n << BigInt(-value.exponent));
    const fraction = String(scaled % FRACTION_SCALE)
      .padStart(FRACTION_DIGITS, '0')
      .replace(/0+$/, '');
    digits = String(scaled / FRACTION_SCALE) + (fraction === '' ? '' : `.${fraction}`);
  }
  return negative && digits !== '0' ? `-${digits}` : digits;
}
