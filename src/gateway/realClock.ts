/**
 * The wall clock in microseconds for `server` mode.
 *
 * Date has milliseconds only and cuts off the rest; the monotonic clock and the instant at which it
 * began have microseconds. Their sum is the time, until somebody sets the system's clock.
 *
 * Invariant: between two corrections it never goes back, even when the system's clock is set by a
 * few milliseconds (NTP slews); a real jump (a sleeping laptop, a set clock) is followed, as a
 * process that asks gettimeofday would see it.
 */

import { performance } from 'node:perf_hooks';
import type { Micros } from '../engine/machine/machine.ts';

const JUMP_MICROS = 50_000;
/** Date's milliseconds are those that have passed: on average half a one less than it is. */
const HALF_MILLISECOND = 500;

/** Milliseconds all. */
interface ClockSources {
  /** Unix time at which the monotonic clock showed 0. */
  readonly timeOrigin: number;
  readonly monotonic: () => number;
  readonly wall: () => number;
}

const SOURCES: ClockSources = {
  timeOrigin: performance.timeOrigin,
  monotonic: () => performance.now(),
  wall: () => Date.now(),
};

export class RealClock {
  private readonly sources: ClockSources;
  /** What to add to the monotonic clock. */
  private offset: Micros;

  constructor(sources: ClockSources = SOURCES) {
    this.sources = sources;
    this.offset = Math.round(sources.timeOrigin * 1000);
    this.correct(); // The system's clock may have been set since the process began.
  }

  now(): Micros {
    return Math.floor(this.sources.monotonic() * 1000) + this.offset;
  }

  /** Compares with the system's clock; called from time to time. */
  correct(): void {
    const behind = this.sources.wall() * 1000 + HALF_MILLISECOND - this.now();
    if (Math.abs(behind) > JUMP_MICROS) this.offset += Math.round(behind);
  }
}
