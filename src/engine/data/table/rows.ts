/**
 * The rows of a database, in slots 0..size-1. Each row is a record in the slab (record.ts); a key or
 * value that is too long for it, or a collection, is in a column beside it.
 *
 * Rows are named by reference (slab.ts). A reference is valid until the next change: storing a value may
 * move a record, and removing a row moves the last row to its slot.
 *
 * Invariants: `slots` refers from each slot to a record that names the slot; VALUE_OUTSIDE and
 * KEY_OUTSIDE tell whether the columns have an object for it; each reference is in use exactly once.
 */

import { registerState } from '../../machine/state.ts';
import { type Bytes, SHORT_BYTES_MAX } from '../../resp/bytes.ts';
import { packedUsedBytes } from '../packed/packed.ts';
import { unpack } from '../types/packing.ts';
import type { Value } from '../types/value.ts';
import type { ByteView } from './byteView.ts';
import { type HashSeed, keyHash } from './keyHash.ts';
import { ObjectColumn } from './objectColumn.ts';
import {
  EDITED,
  equalsBytes,
  HAS_EXPIRY,
  HEADER_WORDS,
  KEY,
  KEY_BYTES_MAX,
  KEY_LENGTH_MASK,
  KEY_OUTSIDE,
  keyStart,
  PACKED,
  recordBytes,
  SLOT,
  VALUE,
  VALUE_OUTSIDE,
  valueStart,
  writeBytes,
} from './record.ts';
import { Slab, wordOf } from './slab.ts';
import { CELL_UNITS_MAX, classOf, SIZE_CLASS, UNIT_BYTES } from './slabPage.ts';
import { SlotColumn } from './slotColumn.ts';

/** A value that is not in the record. A Buffer here is never written to. */
export type Outside = Exclude<Value, string>;

/** The longest record. */
export const CELL_BYTES_MAX = CELL_UNITS_MAX * UNIT_BYTES;

/** Whether a string value is too long for the record of a key. */
export function isTooLong(keyLength: number, valueLength: number): boolean {
  return recordBytes(keyLength > KEY_BYTES_MAX ? 0 : keyLength, valueLength) > CELL_BYTES_MAX;
}

/** A copy of borrowed bytes. It is not from Node's shared pool, because it may live long. */
export function ownedCopy(bytes: Buffer, start: number, end: number): Buffer {
  const copy = Buffer.allocUnsafeSlow(end - start);
  bytes.copy(copy, 0, start, end);
  return copy;
}

export class Rows {
  readonly slab: Slab;
  readonly slots: SlotColumn;
  readonly longKeys: ObjectColumn<Buffer>;
  readonly outside: ObjectColumn<Outside>;
  size: number;

  constructor(
    slab = new Slab(),
    slots = new SlotColumn(),
    longKeys = new ObjectColumn<Buffer>(),
    outside = new ObjectColumn<Outside>(),
    size = 0,
  ) {
    this.slab = slab;
    this.slots = slots;
    this.longKeys = longKeys;
    this.outside = outside;
    this.size = size;
  }

  /** Bytes held outside V8's heap, including those shared with copies. */
  get heldBytes(): number {
    let bytes = this.slab.heldBytes + this.slots.heldBytes;
    this.longKeys.forEach((key) => {
      bytes += key.length;
    });
    this.outside.forEach((value) => {
      if (Buffer.isBuffer(value)) bytes += value.length;
    });
    return bytes;
  }

  slotOf(reference: number): number {
    return this.slab.page(reference).words[wordOf(reference) + SLOT]!;
  }

  flagsOf(reference: number): number {
    return this.slab.page(reference).words[wordOf(reference) + KEY]!;
  }

  /** Length of the key in bytes. */
  keyLengthOf(reference: number): number {
    const flags = this.flagsOf(reference);
    if ((flags & KEY_OUTSIDE) === 0) return flags & KEY_LENGTH_MASK;
    return this.longKeys.get(this.slotOf(reference))!.length;
  }

  keyOf(reference: number): string {
    const { words, bytes } = this.slab.page(reference);
    const at = wordOf(reference);
    const flags = words[at + KEY]!;
    if (flags & KEY_OUTSIDE) return this.longKeys.get(words[at + SLOT]!)!.latin1Slice();
    const start = keyStart(at);
    return bytes.latin1Slice(start, start + (flags & KEY_LENGTH_MASK));
  }

  /**
   * A copy of a string, as values are stored (resp/bytes.ts), or of a packed collection; or the object
   * itself.
   */
  valueOf(reference: number): Value {
    const { words, bytes } = this.slab.page(reference);
    const at = wordOf(reference);
    const flags = words[at + KEY]!;
    if (flags & VALUE_OUTSIDE) return this.outside.get(words[at + SLOT]!)!;
    const start = valueStart(words, at);
    const end = start + words[at + VALUE]!;
    return flags & PACKED ? unpack(bytes, start, end) : copyOf(bytes, start, end, flags);
  }

  /** Points `view` at the bytes of a row's key, until the next change. */
  viewKey(reference: number, view: ByteView): void {
    const { words, bytes } = this.slab.page(reference);
    const at = wordOf(reference);
    const flags = words[at + KEY]!;
    if (flags & KEY_OUTSIDE) {
      view.show(this.longKeys.get(words[at + SLOT]!)!);
    } else {
      view.bytes = bytes;
      view.start = keyStart(at);
      view.end = view.start + (flags & KEY_LENGTH_MASK);
    }
  }

  /** Points `view` at the bytes of a row's string, until the next change. Returns false for a collection. */
  viewString(reference: number, view: ByteView): boolean {
    const { words, bytes } = this.slab.page(reference);
    const at = wordOf(reference);
    const flags = words[at + KEY]!;
    if (flags & (VALUE_OUTSIDE | PACKED)) {
      if (flags & PACKED) return false;
      const object = this.outside.get(words[at + SLOT]!)!;
      if (!Buffer.isBuffer(object)) return false;
      view.show(object);
    } else {
      view.bytes = bytes;
      view.start = valueStart(words, at);
      view.end = view.start + words[at + VALUE]!;
    }
    return true;
  }

  /** Whether the row's value is a collection stored as an object. */
  isObject(reference: number): boolean {
    if ((this.flagsOf(reference) & VALUE_OUTSIDE) === 0) return false;
    return !Buffer.isBuffer(this.outside.get(this.slotOf(reference)));
  }

  /** Modelled memory of the row's packed collection in bytes (memory.ts). */
  packedBytesOf(reference: number): number {
    const { words, bytes } = this.slab.page(reference);
    return packedUsedBytes(bytes, valueStart(words, wordOf(reference)));
  }

  /** Whether the row's key is `bytes[start..end)`. */
  hasKey(reference: number, bytes: Buffer, start: number, end: number): boolean {
    const page = this.slab.page(reference);
    const { words } = page;
    const at = wordOf(reference);
    const length = end - start;
    if (length > KEY_BYTES_MAX) {
      const key = this.longKeys.get(words[at + SLOT]!);
      return key !== undefined && key.compare(bytes, start, end) === 0;
    }
    if ((words[at + KEY]! & (KEY_LENGTH_MASK | KEY_OUTSIDE)) !== length) return false;
    return equalsBytes(words, page.bytes, at + HEADER_WORDS, bytes, start, end);
  }

  hashOf(reference: number, seed: HashSeed): number {
    const { words, bytes } = this.slab.page(reference);
    const at = wordOf(reference);
    const flags = words[at + KEY]!;
    if (flags & KEY_OUTSIDE) {
      const key = this.longKeys.get(words[at + SLOT]!)!;
      return keyHash(seed, key, 0, key.length);
    }
    const start = keyStart(at);
    return keyHash(seed, bytes, start, start + (flags & KEY_LENGTH_MASK));
  }

  /** Adds a row with a string that is not too long, and returns its reference. */
  append(
    keys: Buffer,
    keyFrom: number,
    keyTo: number,
    values: Buffer,
    from: number,
    to: number,
    flags: number,
  ): number {
    const reference = this.create(keys, keyFrom, keyTo, to - from, flags);
    const page = this.slab.page(reference);
    const at = wordOf(reference);
    writeBytes(page.words, page.bytes, valueStart(page.words, at) >>> 2, values, from, to);
    return reference;
  }

  /** Adds a row with an object. */
  appendOutside(keys: Buffer, keyFrom: number, keyTo: number, object: Outside): number {
    const reference = this.create(keys, keyFrom, keyTo, 0, VALUE_OUTSIDE);
    this.outside.set(this.size - 1, object);
    return reference;
  }

  /** Replaces the value with a string that is not too long. Returns the record's reference, which may change. */
  put(reference: number, values: Buffer, from: number, to: number, flags: number): number {
    let page = this.slab.own(reference);
    let at = wordOf(reference);
    const old = page.words[at + KEY]!;
    if (old & VALUE_OUTSIDE) this.outside.clear(page.words[at + SLOT]!);
    const sizeClass = classOf(recordBytes(old & KEY_LENGTH_MASK, to - from));
    if (page.words[SIZE_CLASS] !== sizeClass) {
      reference = this.moveTo(reference, sizeClass);
      page = this.slab.page(reference);
      at = wordOf(reference);
    }
    const { words } = page;
    words[at + KEY] = (old & ~(VALUE_OUTSIDE | EDITED | PACKED)) | flags;
    words[at + VALUE] = to - from;
    writeBytes(words, page.bytes, valueStart(words, at) >>> 2, values, from, to);
    return reference;
  }

  /** Replaces the value with an object. Returns the record's reference, which may change. */
  putOutside(reference: number, object: Outside): number {
    const { words } = this.slab.own(reference);
    const at = wordOf(reference);
    this.outside.set(words[at + SLOT]!, object);
    words[at + KEY] = (words[at + KEY]! & ~(EDITED | PACKED)) | VALUE_OUTSIDE;
    words[at + VALUE] = 0;
    const sizeClass = classOf(recordBytes(words[at + KEY]! & KEY_LENGTH_MASK, 0));
    return words[SIZE_CLASS] === sizeClass ? reference : this.moveTo(reference, sizeClass);
  }

  /**
   * Replaces a packed collection by an object of the same content. The record keeps its cell, because
   * the collection will probably be packed again.
   */
  unpackTo(reference: number, object: Outside): void {
    const { words } = this.slab.own(reference);
    const at = wordOf(reference);
    this.outside.set(words[at + SLOT]!, object);
    words[at + KEY] = (words[at + KEY]! & ~PACKED) | VALUE_OUTSIDE;
    words[at + VALUE] = 0;
  }

  /** Sets the record's flag for an expiry. */
  markExpiry(reference: number, hasExpiry: boolean): void {
    const { words } = this.slab.own(reference);
    const at = wordOf(reference) + KEY;
    words[at] = hasExpiry ? words[at]! | HAS_EXPIRY : words[at]! & ~HAS_EXPIRY;
  }

  /** Removes a row; the last row moves to its slot. */
  remove(reference: number): void {
    const slot = this.slotOf(reference);
    const last = this.size - 1;
    this.longKeys.remove(slot, last);
    this.outside.remove(slot, last);
    if (slot !== last) {
      const moved = this.slots.get(last);
      this.slots.set(slot, moved);
      this.slab.own(moved).words[wordOf(moved) + SLOT] = slot;
    }
    this.slab.free(reference);
    this.size = last;
    this.slots.truncate(last);
  }

  /** Copies a record to another cell of its class, for compaction. The old cell does not change. */
  duplicate(reference: number, sizeClass: number): number {
    const { words } = this.slab.page(reference);
    const at = wordOf(reference);
    const length = words[at + KEY]! & KEY_LENGTH_MASK;
    return this.copyRecord(reference, sizeClass, recordBytes(length, words[at + VALUE]!));
  }

  /** Second rows with the same content, in O(pages); neither sees later changes of the other. */
  share(): Rows {
    return new Rows(
      this.slab.share(),
      this.slots.share(),
      this.longKeys.share(),
      this.outside.share(),
      this.size,
    );
  }

  /** Creates a row whose record is complete except for the bytes of its value. */
  private create(
    keys: Buffer,
    keyFrom: number,
    keyTo: number,
    valueLength: number,
    flags: number,
  ): number {
    const slot = this.size;
    let length = keyTo - keyFrom;
    if (length > KEY_BYTES_MAX) {
      this.longKeys.set(slot, ownedCopy(keys, keyFrom, keyTo));
      flags |= KEY_OUTSIDE;
      length = 0;
    }
    const reference = this.slab.allocate(classOf(recordBytes(length, valueLength)));
    const { words, bytes } = this.slab.page(reference);
    const at = wordOf(reference);
    words[at + SLOT] = slot;
    words[at + KEY] = length | flags;
    words[at + VALUE] = valueLength;
    writeBytes(words, bytes, at + HEADER_WORDS, keys, keyFrom, keyFrom + length);
    this.slots.set(slot, reference);
    this.size = slot + 1;
    return reference;
  }

  /** Moves a record without its value to a cell of another class. */
  private moveTo(reference: number, sizeClass: number): number {
    const length = this.slab.page(reference).words[wordOf(reference) + KEY]! & KEY_LENGTH_MASK;
    const moved = this.copyRecord(reference, sizeClass, recordBytes(length, 0));
    this.slab.free(reference);
    return moved;
  }

  private copyRecord(reference: number, sizeClass: number, bytes: number): number {
    const copy = this.slab.allocate(sizeClass);
    const source = this.slab.page(reference).words;
    const target = this.slab.page(copy).words;
    const from = wordOf(reference);
    const to = wordOf(copy);
    for (let i = ((bytes + 3) >>> 2) - 1; i >= 0; i -= 1) target[to + i] = source[from + i]!;
    this.slots.set(target[to + SLOT]!, copy);
    return copy;
  }
}
registerState('Rows', Rows, (rows: Rows) => rows.share());

/** A string in its storage form; an edited one is a Buffer, even if it is short. */
function copyOf(bytes: Buffer, start: number, end: number, flags: number): Bytes {
  const isText = end - start <= SHORT_BYTES_MAX && (flags & EDITED) === 0;
  return isText ? bytes.latin1Slice(start, end) : ownedCopy(bytes, start, end);
}
