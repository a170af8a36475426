/** Numbers: integers, sizes in bytes, percentages, permissions. */

import { parseInteger } from '../../resp/integer.ts';
import type { ValueTypes } from '../directives/directive.ts';
import { ULONG_MAX } from '../directives/directive.ts';
import type { Codec, Parsed } from './codec.ts';

type Wide = ValueTypes['integer'];

const NO_INTEGER = "argument couldn't be parsed into an integer";
const PERCENT_MAX = 100;

export const integer: Codec<'integer'> = {
  parse([word], { spec }) {
    const value = parseInteger(word!);
    if (value === undefined) return { error: NO_INTEGER };
    const { takenAs } = spec;
    const parsed = inRange(value, spec);
    if (takenAs === undefined || 'error' in parsed) return parsed;
    return { value: Math.min(Math.max(Number(value), takenAs.min), takenAs.max) };
  },
  print: String,
};

export const memory: Codec<'memory'> = {
  parse([word], { spec }) {
    const value = parseMemory(word!);
    return value === undefined
      ? { error: 'argument must be a memory value' }
      : inRange(value, spec);
  },
  print: String,
  fileValue: formatMemory,
};

export const memoryOrPercent: Codec<'memoryOrPercent'> = {
  parse([word]) {
    const value = word!.endsWith('%') ? percentage(word!.slice(0, -1)) : signedMemory(word!);
    if (value === undefined) return { error: 'argument must be a memory or percent value' };
    if (value >= -PERCENT_MAX) return { value };
    return { error: `percentage argument must be less or equal to ${PERCENT_MAX}` };
  },
  print: (value) => (value < 0 ? `${-Number(value)}%` : String(value)),
  fileValue: (value) => (value < 0 ? `${-Number(value)}%` : formatMemory(value)),
};

function percentage(digits: string): Wide | undefined {
  const value = parseInteger(digits);
  return value === undefined || value < 0 ? undefined : -value;
}

/** The size as a C long long: 18446744073709551611 (2^64 - 5) wraps to -5, which means 5 %. */
function signedMemory(word: string): Wide | undefined {
  const value = parseMemory(word);
  return value === undefined ? undefined : narrow(BigInt.asIntN(64, BigInt(value)));
}

export const octal: Codec<'octal'> = {
  parse([word], { spec: { min, max } }) {
    const match = /^\s*([+-]?)([0-7]*)$/.exec(word!);
    if (match === null || (match[1] !== '' && match[2] === '')) {
      return { error: "argument couldn't be parsed as an octal number" };
    }
    const size = Number.parseInt(`0${match[2]}`, 8);
    const value = match[1] === '-' ? 0 - size : size;
    if (value >= min && value <= max) return { value };
    return {
      error: `argument must be between ${min.toString(8)} and ${max.toString(8)} inclusive`,
    };
  },
  print: (value) => value.toString(8),
};

function inRange(
  value: Wide,
  { min, max }: { readonly min: Wide; readonly max: Wide },
): Parsed<Wide> {
  if (value >= min && value <= max) return { value };
  return { error: `argument must be between ${min} and ${max} inclusive` };
}

const UNITS: Readonly<Record<string, bigint>> = {
  '': 1n,
  b: 1n,
  k: 1000n,
  kb: 1024n,
  m: 1000n ** 2n,
  mb: 1024n ** 2n,
  g: 1000n ** 3n,
  gb: 1024n ** 3n,
};

const DIGITS_MAX = 127;

/**
 * A size in bytes: `1mb` is 1,048,576, `1m` is 1,000,000; undefined if the word is not a size. As in
 * Redis's memtoull, a missing number is 0, the number saturates at 2^64 - 1, and its product with the
 * unit wraps modulo 2^64.
 */
export function parseMemory(word: string): Wide | undefined {
  const match = /^(\d*)([a-z]*)$/i.exec(word);
  const unit = match === null ? undefined : UNITS[match[2]!.toLowerCase()];
  const digits = match?.[1] ?? '';
  if (unit === undefined || digits.length > DIGITS_MAX) return undefined;
  const count = BigInt(digits === '' ? 0 : digits);
  return narrow(BigInt.asUintN(64, (count > ULONG_MAX ? ULONG_MAX : count) * unit));
}

function narrow(value: bigint): Wide {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** `1073741824` → `1gb`: uses the largest binary unit that divides the size. */
export function formatMemory(bytes: Wide): string {
  const exact = BigInt(bytes);
  for (const unit of ['gb', 'mb', 'kb']) {
    const size = UNITS[unit]!;
    if (exact > 0n && exact % size === 0n) return `${exact / size}${unit}`;
  }
  return String(bytes);
}
