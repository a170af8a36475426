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
import { CompactContainer } from './compactContainer.ts';
import { Dictionary } from './dictionary.ts';

export class SetValue extends CompactContainer {
  private members: Dictionary<undefined> = new Dictionary();
  /** No member has ever been anything but an integer. */
  private integersOnly = true;

  get size(): number {
    return this.members.size;
  }

  has(member: string): boolean {
    return this.members.find(member) >= 0;
  }

  /** True when the member is new. */
  add(member: string): boolean {
    if (this.members.find(member) >= 0) return false;
    if (this.integersOnly && parseInteger(member) === undefined) this.integersOnly = false;
    if (this.compact && (this.size >= INTSET_ENTRIES_MAX || !this.integersOnly)) this.unpack();
    this.members.add(member);
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
    this.members.forEach(visit);
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

  override clone(): SetValue {
    const clone = new SetValue();
    clone.members = this.members.share();
    clone.integersOnly = this.integersOnly;
    this.copyForm(clone);
    return clone;
  }

  /** After members were added: whether it still is an intset by the configured limit. */
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

  private bytesOf(member: string): number {
    return this.compact ? intsetMemberBytes(member) : DICT_ENTRY_BYTES + sdsBytes(member.length);
  }
}
registerState(SetValue, (set: SetValue) => set.clone());
