/**
 * Collections as bytes, and back. Any small one can be packed, whatever its form: what comes back is
 * equal in all that can be asked of it, the order of its slots and its modelled memory included.
 */

import { InvariantError } from '../../machine/errors.ts';
import { Packed } from '../packed/packed.ts';
import { packWriter } from '../packed/packWriter.ts';
import { HashValue } from './hash.ts';
import { ListValue } from './list.ts';
import { SetValue } from './set.ts';
import type { Collection } from './value.ts';
import { ZsetValue } from './zset.ts';

/** The number of each type in the first byte. */
const NUMBER = {
  hash: 0,
  list: 1,
  set: 2,
  zset: 3,
} satisfies Record<Collection['type'], number>;

/** What Redis keeps as an intset is no longer, what it keeps as a listpack has 128 entries. */
const ENTRIES_MAX = 512;

/**
 * Writes a collection to `packWriter.bytes`, up to `packWriter.end`; false when it is too large. It
 * stays as it is.
 */
export function pack(collection: Collection): boolean {
  const entries = collection.type === 'list' ? collection.length : collection.size;
  if (entries > ENTRIES_MAX) return false;
  packWriter.begin();
  collection.pack(packWriter, NUMBER[collection.type]);
  return packWriter.fits;
}

/** A collection that nobody else has, made of a copy of `bytes[start..end)`. */
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
