/**
 * The writes of LOAD and their fates: enough to determine after a change of master exactly which
 * acknowledged writes are gone.
 *
 * Writes have sequence numbers 1, 2, 3 … and set key `load:<sequence mod slots>` to the sequence
 * number. A master executes them in order, and a replica has a prefix of its master's stream. So a value
 * determines what preceded it in the history of its master: the previous write to the same key, or, for
 * the first write after the keys were read back, the value that was found then. With 1,024 slots:
 *
 *   1, 1025, 2049 acknowledged; the promoted replica has 1:      1025 and 2049 are gone
 *   3073 written there, and read back:                           3073 follows 1; they still are
 *   the old master returns with 2049, which follows 1025 and 1:  both are back, and 3073 is gone
 *
 * Invariant: `fates[s % REMEMBERED]` is the fate of write `s` for the last REMEMBERED writes;
 * older ones are forgotten, so memory is bounded and `lost` is then a lower bound.
 */

import { registerState } from '../../engine/machine/state.ts';

/** The default number of keys, which are written in turn. */
export const SLOTS = 1_024;
/** How many writes are remembered: with that many slots, the last 64 to each key. */
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
  /** The last lost writes. */
  readonly lostSequences: number[] = [];
  /** The writes that the last read-back found to be lost, and those that it found again. */
  readonly gone: number[] = [];
  readonly returned: number[] = [];
  private readonly fates = new Uint8Array(REMEMBERED);
  /** By slot, the value that was read back, if it was not the last write to it. */
  private readonly found: Map<number, number> = new Map();
  /** By sequence number, the previous write to its key, if that is not the one `slots` before. */
  private readonly predecessors: Map<number, number> = new Map();

  constructor(slots: number = SLOTS) {
    this.slots = slots;
  }

  /** Returns the sequence number of a new write. */
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

  /** The connection broke before the answer: the write may have been executed or not. */
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

  /** The fate of a write; undefined if it is forgotten or was never sent. */
  fateOf(sequence: number): Fate | undefined {
    return this.remembers(sequence) ? FATE_NAMES[this.fates[sequence % REMEMBERED]!] : undefined;
  }

  slotOf(sequence: number): number {
    return sequence % this.slots;
  }

  /** How many keys have been written. */
  get usedSlots(): number {
    return Math.min(this.slots, this.sent);
  }

  /** The slots in the order of their last writes, the oldest first: `index` below usedSlots. */
  slotAt(index: number): number {
    return this.slotOf(Math.max(0, this.sent - this.slots) + index + 1);
  }

  /** A read-back of all keys begins. */
  beginCheck(): void {
    this.gone.length = 0;
    this.returned.length = 0;
  }

  /**
   * `found` is the value of the key of `slot`: a sequence number, or 0 when the key is missing. Returns
   * how many acknowledged writes turned out to be lost.
   *
   * A lost write can come back when a node that has it becomes the master again (an old master that
   * never synchronized with the new one). It then counts as acknowledged.
   */
  check(slot: number, found: number): number {
    // A value that none of our writes to this key had says nothing about them.
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
    for (const sequence of gone) this.gone.push(sequence);
    for (const sequence of gone.reverse()) this.lostSequences.push(sequence);
    this.lostSequences.splice(0, this.lostSequences.length - LOST_SHOWN_MAX);
    return gone.length;
  }

  private restore(sequence: number): void {
    this.fates[sequence % REMEMBERED] = FATE.acked;
    this.lost -= 1;
    this.returned.push(sequence);
    const index = this.lostSequences.indexOf(sequence);
    if (index >= 0) this.lostSequences.splice(index, 1);
  }
}
registerState('WriteBook', WriteBook);

export function keyOf(slot: number): string {
  return `load:${slot}`;
}

/** The sequence number padded to `bytes`, so that a value identifies its write. */
export function writeText(sequence: number, bytes: number): string {
  return String(sequence).padStart(bytes, '0');
}

/** The sequence number in a value; undefined when another client has written it. */
export function sequenceIn(value: string): number | undefined {
  return /^\d+$/.test(value.slice(-16)) && /^0*$/.test(value.slice(0, -16))
    ? Number(value.slice(-16))
    : undefined;
}
