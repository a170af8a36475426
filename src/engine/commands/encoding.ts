/**
 * The encoding that OBJECT ENCODING reports for a value: how Redis 7.0 would store it.
 *
 * Strings: a short string that SET stored is a latin1 string here, and `int` or `embstr` in Redis. A
 * string edited in place (APPEND, SETRANGE, SETBIT, BITOP) is a Buffer here, even if it is short, and
 * `raw` in Redis. In both, loading an RDB file removes the difference.
 *
 * Containers: compact until they exceed the configured limits, and large from then on.
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
 * Whether all keys share one object for this value in Redis: integers from 0 to 9999. One difference
 * is known: COPY makes an object of its own in Redis.
 */
function isSharedInteger(value: Value): boolean {
  if (typeof value !== 'string') return false;
  const number = parseInteger(value);
  return typeof number === 'number' && number >= 0 && number < INTEGERS_SHARED;
}

const SHARED_REFERENCES = 2147483647;

/** The result of OBJECT REFCOUNT. */
export function referenceCount(value: Value): number {
  return isSharedInteger(value) ? SHARED_REFERENCES : 1;
}

/** Updates a container's encoding after it was created or has grown. */
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
