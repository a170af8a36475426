/**
 * What LOAD wrote and what became of it: enough to say, after a change of master, exactly which
 * acknowledged writes are gone.
 *
 * Writes have sequence numbers 1, 2, 3 … and go to key `load:<sequence mod slots>`, with the
 * sequence number as the value. A master executes them in their order, and a replica holds a prefix
 * of its master's stream. So a value says what came before it in the history of the master that has
 * it: the write to the same key before, or, for the first write after the keys were read back, the
 * value that was found then. With 1,024 slots:
 *
 *   1, 1025, 2049 acknowledged; the promoted replica has 1:      1025 and 2049 are gone
 *   3073 written there, and read back:                           3073 follows 1; they still are
 *   the old master returns with 2049, which follows 1025 and 1:  both are back, and 3073 is gone
 *
 * Invariant: `fates[s % REMEMBERED]` is the fate of write `s` for the last REMEMBERED writes;
 * older ones are forgotten, so memory is bounded and `lost` is then a lower bound.
 */

import { registerState } from '../../engine/machine/state.ts';

/** Keys written to in turn, unless told. */
export const SLOTS = 1_024;
/** With that many slots, the last 64 writes to each key. */
export const REMEMBERED = 64 * SLOTS;
const LOST_SHOWN_MAX = 100;

const FATE = { sent: 1, acked: 2, refused: 3, unknown: 4, lost: 5 } as const;
type Fate = keyof typeof FATE;
const FATE_NAMES = [undefined, ...(Object.keys(FATE) as Fate[])] as const;

export class WriteBook {
  readonly slots: number;
  sent = 0;
  acked = 0;
  unknown = 0;
  lost = 0;
  readonly errors: Map<string, number> = new Map();
  /** The last lost ones. */
  readonly lostSequences: number[] = [];
  private readonly fates = new Uint8Array(REMEMBERED);
  /** By slot, what was found when it was read back, where that was not the last write to it. */
  private readonly found: Map<number, number> = new Map();
  /** By sequence, the write to its key before it, where that is not the one `slots` before. */
  private readonly predecessors: Map<number, number> = new Map();

  constructor(slots: number = SLOTS) {
    this.slots = slots;
  }

  /** Sequence number of a new write. */
  issue(): number {
    this.sent += 1;
    const { sent } = this;
    this.fates[sent % REMEMBERED] = FATE.sent;
    this.predecessors.delete(sent - REMEMBERED);
    const slot = this.slotOf(sent);
    const found = this.found.get(slot);
    if (found !== undefined) {
      this.predecessors.set(sent, found);
      this.found.delete(slot);
    }
    return sent;
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
    if (this.remembers(sequence)) this.fates[sequence % REMEMBERED] = fate;
  }

  private remembers(sequence: number): boolean {
    return sequence > 0 && sequence <= this.sent && sequence > this.sent - REMEMBERED;
  }

  /** Undefined for a write that is forgotten, or was never sent. */
  fateOf(sequence: number): Fate | undefined {
    return this.remembers(sequence) ? FATE_NAMES[this.fates[sequence % REMEMBERED]!] : undefined;
  }

  slotOf(sequence: number): number {
    return sequence % this.slots;
  }

  /** How many keys have been written to. */
  get usedSlots(): number {
    return Math.min(this.slots, this.sent);
  }

  /** The slots in the order of their last writes, the oldest first: `index` below usedSlots. */
  slotAt(index: number): number {
    return this.slotOf(Math.max(0, this.sent - this.slots) + index + 1);
  }

  /**
   * `found` is what the key of `slot` reads back as: a sequence number, or 0 when there is no such
   * key. Gives how many acknowledged writes turned out to be lost.
   *
   * A write that was called lost can come back: when a node that has it becomes the master after all
   * (an old master that never synchronized with the new one). It then counts as acknowledged again.
   */
  check(slot: number, found: number): number {
    // A value that no write of ours to this key had says nothing about them.
    if (found > this.sent || (found > 0 && this.slotOf(found) !== slot)) return 0;
    const last = this.sent - this.slotOf(this.sent - slot);
    if (found === last) this.found.delete(slot);
    else this.found.set(slot, found);
    const gone: number[] = [];
    let present = found;
    for (let sequence = last; this.remembers(sequence); sequence -= this.slots) {
      const fate = this.fates[sequence % REMEMBERED]!;
      if (sequence === present) {
        if (fate === FATE.lost) this.restore(sequence);
        present = this.predecessors.get(sequence) ?? sequence - this.slots;
      } else if (fate === FATE.acked) {
        this.fates[sequence % REMEMBERED] = FATE.lost;
        gone.push(sequence);
      }
    }
    this.lost += gone.length;
    for (const sequence of gone.reverse()) this.lostSequences.push(sequence);
    this.lostSequences.splice(0, this.lostSequences.length - LOST_SHOWN_MAX);
    return gone.length;
  }

  private restore(sequence: number): void {
    this.fates[sequence % REMEMBERED] = FATE.acked;
    this.lost -= 1;
    const index = this.lostSequences.indexOf(sequence);
    if (index >= 0) this.lostSequences.splice(index, 1);
  }
}
registerState(WriteBook);

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
