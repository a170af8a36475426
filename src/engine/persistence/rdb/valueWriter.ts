/**
 * Writes values: the type, and the elements of a collection from any position on.
 */

import { HashValue } from '../../data/types/hash.ts';
import { ListValue } from '../../data/types/list.ts';
import { SetValue } from '../../data/types/set.ts';
import { type Collection, isString, type Value } from '../../data/types/value.ts';
import { ZsetValue } from '../../data/types/zset.ts';
import { TYPE } from './format.ts';
import type { output } from './output.ts';

type Output = typeof output;

/** The type byte that the value is written with. */
export function typeOf(value: Value): number {
  if (isString(value)) return TYPE.string;
  if (value instanceof HashValue) return TYPE.hash;
  if (value instanceof ListValue) return TYPE.list;
  if (value instanceof SetValue) return TYPE.set;
  return TYPE.zset2;
}

export function elementCount(value: Collection): number {
  return value instanceof ListValue ? value.length : value.size;
}

/**
 * Puts elements from position `from` on, at most `countMax` of them and none once the output has
 * reached `sizeMax` bytes; how many were put, at least one.
 */
export function putElements(
  output: Output,
  value: Collection,
  from: number,
  countMax: number,
  sizeMax: number,
): number {
  const stop = Math.min(from + countMax, elementCount(value));
  if (value instanceof ListValue) return putRangeOfList(output, value, from, stop, sizeMax);
  if (value instanceof ZsetValue) return putRangeOfZset(output, value, from, stop, sizeMax);
  let at = from;
  do {
    if (value instanceof HashValue) {
      output.string(value.fieldAt(at));
      output.string(value.valueAt(at));
    } else {
      output.string(value.memberAt(at));
    }
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

/** Highest score first, as redis-server does: whoever loads it always inserts at the front. */
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
