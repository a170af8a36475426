/**
 * One of a server's numbered databases.
 *
 * There are two interfaces. Most handlers call by key, as a string, and get values as strings, Buffers
 * and collections; strings are copied. The hot commands call by bytes: they `find` a row by the key's
 * bytes in the request, and read and write it through its reference, without making a string. A
 * reference is valid until the next change of the database.
 *
 * A small collection is packed, as bytes in its record (packed/packed.ts), unless it was changed
 * lately: `own` replaces the bytes by an object, and `pack` replaces the oldest objects by bytes. `get`
 * returns a packed collection as an object of its own, which the database does not keep.
 *
 * Invariants: the table is changed only under its own epochs, a collection only while its owner is
 * this database's epoch (epoch.ts); HAS_EXPIRY in a record says whether the expiry column has an
 * instant for its slot; the epoch's account is the sum over all keys, plus what collections booked.
 *
 * It does not implement expiry: a key exists until it is deleted, whatever its expire time.
 */

import { invariant } from '../../machine/errors.ts';
import type { Random } from '../../machine/random.ts';
import { copyState, registerState } from '../../machine/state.ts';
import { type Bytes, requireText, toBuffer } from '../../resp/bytes.ts';
import { readInteger, writeInteger } from '../../resp/integer.ts';
import type { Lookahead } from '../../resp/lookahead.ts';
import type { ReplyWriter } from '../../resp/replyWriter.ts';
import { OwnerEpoch } from '../epoch.ts';
import {
  bucketBytes,
  DICT_ENTRY_BYTES,
  keyBytes,
  rawStringBytes,
  stringBytes,
  stringBytesIn,
} from '../memory.ts';
import { packWriter } from '../packed/packWriter.ts';
import { pack } from '../types/packing.ts';
import { type Collection, isString, type Value } from '../types/value.ts';
import { ByteView } from './byteView.ts';
import { Compaction } from './compaction.ts';
import { DatabaseSnapshot } from './databaseSnapshot.ts';
import { ExpireColumn, NO_EXPIRY } from './expireColumn.ts';
import type { KeyTable } from './keyTable.ts';
import { EDITED, HAS_EXPIRY, KEY_BYTES_MAX, PACKED, recordBytes, VALUE_OUTSIDE } from './record.ts';
import { CELL_BYTES_MAX, isTooLong, ownedCopy } from './rows.ts';
import { SlotQueue } from './slotQueue.ts';
import { stagedKey, stagedValue } from './staging.ts';

type VisitEntry = (key: string, value: Value, expireAt: number) => void;

/** A string up to here fits the record of any key: its key's length need not be read. */
const ALWAYS_FITS = CELL_BYTES_MAX - recordBytes(KEY_BYTES_MAX, 0);

/** A table with fewer keys fits the second-level cache. */
const PREFETCH_SIZE_MIN = 8 * 1024;

/** Room for the digits of any 64-bit integer. */
const digits = Buffer.allocUnsafeSlow(24);

const view = new ByteView();

/**
 * How many small collections stay objects. More would help workloads that change more collections in
 * turn, and would survive V8's young generation, which doubles the process's memory.
 */
const UNPACKED_MAX = 128;

export class Database {
  readonly index: number;
  private table: KeyTable;
  private expires: ExpireColumn;
  private epoch: OwnerEpoch;
  private compaction: Compaction;
  /** Slots whose collections became objects. A slot may hold another value by now. */
  private unpacked: SlotQueue;

  constructor(
    index: number,
    table: KeyTable,
    expires = new ExpireColumn(),
    usedBytes = 0,
    compaction = new Compaction(),
    unpacked = new SlotQueue(),
  ) {
    this.index = index;
    this.table = table;
    this.expires = expires;
    this.epoch = new OwnerEpoch(usedBytes);
    this.compaction = compaction;
    this.unpacked = unpacked;
  }

  get size(): number {
    return this.table.size;
  }

  /** The number of keys with an expiry. */
  get expiresCount(): number {
    return this.expires.count;
  }

  /** Modelled memory of keys, values and both hash tables (memory.ts). */
  get usedBytes(): number {
    return this.epoch.usedBytes + bucketBytes(this.size) + bucketBytes(this.expiresCount);
  }

  /** Bytes really held outside of V8's heap, shared ones included: what the memory guard counts. */
  get arenaBytes(): number {
    return this.table.rows.heldBytes + this.table.index.heldBytes;
  }

  /** See KeyTable. */
  get copiedBytes(): number {
    return this.table.copiedBytes;
  }

  // By key, as a string.

  /** The value: a copy of a string, or a collection, which must not be changed. */
  get(key: string): Value | undefined {
    const reference = this.lookUp(key);
    return reference === 0 ? undefined : this.table.rows.valueOf(reference);
  }

  /** As `get`, but a collection may be changed in place until the next snapshot. */
  own(key: string): Value | undefined {
    const reference = this.lookUp(key);
    return reference === 0 ? undefined : this.ownAt(reference);
  }

  /** Adds a key or replaces its value, and removes its expiry. The database then owns a collection. */
  set(key: string, value: Value): void {
    stagedKey.load(key);
    const { bytes, start, end } = stagedKey;
    const hash = this.table.hash(bytes, start, end);
    const reference = this.table.find(hash, bytes, start, end);
    if (reference === 0) this.add(hash, bytes, start, end, value);
    else this.clearExpiry(this.replaceAt(reference, value));
  }

  /** Replaces the value of an existing key and keeps its expiry. */
  replace(key: string, value: Value): void {
    this.replaceAt(this.existing(key), value);
  }

  delete(key: string): boolean {
    const reference = this.lookUp(key);
    if (reference !== 0) this.deleteAt(reference);
    return reference !== 0;
  }

  /** Deletes a key and returns its value, which the caller may change. */
  take(key: string): Value | undefined {
    const reference = this.lookUp(key);
    if (reference === 0) return undefined;
    const value = this.ownAt(reference);
    this.deleteAt(reference);
    return value;
  }

  /** Unix time in milliseconds; -1 for no expiry, or no key. */
  expireAt(key: string): number {
    if (this.expires.count === 0) return NO_EXPIRY;
    const reference = this.lookUp(key);
    return reference === 0 ? NO_EXPIRY : this.expireAtOf(reference);
  }

  /** Sets the expire time of an existing key. A time before 1970 is stored as 1970: both have passed. */
  setExpireAt(key: string, unixMs: number): void {
    this.setExpireAtOf(this.existing(key), unixMs);
  }

  /** Removes a key's expiry. Returns whether it had one. */
  persist(key: string): boolean {
    if (this.expires.count === 0) return false;
    const reference = this.lookUp(key);
    return reference !== 0 && this.clearExpiry(reference);
  }

  // By bytes: `bytes[start..end)` is borrowed, and a reference names a row.

  /** The reference of the key's row; 0 if there is none. */
  find(bytes: Buffer, start: number, end: number): number {
    return this.table.find(this.table.hash(bytes, start, end), bytes, start, end);
  }

  isStringAt(reference: number): boolean {
    return this.table.rows.viewString(reference, view);
  }

  keyAt(reference: number): string {
    return this.table.rows.keyOf(reference);
  }

  valueAt(reference: number): Value {
    return this.table.rows.valueOf(reference);
  }

  /** As `own`. */
  ownAt(reference: number): Value {
    const { rows } = this.table;
    const value = rows.valueOf(reference);
    if (isString(value) || value.owner === this.epoch) return value;
    if (rows.flagsOf(reference) & PACKED) {
      value.owner = this.epoch;
      rows.unpackTo(reference, value);
      this.unpacked.push(rows.slotOf(reference));
      return value;
    }
    const mine = value.clone();
    mine.owner = this.epoch;
    rows.outside.set(rows.slotOf(reference), mine);
    return mine;
  }

  /** Unix time in milliseconds; -1 for no expiry. */
  expireAtOf(reference: number): number {
    const { rows } = this.table;
    if ((rows.flagsOf(reference) & HAS_EXPIRY) === 0) return NO_EXPIRY;
    return this.expires.get(rows.slotOf(reference));
  }

  /** Writes the row's string to a reply as a bulk string. For a collection it writes nothing and returns false. */
  writeStringTo(reply: ReplyWriter, reference: number): boolean {
    const { rows } = this.table;
    if (!rows.viewString(reference, view)) return false;
    // A long value's Buffer never changes, so the reply may share it.
    if (rows.flagsOf(reference) & VALUE_OUTSIDE) reply.bulk(view.bytes);
    else reply.bulkFrom(view.bytes, view.start, view.end);
    return true;
  }

  /** Length of the row's string in bytes; -1 for a collection. */
  stringLengthAt(reference: number): number {
    return this.table.rows.viewString(reference, view) ? view.length : -1;
  }

  /** The row's string as parseInteger parses it; undefined if it is no integer, or a collection. */
  integerAt(reference: number): number | bigint | undefined {
    if (!this.table.rows.viewString(reference, view)) return undefined;
    return readInteger(view.bytes, view.start, view.end);
  }

  /**
   * SET: adds a key with a string or replaces its value, and removes its expiry. Key and value are in one
   * Buffer. Returns whether the key is new.
   */
  setFrom(
    bytes: Buffer,
    keyStart: number,
    keyEnd: number,
    valueStart: number,
    valueEnd: number,
  ): boolean {
    return this.setBytes(bytes, keyStart, keyEnd, bytes, valueStart, valueEnd);
  }

  /** As setFrom, with key and value in different Buffers. */
  setViews(key: ByteView, value: ByteView): boolean {
    return this.setBytes(key.bytes, key.start, key.end, value.bytes, value.start, value.end);
  }

  /** Replaces a row's value with a string and keeps its expiry. Returns the row's reference, as the next two do. */
  replaceFrom(reference: number, bytes: Buffer, start: number, end: number): number {
    const { table } = this;
    if (end - start > ALWAYS_FITS && isTooLong(table.rows.keyLengthOf(reference), end - start)) {
      return this.replaceAt(reference, ownedCopy(bytes, start, end));
    }
    this.release(reference);
    this.epoch.usedBytes += stringBytesIn(bytes, start, end);
    return table.put(reference, bytes, start, end, 0);
  }

  /** Replaces a row's value with the digits of a 64-bit integer and keeps its expiry. */
  replaceByInteger(reference: number, value: number | bigint): number {
    return this.replaceFrom(reference, digits, 0, writeInteger(digits, 0, value));
  }

  /** Replaces a row's value and keeps its expiry. */
  replaceAt(reference: number, value: Value): number {
    const { table } = this;
    this.release(reference);
    if (!isString(value)) {
      this.unpacked.push(table.rows.slotOf(reference));
      return table.putOutside(reference, this.admit(value));
    }
    this.epoch.usedBytes += stringBytes(value);
    if (isTooLong(table.rows.keyLengthOf(reference), value.length)) {
      return table.putOutside(reference, toBuffer(value));
    }
    stagedValue.load(value);
    const { bytes, start, end } = stagedValue;
    return table.put(reference, bytes, start, end, flagsOf(value));
  }

  deleteAt(reference: number): void {
    const { rows } = this.table;
    const slot = rows.slotOf(reference);
    this.release(reference);
    this.epoch.usedBytes -= keyBytes(rows.keyLengthOf(reference));
    if (this.expires.count > 0) {
      this.clearExpiry(reference);
      this.expires.remove(slot, this.size - 1);
    }
    this.table.remove(reference);
    if (slot < this.size && rows.isObject(rows.slots.get(slot))) this.unpacked.push(slot);
  }

  /** As setExpireAt. */
  setExpireAtOf(reference: number, unixMs: number): void {
    const { rows } = this.table;
    const { count } = this.expires;
    this.expires.set(rows.slotOf(reference), Math.max(unixMs, 0));
    if (this.expires.count === count) return;
    this.epoch.usedBytes += DICT_ENTRY_BYTES;
    rows.markExpiry(reference, true);
  }

  /** Removes a row's expiry. Returns whether it had one. */
  clearExpiry(reference: number): boolean {
    const { rows } = this.table;
    if ((rows.flagsOf(reference) & HAS_EXPIRY) === 0) return false;
    this.expires.clear(rows.slotOf(reference));
    rows.markExpiry(reference, false);
    this.epoch.usedBytes -= DICT_ENTRY_BYTES;
    return true;
  }

  private setBytes(
    keys: Buffer,
    keyStart: number,
    keyEnd: number,
    values: Buffer,
    start: number,
    end: number,
  ): boolean {
    const { table } = this;
    const hash = table.hash(keys, keyStart, keyEnd);
    const reference = table.find(hash, keys, keyStart, keyEnd);
    if (reference !== 0) {
      const now = this.replaceFrom(reference, values, start, end);
      if (this.expires.count > 0) this.clearExpiry(now);
      return false;
    }
    requireText(keyEnd - keyStart);
    if (isTooLong(keyEnd - keyStart, end - start)) {
      this.add(hash, keys, keyStart, keyEnd, ownedCopy(values, start, end));
    } else {
      table.add(hash, keys, keyStart, keyEnd, values, start, end, 0);
      this.epoch.usedBytes += keyBytes(keyEnd - keyStart) + stringBytesIn(values, start, end);
    }
    return true;
  }

  /** Whether the table is too large for the processor's caches, so that `prefetch` saves time. */
  get isWorthPrefetching(): boolean {
    return this.size >= PREFETCH_SIZE_MIN;
  }

  /** Loads the rows of these keys into the processor's caches; changes nothing. */
  prefetch(keys: Lookahead): void {
    this.table.prefetch(keys);
  }

  // All keys.

  randomKey(random: Random): string | undefined {
    return this.size === 0 ? undefined : this.keyInSlot(random.below(this.size));
  }

  /**
   * Visits `count` slots. Returns the next cursor, 0 at the end. The visitor may delete keys.
   *
   * Slots are visited downwards, and the cursor is the number of slots not yet visited: with cursor 7,
   * slots 6, 5, … 0 remain. Rows only move down, so a row that exists during the whole scan and has not
   * been visited stays below the cursor. Example: rows a b c d, a scan has visited d and is at cursor 3.
   * Deleting a moves the last row into its slot, d b c, and the scan continues with c, b, d.
   */
  scan(
    cursor: number,
    count: number,
    visit: (key: string, reference: number, expireAt: number) => void,
  ): number {
    const { rows } = this.table;
    let left = cursor === 0 ? this.size : Math.min(cursor, this.size);
    for (let visited = 0; visited < count && left > 0; visited += 1) {
      left -= 1;
      const reference = rows.slots.get(left);
      visit(rows.keyOf(reference), reference, this.expires.get(left));
      left = Math.min(left, this.size);
    }
    return left;
  }

  /** Visits all keys. The visitor must not change the database. */
  forEach(visit: VisitEntry): void {
    const { rows } = this.table;
    for (let slot = 0; slot < this.size; slot += 1) {
      const reference = rows.slots.get(slot);
      visit(rows.keyOf(reference), rows.valueOf(reference), this.expires.get(slot));
    }
  }

  /** As forEach, without the values. */
  forEachKey(visit: (key: string, expireAt: number) => void): void {
    for (let slot = 0; slot < this.size; slot += 1) {
      visit(this.keyInSlot(slot), this.expires.get(slot));
    }
  }

  /**
   * Visits up to `count` keys with an expiry, downwards from the cursor `start` (0: from the top).
   * Returns the next cursor, 0 at the end. The visitor may delete keys.
   */
  sampleExpire(
    start: number,
    count: number,
    visit: (key: string, expireAt: number) => void,
  ): number {
    let left = start === 0 ? this.size : Math.min(start, this.size);
    for (let visited = 0; visited < count && left > 0; visited += 1) {
      left = this.expires.previous(left);
      if (left < 0) return 0;
      visit(this.keyInSlot(left), this.expires.get(left));
      left = Math.min(left, this.size);
    }
    return left;
  }

  clear(): void {
    this.table = this.table.emptied();
    this.expires = new ExpireColumn();
    this.epoch = new OwnerEpoch(0);
    this.compaction = new Compaction();
    this.unpacked = new SlotQueue();
  }

  /** SWAPDB: exchanges all keys. The databases keep their numbers and clients. */
  swapContent(other: Database): void {
    const { table, expires, epoch, compaction, unpacked } = this;
    this.table = other.table;
    this.expires = other.expires;
    this.epoch = other.epoch;
    this.compaction = other.compaction;
    this.unpacked = other.unpacked;
    other.table = table;
    other.expires = expires;
    other.epoch = epoch;
    other.compaction = compaction;
    other.unpacked = unpacked;
  }

  /**
   * Packs small collections, the oldest objects first, until at most `max` of them are objects. To be
   * called between two commands, since a handler may hold an object that it has not changed yet.
   */
  pack(max = UNPACKED_MAX): void {
    while (this.unpacked.length > max) this.packSlot(this.unpacked.take());
  }

  /**
   * Frees memory that changes have fragmented, by moving at most `bytesMax` bytes plus the rest of a page.
   * Returns how many of these bytes are left.
   */
  compact(bytesMax: number): number {
    if (this.size > 0) return this.compaction.run(this.table, bytesMax);
    if (this.table.rows.slab.pages.length > 0) this.clear();
    return bytesMax;
  }

  /** An immutable snapshot of this moment, in O(pages). */
  snapshot(): DatabaseSnapshot {
    this.raiseEpoch();
    return new DatabaseSnapshot(this.index, this.table.rows.share(), this.expires.share());
  }

  /** An independent database with the same content, in O(pages). */
  copy(): Database {
    this.raiseEpoch();
    return new Database(
      this.index,
      this.table.share(),
      this.expires.share(),
      this.epoch.usedBytes,
      this.compaction.copy(),
      copyState(this.unpacked),
    );
  }

  private raiseEpoch(): void {
    this.epoch = new OwnerEpoch(this.epoch.usedBytes);
  }

  private lookUp(key: string): number {
    stagedKey.load(key);
    return this.find(stagedKey.bytes, stagedKey.start, stagedKey.end);
  }

  private existing(key: string): number {
    const reference = this.lookUp(key);
    invariant(reference !== 0, 'the key must exist');
    return reference;
  }

  private keyInSlot(slot: number): string {
    return this.table.rows.keyOf(this.table.rows.slots.get(slot));
  }

  /** Adds a key that is absent. */
  private add(hash: number, keys: Buffer, from: number, to: number, value: Value): void {
    const { table } = this;
    this.epoch.usedBytes += keyBytes(to - from);
    if (!isString(value)) {
      this.unpacked.push(this.size);
      table.addOutside(hash, keys, from, to, this.admit(value));
      return;
    }
    this.epoch.usedBytes += stringBytes(value);
    if (isTooLong(to - from, value.length)) {
      table.addOutside(hash, keys, from, to, toBuffer(value));
    } else {
      stagedValue.load(value);
      const { bytes, start, end } = stagedValue;
      table.add(hash, keys, from, to, bytes, start, end, flagsOf(value));
    }
  }

  /** Packs the slot's value if it is a small collection. */
  private packSlot(slot: number): void {
    const { table } = this;
    const object = slot < this.size ? table.rows.outside.get(slot) : undefined;
    if (object === undefined || Buffer.isBuffer(object)) return;
    const reference = table.rows.slots.get(slot);
    const keyLength = table.rows.keyLengthOf(reference);
    if (pack(object) && !isTooLong(keyLength, packWriter.end)) {
      table.put(reference, packWriter.bytes, 0, packWriter.end, PACKED);
      if (object.owner === this.epoch) object.owner = undefined;
    } else {
      // The record may still have the cell that the bytes once filled.
      table.putOutside(reference, object);
    }
  }

  /** Adds a collection to the account of memory, and makes this database its owner. */
  private admit(collection: Collection): Collection {
    this.epoch.usedBytes += collection.usedBytes;
    collection.owner = this.epoch;
    return collection;
  }

  /** Removes a row's value from the account of memory. A collection that a snapshot shares is not changed. */
  private release(reference: number): void {
    const { rows } = this.table;
    if (rows.viewString(reference, view)) {
      const isEdited = (rows.flagsOf(reference) & (EDITED | VALUE_OUTSIDE)) !== 0;
      this.epoch.usedBytes -= isEdited
        ? rawStringBytes(view.length)
        : stringBytesIn(view.bytes, view.start, view.end);
      return;
    }
    if (rows.flagsOf(reference) & PACKED) {
      this.epoch.usedBytes -= rows.packedBytesOf(reference);
      return;
    }
    const collection = rows.valueOf(reference) as Collection;
    this.epoch.usedBytes -= collection.usedBytes;
    if (collection.owner === this.epoch) collection.owner = undefined;
  }
}
registerState('Database', Database, (database: Database) => database.copy());

/** The flags of a string: a short one in a Buffer has been edited in place (resp/bytes.ts, commands/encoding.ts). */
function flagsOf(value: Bytes): number {
  return typeof value === 'string' ? 0 : EDITED;
}
