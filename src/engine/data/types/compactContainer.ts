/**
 * Containers that are small at first: a listpack or an intset, then a hashtable or a skiplist. Two
 * things go that way, each once: what the memory model counts (`compact`, by Redis's default
 * limits) and what OBJECT ENCODING says (`large`, by the configured ones, which `settle` knows).
 */

import { Container } from './container.ts';

export abstract class CompactContainer extends Container {
  /** Bytes of the entries, in the form that `compact` says. */
  protected entryBytes = 0;
  protected compact = true;

  /** Bytes of all entries in the form that `compact` says. */
  protected abstract measureEntries(): number;

  /** Turns to the large form; SORT does that to a sorted set, too. */
  enlarge(): void {
    if (this.large) return;
    this.large = true;
    if (!this.compact) return;
    this.unpack();
    this.account();
  }

  protected unpack(): void {
    this.compact = false;
    this.entryBytes = this.measureEntries();
  }

  /** Into a clone, with its content. */
  protected copyForm(clone: CompactContainer): void {
    clone.entryBytes = this.entryBytes;
    clone.compact = this.compact;
    clone.large = this.large;
    clone.usedBytes = this.usedBytes;
  }
}
