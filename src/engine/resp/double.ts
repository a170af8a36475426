/**
 * Doubles as Redis prints and reads them: `%.17g` for scores (shortest form that reads back equal
 * is what 7.0 prints through its own d2string for integers), `inf`, `-inf`, `nan`.
 */

/** A score as ZSCORE and the digest print it: integers plain, otherwise `%.17g`. */
export function formatDouble(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (value === Number.POSITIVE_INFINITY) return 'inf';
  if (value === Number.NEGATIVE_INFINITY) return '-inf';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 52) return String(value);
  return formatG(value, 17);
}

/** C's `%.{precision}g`. */
export function formatG(value: number, precision: number): string {
  const [mantissa, exponentText] = value.toExponential(precision - 1).split('e');
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= precision) {
    const sign = exponent < 0 ? '-' : '+';
    return `${trimZeros(mantissa!)}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  return trimZeros(value.toFixed(Math.max(0, precision - 1 - exponent)));
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** Reads what C's strtod takes as a whole; undefined for anything else and for nan. */
export function parseDouble(text: string): number | undefined {
  if (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) return Number(text);
  if (/^[+-]?inf(inity)?$/i.test(text)) {
    return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  if (/^[+-]?0x[0-9a-f]+$/i.test(text)) {
    const negative = text.startsWith('-');
    const value = Number(text.replace(/^[+-]/, ''));
    return negative ? -value : value;
  }
  return undefined;
}
