/**
 * When writes are due at a rate. Invariant: of the `rate * (now - since)` writes due since `since`,
 * `taken` were taken. Writes that were not taken in time are dropped, so no burst follows a long outage.
 */

import { type Micros, NEVER } from '../../engine/machine/machine.ts';
import { registerState } from '../../engine/machine/state.ts';

/** Above 100 writes a second they are due in groups of this period: fewer events, the same rate. */
const PERIOD_MICROS = 10_000;

export class Pacer {
  nextAt: Micros = NEVER;
  private rate = 0;
  private since: Micros = 0;
  private taken = 0;

  begin(now: Micros, rate: number): void {
    this.rate = rate;
    this.since = now;
    this.taken = 0;
    this.nextAt = rate === 0 ? NEVER : now;
  }

  /** How many writes are due now. */
  take(now: Micros): number {
    const due = Math.max(0, Math.floor(((now - this.since) * this.rate) / 1e6) + 1 - this.taken);
    this.taken += due;
    // At 1,000 writes a second the next group is due in 10 ms, not in 1 ms.
    const nextWrite = this.since + Math.ceil((this.taken * 1e6) / this.rate);
    this.nextAt = this.rate * PERIOD_MICROS > 1e6 ? now + PERIOD_MICROS : nextWrite;
    return due;
  }
}
registerState('Pacer', Pacer);
