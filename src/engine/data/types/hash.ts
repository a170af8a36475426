/** A hash: field -> value, in slots (pagedTable.ts). */

import { registerState } from '../../machine/state.ts';
import type { Bytes } from '../../resp/bytes.ts';
import {
  DICT_ENTRY_BYTES,
  dictBytes,
  LISTPACK_ENTRIES_MAX,
  LISTPACK_VALUE_MAX,
  listpackBytes,
  listpackEntryBytes,
  sdsBytes,
} from '../memory.ts';
import type { Packed } from '../packed/packed.ts';
import { type PackWriter, packWriter } from '../packed/packWriter.ts';
import { CompactContainer } from './compactContainer.ts';
import { Dictionary } from './dictionary.ts';

export class HashValue extends CompactContainer {
  /** Undefined while it is packed. */
  private body: Dictionary<Bytes> | undefined;
  /** Length in bytes of the longest field or value that it has ever had. */
  private longest = 0;

  constructor(packed?: Packed) {
    super(packed);
    this.body = packed === undefined ? new Dictionary() : undefined;
    if (packed !== undefined) this.longest = packed.longest;
  }

  get size(): number {
    return this.body === undefined ? this.packed!.count : this.body.size;
  }

  get(field: string): Bytes | undefined {
    const { body, packed } = this;
    if (body !== undefined) return body.get(field);
    return packed!.find(field, true) ? packed!.element() : undefined;
  }

  has(field: string): boolean {
    const { body } = this;
    return body === undefined ? this.packed!.find(field, true) : body.find(field) >= 0;
  }

  /** Sets a field. Returns whether it is new. */
  set(field: string, value: Bytes): boolean {
    const { packed } = this;
    if (packed !== undefined) {
      const old = this.get(field);
      if (this.setPacked(packed, field, value, old)) return this.settled(field, value, old);
    }
    const { fields } = this;
    const slot = fields.find(field);
    if (slot < 0) {
      fields.add(field, value);
      return this.settled(field, value, undefined);
    }
    const old = fields.valueAt(slot);
    fields.setValueAt(slot, value);
    return this.settled(field, value, old);
  }

  delete(field: string): boolean {
    const { fields } = this;
    const slot = fields.find(field);
    if (slot < 0) return false;
    this.entryBytes -= this.bytesOf(field, fields.valueAt(slot));
    fields.remove(slot);
    this.account();
    return true;
  }

  forEach(visit: (field: string, value: Bytes) => void): void {
    if (this.body === undefined) this.visitPacked(visit);
    else this.body.forEach(visit);
  }

  /** Visits `count` slots; returns the next cursor, 0 at the end (pagedTable.ts). */
  scan(cursor: number, count: number, visit: (field: string, value: Bytes) => void): number {
    return this.fields.scan(cursor, count, visit);
  }

  fieldAt(slot: number): string {
    return this.fields.keyAt(slot);
  }

  valueAt(slot: number): Bytes {
    return this.fields.valueAt(slot);
  }

  override get type(): 'hash' {
    return 'hash';
  }

  protected override unfold(): void {
    const fields: string[] = [];
    const values: Bytes[] = [];
    this.visitPacked((field, value) => {
      fields.push(field);
      values.push(value);
    });
    this.body = new Dictionary();
    this.body.fill(fields, values);
    this.packed = undefined;
  }

  override pack(writer: PackWriter, type: number): void {
    this.packForm(writer, type, this.longest, this.size);
    if (this.packed !== undefined) this.packed.writeTo(writer);
    else
      this.fields.forEach((field, value) => {
        writer.text(field);
        writer.element(value);
      });
  }

  override clone(): HashValue {
    const clone = new HashValue();
    clone.body = this.fields.share();
    clone.longest = this.longest;
    this.copyForm(clone);
    return clone;
  }

  /** Applies the configured limits of listpacks, after fields have been set. */
  settle(entriesMax: number, bytesMax: number): void {
    if (this.size > entriesMax || this.longest > bytesMax) this.enlarge();
  }

  protected override modelBytes(): number {
    return this.compact ? listpackBytes(this.entryBytes) : dictBytes(this.size, this.entryBytes);
  }

  private get fields(): Dictionary<Bytes> {
    if (this.body === undefined) this.unfold();
    return this.body!;
  }

  /** Sets a field in the packed bytes; false, and no change, if that is impossible. */
  private setPacked(packed: Packed, field: string, value: Bytes, old: Bytes | undefined): boolean {
    packWriter.begin();
    if (old === undefined) packWriter.text(field);
    packWriter.element(value);
    return packed.find(field, true) ? packed.replace() : packed.append();
  }

  /** Accounts for a field that was set; returns whether it is new. */
  private settled(field: string, value: Bytes, old: Bytes | undefined): boolean {
    this.entryBytes += this.bytesOf(field, value);
    if (old !== undefined) this.entryBytes -= this.bytesOf(field, old);
    this.longest = Math.max(this.longest, field.length, value.length);
    if (this.compact && !this.fits(field, value)) this.spread();
    this.account();
    return old === undefined;
  }

  private visitPacked(visit: (field: string, value: Bytes) => void): void {
    const packed = this.packed!;
    packed.seek();
    for (let left = packed.count; left > 0; left -= 1) {
      const field = packed.text();
      const value = packed.element();
      const { place } = packed;
      visit(field, value);
      packed.seek(place);
    }
  }

  private fits(field: string, value: Bytes): boolean {
    return (
      this.size <= LISTPACK_ENTRIES_MAX &&
      field.length <= LISTPACK_VALUE_MAX &&
      value.length <= LISTPACK_VALUE_MAX
    );
  }

  protected override measureEntries(): number {
    let bytes = 0;
    this.fields.forEach((field, value) => {
      bytes += this.bytesOf(field, value);
    });
    return bytes;
  }

  private bytesOf(field: string, value: Bytes): number {
    return this.compact
      ? listpackEntryBytes(field) + listpackEntryBytes(value)
      : DICT_ENTRY_BYTES + sdsBytes(field.length) + sdsBytes(value.length);
  }
}
registerState('HashValue', HashValue, (hash: HashValue) => hash.clone());
