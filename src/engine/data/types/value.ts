/** What a key can hold. */

import type { Bytes } from '../../resp/bytes.ts';
import { stringBytes } from '../memory.ts';
import { Container } from './container.ts';
import { HashValue } from './hash.ts';
import { ListValue } from './list.ts';
import { SetValue } from './set.ts';
import type { ZsetValue } from './zset.ts';

/** A Redis string is bare bytes. */
export type Value = Bytes | HashValue | ListValue | SetValue | ZsetValue;

/** What is no string. */
export type Collection = Exclude<Value, Bytes>;

export type TypeName = 'string' | 'hash' | 'list' | 'set' | 'zset';

export function isString(value: Value): value is Bytes {
  return !(value instanceof Container);
}

/** The name TYPE replies. */
export function typeName(value: Value): TypeName {
  if (isString(value)) return 'string';
  if (value instanceof HashValue) return 'hash';
  if (value instanceof ListValue) return 'list';
  return value instanceof SetValue ? 'set' : 'zset';
}

/** Modelled memory of a value, its object included (memory.ts). */
export function valueBytes(value: Value): number {
  return isString(value) ? stringBytes(value) : value.usedBytes;
}
