/**
 * Epochs: who may write to a page in place.
 *
 * A structure made of pages (a table, a tree, a list) has a current epoch and stamps it on each page
 * it creates. Sharing the structure copies only its list of pages and gives both sides a new epoch,
 * so that from then on every page is older than either side.
 *
 * Invariant: a page may be written to only by the structure whose current epoch it carries; anybody
 * else copies it first. Worked example: table T (epoch a) holds page P(a). A snapshot S of T is
 * taken: T is now at epoch b, S at c, both hold P(a). T writes: a is not b, so T makes P'(b) and
 * writes there; its next write to P' is in place. S still sees P.
 *
 * Epochs are compared by identity, not by number: a value can move from one database to another
 * (MOVE, SWAPDB, a dataset that was loaded aside), where two counters could meet by chance.
 */

import { registerState } from '../machine/state.ts';

export class Epoch {
  // Keeps TypeScript from taking any object for an epoch.
  declare private readonly brand: never;
}
registerState(Epoch);

/**
 * The epoch of a database, for the containers in it: a container may be changed in place while its
 * owner is the database's current epoch. It also carries the account of the database's memory,
 * where such a container books what it grows by.
 */
export class OwnerEpoch {
  /** Modelled bytes (memory.ts) of all keys and values of the database. */
  usedBytes: number;

  constructor(usedBytes: number) {
    this.usedBytes = usedBytes;
  }
}
registerState(OwnerEpoch);
