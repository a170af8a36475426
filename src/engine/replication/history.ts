/**
 * Which replication history this server's data belongs to: a main ID, and a second one that was
 * valid up to an offset.
 *
 * Worked example: a replica of history A is at offset 539 when it is promoted. It goes on as history
 * B, keeps A as its second ID, and `secondOffset` becomes 540: a replica of A with the bytes up to
 * 539 asks for byte 540 and may continue; one that already has byte 540 of A may not, because byte
 * 540 of B is a different byte.
 *
 * Invariant: `secondOffset` is -1 exactly when `id2` is NO_REPLID.
 */

import type { Random } from '../machine/random.ts';
import { registerState } from '../machine/state.ts';

export const REPLID_LENGTH = 40;
export const NO_REPLID = '0'.repeat(REPLID_LENGTH);

export class History {
  /** master_replid. */
  id = NO_REPLID;
  /** master_replid2. */
  id2 = NO_REPLID;
  /** second_repl_offset: the first byte that `id2` no longer covers. */
  secondOffset = -1;

  /** Starts a new history, which no other server shares. */
  begin(identities: Random): void {
    this.adopt(identities.hex(REPLID_LENGTH));
  }

  /** Takes a new ID for the bytes to come. The present ID stays valid for the bytes before them. */
  shift(identities: Random, lastOffset: number): void {
    this.renamed(identities.hex(REPLID_LENGTH), lastOffset);
  }

  /** The master has a new ID: it was promoted, or its own master was. */
  renamed(id: string, lastOffset: number): void {
    this.remember(this.id, lastOffset);
    this.id = id;
  }

  /** Takes over another server's history, together with its data. */
  adopt(id: string): void {
    this.id = id;
    this.id2 = NO_REPLID;
    this.secondOffset = -1;
  }

  /** Makes `id` the second ID, valid up to and including `lastOffset`. */
  remember(id: string, lastOffset: number): void {
    this.id2 = id;
    this.secondOffset = lastOffset + 1;
  }

  /** Whether the byte `offset` of history `id` is also a byte of this one. IDs compare without case. */
  covers(id: string, offset: number): boolean {
    const asked = id.toLowerCase();
    return asked === this.id || (asked === this.id2 && offset <= this.secondOffset);
  }

  /** Whether `id` is one of ours, whatever the offset. */
  knows(id: string): boolean {
    const asked = id.toLowerCase();
    return asked === this.id || asked === this.id2;
  }
}
registerState('History', History);
