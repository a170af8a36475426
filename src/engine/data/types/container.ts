/**
 * What hashes, lists, sets and sorted sets have in common: the epoch of the database that may change
 * them in place, their modelled memory, and whether Redis would keep them in their large form.
 *
 * Invariant: a container in a database is changed only through `Database.own`, which hands out one
 * whose owner is the database's current epoch. One with an older owner also belongs to a snapshot or
 * a copy and is never changed again.
 */

import type { OwnerEpoch } from '../epoch.ts';
import type { PackWriter } from '../packed/packWriter.ts';

export abstract class Container {
  /** The epoch of the database it is in; undefined while it is in none. */
  owner: OwnerEpoch | undefined = undefined;
  /** Modelled bytes of the whole value, its object included. */
  usedBytes = 0;
  /**
   * Redis would keep it as a hashtable or skiplist, no more as a listpack or intset: it outgrew the
   * configured limits once (`settle`). It never goes back by itself; only a reload forgets.
   */
  large = false;

  /** The name TYPE replies. A getter of the class: no container carries a field for it. */
  abstract get type(): string;

  /** An independent container with the same content, in O(pages). */
  abstract clone(): Container;
  protected abstract modelBytes(): number;

  /** Writes form and elements in the layout of packed/packed.ts. `type` is the type's number there. */
  abstract pack(writer: PackWriter, type: number): void;

  /** To be called after each change: brings `usedBytes` and the database's account up to date. */
  protected account(): void {
    const bytes = this.modelBytes();
    if (this.owner !== undefined) this.owner.usedBytes += bytes - this.usedBytes;
    this.usedBytes = bytes;
  }
}
