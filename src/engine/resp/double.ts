/**
 * Doubles as Redis 7.0 prints and parses them (d2string, addReplyDouble): integers without a fraction,
 * other numbers as C's `%.17g`, and `inf`, `-inf`, `nan`.
 */

/** A score as ZSCORE and the digest print it: 3 is `3`, 0.1 is `0.10000000000000001`. */
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
  const rounded = roundToEven(value, precision);
  const [mantissa, exponentText] = rounded.split('e');
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= precision) {
    const sign = exponent < 0 ? '-' : '+';
    return `${trimZeros(mantissa!)}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  return trimZeros(plainDigits(mantissa!, exponent));
}

/**
 * As toExponential, but rounds an exact tie to the even digit, as C does: 1125899906842624.25 to 17
 * digits ends in 4.2; JavaScript yields 4.3.
 */
function roundToEven(value: number, precision: number): string {
  const rounded = value.toExponential(precision - 1);
  const [digits, exponent] = value.toExponential(precision + 40).split('e');
  const kept = digits!.slice(0, digits!.indexOf('.') + precision).replace(/\.$/, '');
  const rest = digits!.slice(kept.length).replace('.', '');
  const tie = /^50*$/.test(rest) && '02468'.includes(kept.at(-1)!);
  return tie ? `${kept}e${exponent}` : rounded;
}

/** `d.ddd` times ten to `exponent`, written without an exponent. */
function plainDigits(mantissa: string, exponent: number): string {
  const sign = mantissa.startsWith('-') ? '-' : '';
  const digits = mantissa.replace(/[-.]/g, '');
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const fraction = digits.slice(exponent + 1);
  return `${sign}${digits.slice(0, exponent + 1)}${fraction === '' ? '' : `.${fraction}`}`;
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** The number if C's strtod consumes the whole text; undefined otherwise, and for nan. */
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
