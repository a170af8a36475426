/**
 * What LOAD wrote and what became of it: enough to say, after a change of master, exactly which
 * acknowledged writes are gone.
 *
 * Writes have sequence numbers 1, 2, 3 … and go to key `load:<sequence mod SLOTS>`, with the
 * sequence number as the value. A master executes them in their order, and a replica holds a prefix
 * of its master's stream. So if a key reads back as 5, every write to it up to 5 took place, and
 * each acknowledged later one (5 + SLOTS, 5 + 2 SLOTS, …) is gone.
 *
 * Invariant: `fates[s % REMEMBERED]` is the fate of write `s` for the last REMEMBERED writes;
 * older ones are forgotten, so memory is bounded and `lost` is then a lower bound.
 */

import { registerState } from '../../engine/machine/state.ts';

/** Keys written to in turn. */
export const SLOTS = 1_024;
/** A multiple of SLOTS: the last 64 writes to each key. */
export const REMEMBERED = 64 * SLOTS;
const LOST_SHOWN_MAX = 100;

const FATE = { sent: 1, acked: 2, refused: 3, unknown: 4, lost: 5 } as const;

export class WriteBook {
  sent = 0;
  acked = 0;
  unknown = 0;
  lost = 0;
  readonly errors: Map<string, number> = new Map();
  /** The last lost ones. */
  readonly lostSequences: number[] = [];
  private readonly fates = new Uint8Array(REMEMBERED);

  /** Sequence number of a new write. */
  issue(): number {
    this.sent += 1;
    this.fates[this.sent % REMEMBERED] = FATE.sent;
    return this.sent;
  }

  acknowledge(sequence: number): void {
    this.acked += 1;
    this.settle(sequence, FATE.acked);
  }

  refuse(sequence: number, code: string): void {
    this.errors.set(code, (this.errors.get(code) ?? 0) + 1);
    this.settle(sequence, FATE.refused);
  }

  /** The connection broke before its answer came: it may have taken place or not. */
  forsake(sequence: number): void {
    this.unknown += 1;
    this.settle(sequence, FATE.unknown);
  }

  private settle(sequence: number, fate: number): void {
    if (sequence > this.sent - REMEMBERED) this.fates[sequence % REMEMBERED] = fate;
  }

  /** How many keys have been written to. */
  get usedSlots(): number {
    return Math.min(SLOTS, this.sent);
  }

  /** The slots in the order of their last writes, the oldest first: `index` below usedSlots. */
  slotAt(index: number): number {
    return slotOf(Math.max(0, this.sent - SLOTS) + index + 1);
  }

  /**
   * `found` is what the key of `slot` reads back as: a sequence number, or 0 when there is no such
   * key. Gives how many acknowledged writes turned out to be lost.
   *
   * A write that was called lost can come back: when a node that has it becomes the master after all
   * (an old master that never synchronized with the new one). It then counts as acknowledged again.
   */
  check(slot: number, found: number): number {
    this.restore(found);
    const oldest = Math.max(found + 1, this.sent - REMEMBERED + 1, 1);
    // The first write at or after `oldest` that went to this slot.
    let sequence = oldest + ((slot - (oldest % SLOTS) + SLOTS) % SLOTS);
    let count = 0;
    for (; sequence <= this.sent; sequence += SLOTS) {
      if (this.fates[sequence % REMEMBERED] !== FATE.acked) continue;
      this.fates[sequence % REMEMBERED] = FATE.lost;
      count += 1;
      this.lostSequences.push(sequence);
      if (this.lostSequences.length > LOST_SHOWN_MAX) this.lostSequences.shift();
    }
    this.lost += count;
    return count;
  }

  /** The write that was read back is not lost, whatever was known of it. */
  private restore(found: number): void {
    if (found === 0 || found > this.sent || found <= this.sent - REMEMBERED) return;
    if (this.fates[found % REMEMBERED] !== FATE.lost) return;
    this.fates[found % REMEMBERED] = FATE.acked;
    this.lost -= 1;
    const index = this.lostSequences.indexOf(found);
    if (index >= 0) this.lostSequences.splice(index, 1);
  }
}
registerState(WriteBook);

export function slotOf(sequence: number): number {
  return sequence % SLOTS;
}

export function keyOf(slot: number): string {
  return `load:${slot}`;
}

/** The sequence number padded to `bytes`, so that a value says which write it comes from. */
export function writeText(sequence: number, bytes: number): string {
  return String(sequence).padStart(bytes, '0');
}

/** The sequence number in a value; undefined when somebody else has written it. */
export function sequenceIn(value: string): number | undefined {
  return /^\d+$/.test(value.slice(-16)) && /^0*$/.test(value.slice(0, -16))
    ? Number(value.slice(-16))
    : undefined;
}
