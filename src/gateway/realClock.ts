/**
 * The wall clock in microseconds for `server` mode.
 *
 * Date has only milliseconds and truncates the rest. The monotonic clock and the instant at which it
 * began have microseconds, and their sum is the time until the system's clock is set.
 *
 * Invariant: it never goes back between two corrections, even when NTP slews the system's clock by a few
 * milliseconds. A real jump (a laptop that slept, a clock that was set) is followed, as a process sees
 * it through gettimeofday.
 */

import { performance } from 'node:perf_hooks';
import type { Micros } from '../engine/machine/machine.ts';

const JUMP_MICROS = 50_000;
/** Date truncates to whole milliseconds: on average it is half a millisecond behind. */
const HALF_MILLISECOND = 500;

/** All in milliseconds. */
interface ClockSources {
  /** The Unix time at which the monotonic clock showed 0. */
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
  /** The offset to add to the monotonic clock. */
  private offset: Micros;

  constructor(sources: ClockSources = SOURCES) {
    this.sources = sources;
    this.offset = Math.round(sources.timeOrigin * 1000);
    this.correct(); // The system's clock may have been set since the process began.
  }

  now(): Micros {
    return Math.floor(this.sources.monotonic() * 1000) + this.offset;
  }

  /** Compares with the system's clock; to be called regularly. */
  correct(): void {
    const behind = this.sources.wall() * 1000 + HALF_MILLISECOND - this.now();
    if (Math.abs(behind) > JUMP_MICROS) this.offset += Math.round(behind);
  }
}
