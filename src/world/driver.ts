/**
 * The arithmetic of live mode: how far the world may advance at a wall-clock instant, and how long
 * nothing is due. The timers are in gateway/; wall time is an argument here.
 *
 * Invariant: a turn advances the world by at most TURN_MICROS_MAX of wall time and drops the rest. The
 * time that a laptop slept does not exist for the world, so no Sentinel enters TILT.
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
  /** The unused fraction of a microsecond, so that slow speeds lose no time. */
  private rest = 0;
  private pace: Pace = 'live';
  private factor = 1;

  /** Takes the current readings of both clocks. */
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

  /**
   * Changes the pace; time that has passed until then is not made up for. `fast` is as fast as
   * possible.
   */
  setMode(pace: Pace, wall: Micros): void {
    this.wall = wall;
    this.rest = 0;
    this.pace = pace;
  }

  setSpeed(speed: number): void {
    this.factor = Math.min(SPEED_MAX, Math.max(SPEED_MIN, speed));
  }

  /**
   * A turn: returns until when the world may run. `worldTime` is its present time. It is ahead of the
   * last result after a step, and behind it when the previous turn ended early: the missing time is
   * kept, up to the length of a turn. Example at speed 1: the last result was 1,000,000 and the world is
   * at 990,000; after 20,000 µs of wall time the result is 990,000 + 10,000 + 20,000 = 1,020,000.
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

  /** Wall time until an event at `nextEventAt` is due; Infinity if nothing will be due. */
  delay(worldTime: Micros, nextEventAt: Micros): Micros {
    if (this.pace === 'paused' || nextEventAt === NEVER) return NEVER;
    if (this.pace === 'fast' || nextEventAt <= worldTime) return 0;
    return Math.ceil((nextEventAt - worldTime) / this.factor);
  }
}
