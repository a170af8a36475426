/**
 * Containers that are small at first: a listpack or an intset, then a hashtable or a skiplist. Two
 * things go that way, each once: what the memory model counts (`compact`, by Redis's default
 * limits) and what OBJECT ENCODING says (`large`, by the configured ones, which `settle` knows).
 *
 * A container made from packed bytes (packed/packed.ts) serves the most frequent reads and a first
 * change from them. Everything else unfolds it first.
 */

import { type ElementSink, FORM, type Packed } from '../packed/packed.ts';
import type { PackWriter } from '../packed/packWriter.ts';
import { Container } from './container.ts';

export abstract class CompactContainer extends Container {
  /** Bytes of the entries, in the form that `compact` says. */
  protected entryBytes = 0;
  protected compact = true;
  /** The content of a container that is not unfolded. */
  protected packed: Packed | undefined;

  constructor(packed: Packed | undefined) {
    super();
    this.packed = packed;
    if (packed === undefined) return;
    this.usedBytes = packed.usedBytes;
    this.entryBytes = packed.entryBytes;
    this.compact = packed.is(FORM.compact);
    this.large = packed.is(FORM.large);
  }

  /** Bytes of all entries in the form that `compact` says. */
  protected abstract measureEntries(): number;

  /** Turns to the large form; SORT does that to a sorted set, too. */
  enlarge(): void {
    if (this.large) return;
    this.large = true;
    if (!this.compact) return;
    this.spread();
    this.account();
  }

  /** To the large form of the memory model. */
  protected spread(): void {
    this.compact = false;
    this.entryBytes = this.measureEntries();
  }

  /** Passes all elements to `sink` if they are packed; otherwise returns false. Not for sorted sets. */
  givePacked(sink: ElementSink): boolean {
    this.packed?.giveTo(sink);
    return this.packed !== undefined;
  }

  protected packForm(writer: PackWriter, form: number, longest: number, count: number): void {
    const { compact, large } = this;
    writer.byte(form | (compact ? FORM.compact : 0) | (large ? FORM.large : 0));
    writer.varint(this.usedBytes);
    writer.varint(this.entryBytes);
    writer.varint(longest);
    writer.varint(count);
  }

  /** Replaces the packed bytes by elements. */
  protected abstract unfold(): void;

  /** Into a clone, with its content. */
  protected copyForm(clone: CompactContainer): void {
    clone.entryBytes = this.entryBytes;
    clone.compact = this.compact;
    clone.large = this.large;
    clone.usedBytes = this.usedBytes;
  }
}
