/**
 * The live driver's arithmetic: how far the world may go at a wall-clock instant, and how long
 * nothing is due. Timers are with whoever drives (gateway/); wall time is an argument here.
 *
 * Invariant: the world's time advances at most TURN_MICROS_MAX of wall time a turn. What a
 * sleeping laptop missed is dropped: to the world it never happened, so no Sentinel sees a TILT.
 */

import type { Micros } from '../engine/machine/machine.ts';
import { NEVER } from '../engine/machine/machine.ts';

const TURN_MICROS_MAX = 250_000;
const SPEED_MIN = 0.1;
const SPEED_MAX = 100;

type Pace = 'live' | 'paused' | 'fast';

export class LiveClock {
  private wall: Micros;
  private time: Micros;
  /** Fraction of a microsecond not yet given, so that slow speeds do not lose time. */
  private rest = 0;
  private pace: Pace = 'live';
  private factor = 1;

  /** Both clocks' readings now. */
  constructor(wall: Micros, worldTime: Micros) {
    this.wall = wall;
    this.time = worldTime;
  }

  get speed(): number {
    return this.factor;
  }

  get mode(): Pace {
    return this.pace;
  }

  /** Changes pace; time that passed until then is not caught up. `fast` is as fast as possible. */
  setMode(pace: Pace, wall: Micros): void {
    this.wall = wall;
    this.rest = 0;
    this.pace = pace;
  }

  setSpeed(speed: number): void {
    this.factor = Math.min(SPEED_MAX, Math.max(SPEED_MIN, speed));
  }

  /**
   * A turn: until when the world may run now. `worldTime` is where it is; it may be ahead of the
   * last answer after a step, or behind it when a turn's budget of events ended early: what is
   * missing then is not asked for twice but kept, up to a turn's worth.
   */
  turn(wall: Micros, worldTime: Micros): Micros {
    const passed = Math.min(Math.max(0, wall - this.wall), TURN_MICROS_MAX);
    this.wall = wall;
    if (this.pace === 'paused') return worldTime;
    if (this.pace === 'fast') return NEVER;
    const lag = Math.max(0, this.time - worldTime);
    const due = passed * this.factor + this.rest;
    const whole = Math.floor(due);
    this.rest = due - whole;
    this.time = worldTime + Math.min(lag, TURN_MICROS_MAX * this.factor) + whole;
    return this.time;
  }

  /** Wall time until an event at `nextEventAt` is due; Infinity while nothing will be. */
  delay(worldTime: Micros, nextEventAt: Micros): Micros {
    if (this.pace === 'paused' || nextEventAt === NEVER) return NEVER;
    if (this.pace === 'fast' || nextEventAt <= worldTime) return 0;
    return Math.ceil((nextEventAt - worldTime) / this.factor);
  }
}
