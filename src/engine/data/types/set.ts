/** A set of members, in slots (pagedTable.ts). */

import { registerState } from '../../machine/state.ts';
import { parseInteger } from '../../resp/integer.ts';
import {
  DICT_ENTRY_BYTES,
  dictBytes,
  INTSET_ENTRIES_MAX,
  intsetBytes,
  intsetMemberBytes,
  sdsBytes,
} from '../memory.ts';
import { FORM, type Packed } from '../packed/packed.ts';
import { type PackWriter, packWriter } from '../packed/packWriter.ts';
import { CompactContainer } from './compactContainer.ts';
import { Dictionary } from './dictionary.ts';

export class SetValue extends CompactContainer {
  /** Undefined while it is packed. */
  private body: Dictionary<undefined> | undefined;
  /** Whether all members that it has ever had were integers. */
  private integersOnly = true;

  constructor(packed?: Packed) {
    super(packed);
    this.body = packed === undefined ? new Dictionary() : undefined;
    if (packed !== undefined) this.integersOnly = packed.is(FORM.integersOnly);
  }

  get size(): number {
    return this.body === undefined ? this.packed!.count : this.body.size;
  }

  has(member: string): boolean {
    const { body } = this;
    return body === undefined ? this.packed!.find(member, false) : body.find(member) >= 0;
  }

  /** Adds a member. Returns whether it is new. */
  add(member: string): boolean {
    if (this.has(member)) return false;
    if (this.integersOnly && parseInteger(member) === undefined) this.integersOnly = false;
    if (this.compact && (this.size >= INTSET_ENTRIES_MAX || !this.integersOnly)) this.spread();
    if (!this.addPacked(member)) this.members.add(member);
    this.entryBytes += this.bytesOf(member);
    this.account();
    return true;
  }

  delete(member: string): boolean {
    const slot = this.members.find(member);
    if (slot < 0) return false;
    this.members.remove(slot);
    this.entryBytes -= this.bytesOf(member);
    this.account();
    return true;
  }

  forEach(visit: (member: string) => void): void {
    if (this.body === undefined) this.visitPacked(visit);
    else this.body.forEach(visit);
  }

  /** Visits `count` slots; returns the next cursor, 0 at the end (pagedTable.ts). */
  scan(cursor: number, count: number, visit: (member: string) => void): number {
    return this.members.scan(cursor, count, visit);
  }

  memberAt(slot: number): string {
    return this.members.keyAt(slot);
  }

  override get type(): 'set' {
    return 'set';
  }

  protected override unfold(): void {
    const members: string[] = [];
    this.visitPacked((member) => {
      members.push(member);
    });
    this.body = new Dictionary();
    this.body.fill(members, []);
    this.packed = undefined;
  }

  override pack(writer: PackWriter, type: number): void {
    const form = type | (this.integersOnly ? FORM.integersOnly : 0);
    this.packForm(writer, form, 0, this.size);
    if (this.packed !== undefined) this.packed.writeTo(writer);
    else
      this.members.forEach((member) => {
        writer.text(member);
      });
  }

  override clone(): SetValue {
    const clone = new SetValue();
    clone.body = this.members.share();
    clone.integersOnly = this.integersOnly;
    this.copyForm(clone);
    return clone;
  }

  /** Applies the configured limit of intsets, after members have been added. */
  settle(entriesMax: number): void {
    if (!this.integersOnly || this.size > entriesMax) this.enlarge();
  }

  protected override modelBytes(): number {
    return this.compact ? intsetBytes(this.entryBytes) : dictBytes(this.size, this.entryBytes);
  }

  protected override measureEntries(): number {
    let bytes = 0;
    this.members.forEach((member) => {
      bytes += this.bytesOf(member);
    });
    return bytes;
  }

  private get members(): Dictionary<undefined> {
    if (this.body === undefined) this.unfold();
    return this.body!;
  }

  /** Adds an absent member to the packed bytes; false, and no change, if that is impossible. */
  private addPacked(member: string): boolean {
    if (this.packed === undefined) return false;
    packWriter.begin();
    packWriter.text(member);
    return this.packed.append();
  }

  private visitPacked(visit: (member: string) => void): void {
    const packed = this.packed!;
    packed.seek();
    for (let left = packed.count; left > 0; left -= 1) {
      const member = packed.text();
      const { place } = packed;
      visit(member);
      packed.seek(place);
    }
  }

  private bytesOf(member: string): number {
    return this.compact ? intsetMemberBytes(member) : DICT_ENTRY_BYTES + sdsBytes(member.length);
  }
}
registerState('SetValue', SetValue, (set: SetValue) => set.clone());
