/**
 * Epochs: which structure may write to a page in place.
 *
 * A structure of pages (a table, a tree, a list) has a current epoch and stamps it on each page that it
 * creates. Sharing the structure copies only its list of pages and gives both sides a new epoch, so all
 * existing pages are older than both.
 *
 * Invariant: a page may be written to only by the structure whose current epoch it carries; any other
 * structure copies it first. Worked example: table T (epoch a) has page P(a). A snapshot S of T is
 * taken: T is now at epoch b, S at c, and both have P(a). T writes: a is not b, so T makes a copy P'(b)
 * and writes to that; its next write to P' is in place. S still sees P.
 *
 * Epochs are compared by identity, not by number, because a value can move to another database (MOVE,
 * SWAPDB, a dataset that was loaded aside), whose counter might have the same number.
 */

import { registerState } from '../machine/state.ts';

export class Epoch {
  // Prevents TypeScript from accepting any object as an epoch.
  declare private readonly brand: never;
}
registerState('Epoch', Epoch);

/**
 * The epoch of a database for its containers: a container may be changed in place while its owner is the
 * database's current epoch. It also has the account of the database's memory, to which such a container
 * adds its growth.
 */
export class OwnerEpoch {
  /** Modelled bytes (memory.ts) of all keys and values of the database. */
  usedBytes: number;

  constructor(usedBytes: number) {
    this.usedBytes = usedBytes;
  }
}
registerState('OwnerEpoch', OwnerEpoch);
