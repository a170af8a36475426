/**
 * A sorted set: member -> score in slots (pagedTable.ts), and the order by score and then by the bytes of
 * the member (scoreTree.ts).
 *
 * Invariant: both have the same entries with identical scores. Negative zero equals zero.
 */

import { registerState } from '../../machine/state.ts';
import {
  DICT_ENTRY_BYTES,
  LISTPACK_ENTRIES_MAX,
  LISTPACK_VALUE_MAX,
  listpackBytes,
  listpackEntryBytes,
  SKIPLIST_NODE_BYTES,
  sdsBytes,
  skiplistBytes,
} from '../memory.ts';
import type { Packed } from '../packed/packed.ts';
import { type PackWriter, packWriter } from '../packed/packWriter.ts';
import { CompactContainer } from './compactContainer.ts';
import { Dictionary } from './dictionary.ts';
import { ScoreTree } from './scoreTree.ts';

export class ZsetValue extends CompactContainer {
  /** `body` and `tree` are undefined while the sorted set is packed. */
  private body: Dictionary<number> | undefined;
  private tree: ScoreTree | undefined;
  /** Length in bytes of the longest member that it has ever had. */
  private longest = 0;

  constructor(packed?: Packed) {
    super(packed);
    this.body = packed === undefined ? new Dictionary() : undefined;
    this.tree = packed === undefined ? new ScoreTree() : undefined;
    if (packed !== undefined) this.longest = packed.longest;
  }

  get size(): number {
    return this.body === undefined ? this.packed!.count : this.body.size;
  }

  score(member: string): number | undefined {
    const { body } = this;
    return body === undefined ? this.packedScore(member) : body.get(member);
  }

  set(member: string, score: number): 'added' | 'updated' | 'same' {
    const slot = this.body?.find(member) ?? -1;
    const old = slot < 0 ? this.packedScore(member) : this.body!.valueAt(slot);
    if (old === undefined && this.compact && !this.hasRoomFor(member)) this.spread();
    // A listpack stores whole scores as integers, which drops the sign of zero; a skiplist keeps it.
    if (this.compact && score === 0) score = 0;
    if (old === score) return 'same';
    if (!this.setPacked(member, score, old)) this.setUnfolded(member, score, old, slot);
    this.entryBytes += this.bytesOf(member, score);
    if (old === undefined) this.longest = Math.max(this.longest, member.length);
    else this.entryBytes -= this.bytesOf(member, old);
    this.account();
    return old === undefined ? 'added' : 'updated';
  }

  private packedScore(member: string): number | undefined {
    const { packed } = this;
    return packed?.find(member, true) ? packed.score() : undefined;
  }

  /** Sets a score in the packed bytes; false, and no change, if that is impossible. */
  private setPacked(member: string, score: number, old: number | undefined): boolean {
    const { packed } = this;
    if (packed === undefined) return false;
    packWriter.begin();
    if (old === undefined) packWriter.text(member);
    packWriter.score(score);
    return packed.find(member, true) ? packed.replace() : packed.append();
  }

  /** `slot` is -1 for an absent member, and for one that was found in packed bytes. */
  private setUnfolded(member: string, score: number, old: number | undefined, slot: number): void {
    const { members, order } = this;
    if (old === undefined) {
      members.add(member, score);
    } else {
      order.remove(old, member);
      members.setValueAt(slot < 0 ? members.find(member) : slot, score);
    }
    order.insert(score, member);
  }

  delete(member: string): boolean {
    const slot = this.members.find(member);
    if (slot < 0) return false;
    const score = this.members.valueAt(slot);
    this.members.remove(slot);
    this.order.remove(score, member);
    this.entryBytes -= this.bytesOf(member, score);
    this.account();
    return true;
  }

  /** The rank of a member, counted from 0 at the lowest score; -1 if it is absent. */
  rank(member: string): number {
    const score = this.members.get(member);
    return score === undefined ? -1 : this.order.rank(score, member);
  }

  entryAt(rank: number): { member: string; score: number } | undefined {
    let entry: { member: string; score: number } | undefined;
    if (rank >= 0 && rank < this.size) {
      this.order.forEachRank(rank, rank, (member, score) => {
        entry = { member, score };
      });
    }
    return entry;
  }

  /** Visits the ranks from `start` to `stop`, inclusive; with `reverse`, rank 0 is the highest score. */
  range(
    start: number,
    stop: number,
    reverse: boolean,
    visit: (member: string, score: number) => void,
  ): void {
    const last = this.size - 1;
    const from = Math.max(start, 0);
    const to = Math.min(stop, last);
    if (from > to) return;
    if (reverse) this.order.forEachRankDown(last - to, last - from, visit);
    else this.order.forEachRank(from, to, visit);
  }

  /** The rank of the first entry with a score at or above (`exclusive`: above) `score`; size if there is none. */
  firstRankFrom(score: number, exclusive: boolean): number {
    return this.order.countBelow(score, exclusive);
  }

  /**
   * The rank of the first member at or after (`exclusive`: after) `member`. It is meant for equal scores.
   * With different scores it is the first such member in the order of scores, which is meaningful only if
   * both orders agree.
   */
  firstRankFromLex(member: string, exclusive: boolean): number {
    const first = this.entryAt(0);
    if (first === undefined) return 0;
    if (first.score !== this.entryAt(this.size - 1)!.score) {
      return this.walkToMember(member, exclusive);
    }
    const rank = this.order.rank(first.score, member);
    return exclusive && this.entryAt(rank)?.member === member ? rank + 1 : rank;
  }

  private walkToMember(member: string, exclusive: boolean): number {
    let rank = 0;
    let found = this.size;
    this.forEach((other) => {
      if (found === this.size && (exclusive ? other > member : other >= member)) found = rank;
      rank += 1;
    });
    return found;
  }

  /** Visits all entries from the lowest to the highest. */
  forEach(visit: (member: string, score: number) => void): void {
    this.range(0, this.size - 1, false, visit);
  }

  /** Visits `count` slots; returns the next cursor, 0 at the end (pagedTable.ts). */
  scan(cursor: number, count: number, visit: (member: string, score: number) => void): number {
    return this.members.scan(cursor, count, visit);
  }

  override get type(): 'zset' {
    return 'zset';
  }

  protected override unfold(): void {
    const packed = this.packed!;
    const members: string[] = [];
    const scores: number[] = [];
    const tree = new ScoreTree();
    packed.seek();
    for (let left = packed.count; left > 0; left -= 1) {
      const member = packed.text();
      const score = packed.score();
      members.push(member);
      scores.push(score);
      tree.insert(score, member);
    }
    this.body = new Dictionary();
    this.body.fill(members, scores);
    this.tree = tree;
    this.packed = undefined;
  }

  override pack(writer: PackWriter, type: number): void {
    this.packForm(writer, type, this.longest, this.size);
    if (this.packed !== undefined) this.packed.writeTo(writer);
    else
      this.members.forEach((member, score) => {
        writer.text(member);
        writer.score(score);
      });
  }

  override clone(): ZsetValue {
    const clone = new ZsetValue();
    clone.body = this.members.share();
    clone.tree = this.order.share();
    clone.longest = this.longest;
    this.copyForm(clone);
    return clone;
  }

  /** Applies the configured limits of listpacks, after members have been set. */
  settle(entriesMax: number, bytesMax: number): void {
    if (this.size > entriesMax || this.longest > bytesMax) this.enlarge();
  }

  protected override modelBytes(): number {
    return this.compact
      ? listpackBytes(this.entryBytes)
      : skiplistBytes(this.size, this.entryBytes);
  }

  private get members(): Dictionary<number> {
    if (this.body === undefined) this.unfold();
    return this.body!;
  }

  private get order(): ScoreTree {
    if (this.tree === undefined) this.unfold();
    return this.tree!;
  }

  private hasRoomFor(member: string): boolean {
    return this.size < LISTPACK_ENTRIES_MAX && member.length <= LISTPACK_VALUE_MAX;
  }

  protected override measureEntries(): number {
    let bytes = 0;
    this.members.forEach((member, score) => {
      bytes += this.bytesOf(member, score);
    });
    return bytes;
  }

  private bytesOf(member: string, score: number): number {
    return this.compact
      ? listpackEntryBytes(member) + listpackEntryBytes(String(score))
      : DICT_ENTRY_BYTES + SKIPLIST_NODE_BYTES + sdsBytes(member.length);
  }
}
registerState('ZsetValue', ZsetValue, (zset: ZsetValue) => zset.clone());
