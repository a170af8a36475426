/**
 * Packs collections into bytes and unpacks them. Any small collection can be packed, in its compact
 * or its large form. Unpacking restores everything observable, including the order of slots, the form
 * and the modelled memory.
 */

import { InvariantError } from '../../machine/errors.ts';
import { Packed } from '../packed/packed.ts';
import { packWriter } from '../packed/packWriter.ts';
import { HashValue } from './hash.ts';
import { ListValue } from './list.ts';
import { SetValue } from './set.ts';
import type { Collection } from './value.ts';
import { ZsetValue } from './zset.ts';

/** The type's number in the first byte. */
const NUMBER = {
  hash: 0,
  list: 1,
  set: 2,
  zset: 3,
} satisfies Record<Collection['type'], number>;

/** The default of set-max-intset-entries. By default listpacks have at most 128 entries. */
const ENTRIES_MAX = 512;

/**
 * Writes a collection to `packWriter.bytes` up to `packWriter.end`; returns false if it is too large.
 * The collection does not change.
 */
export function pack(collection: Collection): boolean {
  const entries = collection.type === 'list' ? collection.length : collection.size;
  if (entries > ENTRIES_MAX) return false;
  packWriter.begin();
  collection.pack(packWriter, NUMBER[collection.type]);
  return packWriter.fits;
}

/** A new collection with the content of `bytes[start..end)`, which it copies. */
export function unpack(bytes: Buffer, start: number, end: number): Collection {
  const copy = Buffer.allocUnsafe(end - start);
  bytes.copy(copy, 0, start, end);
  const packed = new Packed(copy);
  switch (packed.type) {
    case NUMBER.hash:
      return new HashValue(packed);
    case NUMBER.list:
      return new ListValue(packed);
    case NUMBER.set:
      return new SetValue(packed);
    case NUMBER.zset:
      return new ZsetValue(packed);
    default:
      throw new InvariantError(`no collection has the number ${packed.type}`);
  }
}
