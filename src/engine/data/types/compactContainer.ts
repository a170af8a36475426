/**
 * Containers that start in a compact form: first a listpack or an intset, then a hashtable or a skiplist.
 * Two properties make this change, each once: the form that the memory model counts (`compact`, by
 * Redis's default limits), and the one that OBJECT ENCODING reports (`large`, by the configured limits,
 * which `settle` applies).
 *
 * A container made from packed bytes (packed/packed.ts) serves the most frequent reads and a first
 * change from them. Everything else unfolds it first.
 */

import { type ElementSink, FORM, type Packed } from '../packed/packed.ts';
import type { PackWriter } from '../packed/packWriter.ts';
import { Container } from './container.ts';

export abstract class CompactContainer extends Container {
  /** Modelled bytes of the entries, in the form given by `compact`. */
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

  /** Computes the modelled bytes of all entries, in the form given by `compact`. */
  protected abstract measureEntries(): number;

  /** Changes to the large form; SORT does so with a sorted set, too. */
  enlarge(): void {
    if (this.large) return;
    this.large = true;
    if (!this.compact) return;
    this.spread();
    this.account();
  }

  /** Changes to the large form of the memory model. */
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

  /** Copies form and modelled memory to a clone. */
  protected copyForm(clone: CompactContainer): void {
    clone.entryBytes = this.entryBytes;
    clone.compact = this.compact;
    clone.large = this.large;
    clone.usedBytes = this.usedBytes;
  }
}
