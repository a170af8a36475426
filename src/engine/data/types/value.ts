/** The values of keys. */

import type { Bytes } from '../../resp/bytes.ts';
import { stringBytes } from '../memory.ts';
import { Container } from './container.ts';
import type { HashValue } from './hash.ts';
import type { ListValue } from './list.ts';
import type { SetValue } from './set.ts';
import type { ZsetValue } from './zset.ts';

/**
 * All values except strings. A new class here is a compile error in every place that must handle it:
 * these end in `unreachable`, or are tables `satisfies Record<TypeName, …>`.
 */
export type Collection = HashValue | ListValue | SetValue | ZsetValue;

/** A Redis string is bare bytes. */
export type Value = Bytes | Collection;

/** A name that TYPE replies with. */
export type TypeName = 'string' | Collection['type'];

export function isString(value: Value): value is Bytes {
  return !(value instanceof Container);
}

export function typeName(value: Value): TypeName {
  return isString(value) ? 'string' : value.type;
}

/** Modelled memory of a value, its object included (memory.ts). */
export function valueBytes(value: Value): number {
  return isString(value) ? stringBytes(value) : value.usedBytes;
}
