/**
 * One of a server's numbered databases, and its snapshots.
 *
 * Invariants: `index` and `table` agree whenever the index exists (it is derived, and absent after a
 * copy); a page is changed only under the table's epoch, a container only while its owner is this
 * database's epoch (epoch.ts); the epoch's account is the sum over all keys, plus what containers
 * booked.
 *
 * Knows no logical expiry: a key is there until somebody deletes it, whatever its instant says.
 */

import { invariant } from '../../machine/errors.ts';
import type { Random } from '../../machine/random.ts';
import { registerState } from '../../machine/state.ts';
import { OwnerEpoch } from '../epoch.ts';
import { bucketBytes, DICT_ENTRY_BYTES, keyBytes } from '../memory.ts';
import { PagedTable } from '../types/pagedTable.ts';
import { isString, type Value, valueBytes } from '../types/value.ts';
import { ExpireColumn, NO_EXPIRY } from './expireColumn.ts';
import { ShardedIndex } from './shardedIndex.ts';

type VisitEntry = (key: string, value: Value, expireAt: number) => void;

export class Database {
  readonly index: number;
  private table: PagedTable<Value> = new PagedTable();
  private expires = new ExpireColumn();
  private epoch = new OwnerEpoch(0);
  private slots: ShardedIndex | undefined = undefined;

  constructor(index: number) {
    this.index = index;
  }

  get size(): number {
    return this.table.size;
  }

  /** How many keys have an expiry. */
  get expiresCount(): number {
    return this.expires.count;
  }

  /** Modelled memory of keys, values and both hash tables (memory.ts). */
  get usedBytes(): number {
    return this.epoch.usedBytes + bucketBytes(this.size) + bucketBytes(this.expiresCount);
  }

  get(key: string): Value | undefined {
    const slot = this.find(key);
    return slot < 0 ? undefined : this.table.valueAt(slot);
  }

  /** As `get`; a container may then be changed in place, until the next snapshot. */
  own(key: string): Value | undefined {
    const slot = this.find(key);
    if (slot < 0) return undefined;
    const value = this.table.valueAt(slot);
    if (isString(value) || value.owner === this.epoch) return value;
    const mine = value.clone();
    mine.owner = this.epoch;
    this.table.setValueAt(slot, mine);
    return mine;
  }

  /** Adds a key or replaces its value, and removes its expiry. A container is given away by it. */
  set(key: string, value: Value): void {
    const slot = this.find(key);
    if (slot < 0) {
      this.slotIndex().set(key, this.table.append(key, value));
      this.epoch.usedBytes += keyBytes(key);
      this.admit(value);
    } else {
      this.replaceAt(slot, value);
      if (this.expires.count > 0) this.clearExpiry(slot);
    }
  }

  /** Replaces the value of a key that exists; its expiry stays. */
  replace(key: string, value: Value): void {
    this.replaceAt(this.existing(key), value);
  }

  delete(key: string): boolean {
    const slot = this.find(key);
    if (slot < 0) return false;
    const last = this.size - 1;
    this.release(this.table.valueAt(slot));
    this.clearExpiry(slot);
    this.epoch.usedBytes -= keyBytes(key);
    this.table.removeAt(slot);
    this.expires.remove(slot, last);
    const index = this.slotIndex();
    index.delete(key);
    if (slot < last) index.set(this.table.keyAt(slot), slot);
    return true;
  }

  /** Deletes a key and gives its value to the caller, who may change it. */
  take(key: string): Value | undefined {
    const value = this.own(key);
    if (value !== undefined) this.delete(key);
    return value;
  }

  /** Unix time in milliseconds; -1 for no expiry, or no key. */
  expireAt(key: string): number {
    if (this.expires.count === 0) return NO_EXPIRY;
    const slot = this.find(key);
    return slot < 0 ? NO_EXPIRY : this.expires.get(slot);
  }

  /** The key must exist. An instant before 1970 counts as 1970: it is past all the same. */
  setExpireAt(key: string, unixMs: number): void {
    const { count } = this.expires;
    this.expires.set(this.existing(key), Math.max(unixMs, 0));
    this.epoch.usedBytes += (this.expires.count - count) * DICT_ENTRY_BYTES;
  }

  /** True when the key had an expiry. */
  persist(key: string): boolean {
    const slot = this.find(key);
    return slot >= 0 && this.clearExpiry(slot);
  }

  randomKey(random: Random): string | undefined {
    return this.size === 0 ? undefined : this.table.keyAt(random.below(this.size));
  }

  /** Visits `count` slots; returns the next cursor, 0 at the end (pagedTable.ts). */
  scan(cursor: number, count: number, visit: VisitEntry): number {
    let left = cursor === 0 ? this.size : Math.min(cursor, this.size);
    for (let visited = 0; visited < count && left > 0; visited += 1) {
      left -= 1;
      visit(this.table.keyAt(left), this.table.valueAt(left), this.expires.get(left));
      // The visitor may have deleted keys.
      left = Math.min(left, this.size);
    }
    return left;
  }

  /** The visitor must not change the database. */
  forEach(visit: VisitEntry): void {
    let slot = 0;
    this.table.forEach((key, value) => {
      visit(key, value, this.expires.get(slot));
      slot += 1;
    });
  }

  /**
   * Visits up to `count` keys that have an expiry, from the cursor `start` (0: from the top) on
   * downwards; returns the next cursor, 0 at the end. The visitor may delete keys.
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
      visit(this.table.keyAt(left), this.expires.get(left));
      left = Math.min(left, this.size);
    }
    return left;
  }

  clear(): void {
    this.table = new PagedTable();
    this.expires = new ExpireColumn();
    this.epoch = new OwnerEpoch(0);
    this.slots = undefined;
  }

  /** SWAPDB: exchanges all keys; each database stays where it is, and so do the clients in it. */
  swapContent(other: Database): void {
    const { table, expires, epoch, slots } = this;
    this.table = other.table;
    this.expires = other.expires;
    this.epoch = other.epoch;
    this.slots = other.slots;
    other.table = table;
    other.expires = expires;
    other.epoch = epoch;
    other.slots = slots;
  }

  /** An immutable view of this moment, in O(pages). */
  snapshot(): DatabaseSnapshot {
    this.raiseEpoch();
    return new DatabaseSnapshot(this.index, this.table.share(), this.expires.share());
  }

  /** An independent database with the same content, in O(pages). */
  copy(): Database {
    const copy = new Database(this.index);
    this.raiseEpoch();
    copy.epoch = new OwnerEpoch(this.epoch.usedBytes);
    copy.table = this.table.share();
    copy.expires = this.expires.share();
    return copy;
  }

  private raiseEpoch(): void {
    this.epoch = new OwnerEpoch(this.epoch.usedBytes);
  }

  private find(key: string): number {
    return (this.slots ?? this.slotIndex()).find(key);
  }

  private existing(key: string): number {
    const slot = this.find(key);
    invariant(slot >= 0, 'the key must exist');
    return slot;
  }

  private slotIndex(): ShardedIndex {
    if (this.slots !== undefined) return this.slots;
    const index = new ShardedIndex();
    for (let slot = 0; slot < this.size; slot += 1) index.set(this.table.keyAt(slot), slot);
    this.slots = index;
    return index;
  }

  private replaceAt(slot: number, value: Value): void {
    this.release(this.table.valueAt(slot));
    this.table.setValueAt(slot, value);
    this.admit(value);
  }

  /** Takes a value into the account; a container becomes this database's. */
  private admit(value: Value): void {
    this.epoch.usedBytes += valueBytes(value);
    if (!isString(value)) value.owner = this.epoch;
  }

  /** Takes a value out of the account; a container of a snapshot is left as it is. */
  private release(value: Value): void {
    this.epoch.usedBytes -= valueBytes(value);
    if (!isString(value) && value.owner === this.epoch) value.owner = undefined;
  }

  private clearExpiry(slot: number): boolean {
    const had = this.expires.clear(slot);
    if (had) this.epoch.usedBytes -= DICT_ENTRY_BYTES;
    return had;
  }
}
registerState(Database, (database: Database) => database.copy());

/** A database as it was; what happens to the live one afterwards does not show. */
export class DatabaseSnapshot {
  readonly index: number;
  private readonly table: PagedTable<Value>;
  private readonly expires: ExpireColumn;

  constructor(index: number, table: PagedTable<Value>, expires: ExpireColumn) {
    this.index = index;
    this.table = table;
    this.expires = expires;
  }

  get size(): number {
    return this.table.size;
  }

  get expiresCount(): number {
    return this.expires.count;
  }

  /** `slot` is one of 0..size-1, here and below. */
  keyAt(slot: number): string {
    return this.table.keyAt(slot);
  }

  valueAt(slot: number): Value {
    return this.table.valueAt(slot);
  }

  /** Unix time in milliseconds; -1 for no expiry. */
  expireAtSlot(slot: number): number {
    return this.expires.get(slot);
  }
}
registerState(DatabaseSnapshot);
