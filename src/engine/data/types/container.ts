/**
 * The base of hashes, lists, sets and sorted sets: the epoch of the database that may change them in
 * place, their modelled memory, and whether Redis would store them in their large form.
 *
 * Invariant: a container in a database is changed only through `Database.own`, which returns one whose
 * owner is the database's current epoch. A container with an older owner also belongs to a snapshot or a
 * copy and is never changed again.
 */

import type { OwnerEpoch } from '../epoch.ts';
import type { PackWriter } from '../packed/packWriter.ts';

export abstract class Container {
  /** The epoch of the database it is in; undefined while it is in none. */
  owner: OwnerEpoch | undefined = undefined;
  /** Modelled bytes of the whole value, its object included. */
  usedBytes = 0;
  /**
   * Redis would store it as a hashtable or skiplist instead of a listpack or intset, because it has
   * exceeded the configured limits (`settle`). It never changes back; only a reload resets it.
   */
  large = false;

  /** The name that TYPE replies with. It is a getter of the class, so containers need no field for it. */
  abstract get type(): string;

  /** An independent container with the same content, in O(pages). */
  abstract clone(): Container;
  protected abstract modelBytes(): number;

  /** Writes form and elements in the layout of packed/packed.ts. `type` is the type's number there. */
  abstract pack(writer: PackWriter, type: number): void;

  /** Updates `usedBytes` and the database's account. Called after each change. */
  protected account(): void {
    const bytes = this.modelBytes();
    if (this.owner !== undefined) this.owner.usedBytes += bytes - this.usedBytes;
    this.usedBytes = bytes;
  }
}
