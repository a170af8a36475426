/**
 * The wall clock in microseconds for `server` mode.
 *
 * Invariant: between two corrections it never goes back, even when the system's clock is set by a
 * few milliseconds (NTP slews); a real jump (a sleeping laptop, a set clock) is followed, as a
 * process that asks gettimeofday would see it.
 */

import { performance } from 'node:perf_hooks';
import type { Micros } from '../engine/machine/machine.ts';

const JUMP_MICROS = 50_000;

export class RealClock {
  /** What to add to the monotonic clock. */
  private offset: Micros;

  constructor() {
    this.offset = Date.now() * 1000 - performance.now() * 1000;
  }

  now(): Micros {
    return Math.floor(performance.now() * 1000 + this.offset);
  }

  /** Compares with the system's clock; called from time to time. */
  correct(): void {
    const wall = Date.now() * 1000;
    if (Math.abs(wall - this.now()) > JUMP_MICROS) this.offset = wall - performance.now() * 1000;
  }
}
