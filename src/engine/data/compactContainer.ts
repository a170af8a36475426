/**
 * A container that begins in a compact form (listpack, intset) and changes to a table for good.
 *
 * Invariant: `compact` goes by Redis's default limits, as every change finds them; `large` by the
 * configured ones, which are looked at after a command (`settle`). Large implies not compact.
 */

import { Container } from './container.ts';

export abstract class CompactContainer extends Container {
  /** The compact form by Redis's default limits; as there, it is never gone back to. */
  protected compact = true;
  /** Bytes of the entries: in the compact form while that lasts, in the table's afterwards. */
  protected entryBytes = 0;

  /** Turns to the large form: by outgrowing the configured limits, or as SORT does with a sorted set. */
  enlarge(): void {
    if (this.large) return;
    this.large = true;
    if (!this.compact) return;
    this.unpack();
    this.account();
  }

  protected unpack(): void {
    this.compact = false;
    this.entryBytes = this.tableBytes();
  }

  protected copyFormTo(clone: CompactContainer): void {
    clone.compact = this.compact;
    clone.entryBytes = this.entryBytes;
    clone.large = this.large;
    clone.usedBytes = this.usedBytes;
  }

  /** Bytes of all entries in the table's form; `compact` is false already. */
  protected abstract tableBytes(): number;
}
