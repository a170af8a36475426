/**
 * The name OBJECT ENCODING gives to a value: how Redis 7.0 would keep it.
 *
 * Strings: what SET stores short is a latin1 string here, and `int` or `embstr` there; what was
 * edited in place (APPEND, SETRANGE, SETBIT, BITOP) is stored as a Buffer however short, and `raw`
 * there. A reload from an RDB file forgets the difference, in both.
 *
 * Containers: compact until they outgrow the configured limits, and large from then on.
 */

import { isString, type Value } from '../data/types/value.ts';
import type { EncodingLimits } from '../execution/dataCall.ts';
import { unreachable } from '../machine/errors.ts';
import type { Bytes } from '../resp/bytes.ts';
import { parseInteger } from '../resp/integer.ts';

const EMBSTR_BYTES_MAX = 44;
const INTEGERS_SHARED = 10000;

type EncodingName =
  | 'int'
  | 'embstr'
  | 'raw'
  | 'listpack'
  | 'hashtable'
  | 'intset'
  | 'skiplist'
  | 'quicklist';

export function encodingName(value: Value): EncodingName {
  if (isString(value)) return stringEncoding(value);
  switch (value.type) {
    case 'list':
      return 'quicklist';
    case 'hash':
      return value.large ? 'hashtable' : 'listpack';
    case 'set':
      return value.large ? 'hashtable' : 'intset';
    case 'zset':
      return value.large ? 'skiplist' : 'listpack';
    default:
      return unreachable(value);
  }
}

function stringEncoding(value: Bytes): 'int' | 'embstr' | 'raw' {
  if (typeof value !== 'string' || value.length > EMBSTR_BYTES_MAX) return 'raw';
  return parseInteger(value) === undefined ? 'embstr' : 'int';
}

/**
 * True for the integers Redis keeps one object of, shared by all keys: 0 to 9999. (Not so a value
 * that COPY made: that is an object of its own there, and a shared one here.)
 */
function isSharedInteger(value: Value): boolean {
  if (typeof value !== 'string') return false;
  const number = parseInteger(value);
  return typeof number === 'number' && number >= 0 && number < INTEGERS_SHARED;
}

const SHARED_REFERENCES = 2147483647;

/** What OBJECT REFCOUNT says. */
export function referenceCount(value: Value): number {
  return isSharedInteger(value) ? SHARED_REFERENCES : 1;
}

/** After a container grew, or was made: whether it outgrew its compact form. */
export function settle(value: Value, limits: EncodingLimits): void {
  if (isString(value)) return;
  switch (value.type) {
    case 'list':
      return;
    case 'hash':
      value.settle(limits.hashMaxListpackEntries, limits.hashMaxListpackValue);
      return;
    case 'set':
      value.settle(limits.setMaxIntsetEntries);
      return;
    case 'zset':
      value.settle(limits.zsetMaxListpackEntries, limits.zsetMaxListpackValue);
      return;
    default:
      unreachable(value);
  }
}
