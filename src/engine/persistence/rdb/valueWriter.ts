/**
 * Writes values: the type byte, and the elements of a collection from a given position on.
 */

import type { HashValue } from '../../data/types/hash.ts';
import type { ListValue } from '../../data/types/list.ts';
import type { SetValue } from '../../data/types/set.ts';
import { type Collection, type TypeName, typeName, type Value } from '../../data/types/value.ts';
import type { ZsetValue } from '../../data/types/zset.ts';
import { unreachable } from '../../machine/errors.ts';
import { TYPE } from './format.ts';
import type { output } from './output.ts';

type Output = typeof output;

/** The RDB type in which each type of values is written. */
const WRITTEN_AS = {
  string: TYPE.string,
  list: TYPE.list,
  set: TYPE.set,
  hash: TYPE.hash,
  zset: TYPE.zset2,
} satisfies Record<TypeName, number>;

export function typeOf(value: Value): number {
  return WRITTEN_AS[typeName(value)];
}

export function elementCount(value: Collection): number {
  return value.type === 'list' ? value.length : value.size;
}

/**
 * Writes elements from position `from` on: at least one, at most `countMax`, and no more once the
 * output has reached `sizeMax` bytes. Packed elements are all written at once, because they are few.
 * Returns how many were written.
 */
export function putElements(
  output: Output,
  value: Collection,
  from: number,
  countMax: number,
  sizeMax: number,
): number {
  const stop = Math.min(from + countMax, elementCount(value));
  switch (value.type) {
    case 'list':
      return putRangeOfList(output, value, from, stop, sizeMax);
    case 'set':
      if (from === 0 && value.givePacked(output)) return value.size;
      return putMembers(output, value, from, stop, sizeMax);
    case 'hash':
      if (from === 0 && value.givePacked(output)) return value.size;
      return putFields(output, value, from, stop, sizeMax);
    case 'zset':
      return putRangeOfZset(output, value, from, stop, sizeMax);
    default:
      return unreachable(value);
  }
}

function putMembers(
  output: Output,
  set: SetValue,
  from: number,
  stop: number,
  sizeMax: number,
): number {
  let at = from;
  do {
    output.string(set.memberAt(at));
    at += 1;
  } while (at < stop && output.size < sizeMax);
  return at - from;
}

function putFields(
  output: Output,
  hash: HashValue,
  from: number,
  stop: number,
  sizeMax: number,
): number {
  let at = from;
  do {
    output.string(hash.fieldAt(at));
    output.string(hash.valueAt(at));
    at += 1;
  } while (at < stop && output.size < sizeMax);
  return at - from;
}

function putRangeOfList(
  output: Output,
  list: ListValue,
  from: number,
  stop: number,
  sizeMax: number,
): number {
  let put = 0;
  list.range(from, stop - 1, (element) => {
    if (put > 0 && output.size >= sizeMax) return;
    output.string(element);
    put += 1;
  });
  return put;
}

/** Highest score first, as redis-server does: a loading server then always inserts at the front. */
function putRangeOfZset(
  output: Output,
  zset: ZsetValue,
  from: number,
  stop: number,
  sizeMax: number,
): number {
  let put = 0;
  zset.range(from, stop - 1, true, (member, score) => {
    if (put > 0 && output.size >= sizeMax) return;
    output.string(member);
    output.double(score);
    put += 1;
  });
  return put;
}
