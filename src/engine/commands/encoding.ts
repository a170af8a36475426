/**
 * The name OBJECT ENCODING gives to a value: how Redis 7.0 would keep it.
 *
 * Strings: what SET stores short is a latin1 string here, and `int` or `embstr` there; what was
 * edited in place (APPEND, SETRANGE, SETBIT, BITOP) is stored as a Buffer however short, and `raw`
 * there. A reload from an RDB file forgets the difference, in both.
 *
 * Containers: a function of content and limits. Redis remembers besides that a container once was
 * too large for its compact form; that memory is deliberately absent.
 */

import { HashValue } from '../data/hash.ts';
import { ListValue } from '../data/list.ts';
import { SetValue } from '../data/set.ts';
import { isString, type Value } from '../data/value.ts';
import type { ZsetValue } from '../data/zset.ts';
import type { Bytes } from '../resp/bytes.ts';
import { parseInteger } from '../resp/integer.ts';
import type { EncodingLimits } from './call.ts';

const EMBSTR_BYTES_MAX = 44;
const INTEGERS_SHARED = 10000;

export type EncodingName =
  | 'int'
  | 'embstr'
  | 'raw'
  | 'listpack'
  | 'hashtable'
  | 'intset'
  | 'skiplist'
  | 'quicklist';

export function encodingName(value: Value, limits: EncodingLimits): EncodingName {
  if (isString(value)) return stringEncoding(value);
  if (value instanceof ListValue) return 'quicklist';
  if (value instanceof HashValue) return isCompactHash(value, limits) ? 'listpack' : 'hashtable';
  if (value instanceof SetValue) return isIntset(value, limits) ? 'intset' : 'hashtable';
  return isCompactZset(value, limits) ? 'listpack' : 'skiplist';
}

export function stringEncoding(value: Bytes): 'int' | 'embstr' | 'raw' {
  if (typeof value !== 'string' || value.length > EMBSTR_BYTES_MAX) return 'raw';
  return parseInteger(value) === undefined ? 'embstr' : 'int';
}

/**
 * True for the integers Redis keeps one object of, shared by all keys: 0 to 9999. (Not so a value
 * that COPY made: that is an object of its own there, and a shared one here.)
 */
export function isSharedInteger(value: Value): boolean {
  if (typeof value !== 'string') return false;
  const number = parseInteger(value);
  return typeof number === 'number' && number >= 0 && number < INTEGERS_SHARED;
}

/** Sets of integers only, up to a size, are intsets: their members come in ascending order. */
export function isIntset(set: SetValue, limits: EncodingLimits): boolean {
  if (set.size > limits.setMaxIntsetEntries) return false;
  for (let slot = 0; slot < set.size; slot += 1) {
    if (parseInteger(set.memberAt(slot)) === undefined) return false;
  }
  return true;
}

function isCompactHash(hash: HashValue, limits: EncodingLimits): boolean {
  if (hash.size > limits.hashMaxListpackEntries) return false;
  const lengthMax = limits.hashMaxListpackValue;
  for (let slot = 0; slot < hash.size; slot += 1) {
    if (hash.fieldAt(slot).length > lengthMax || hash.valueAt(slot).length > lengthMax)
      return false;
  }
  return true;
}

function isCompactZset(zset: ZsetValue, limits: EncodingLimits): boolean {
  if (zset.size > limits.zsetMaxListpackEntries) return false;
  let compact = true;
  zset.forEach((member) => {
    if (member.length > limits.zsetMaxListpackValue) compact = false;
  });
  return compact;
}
