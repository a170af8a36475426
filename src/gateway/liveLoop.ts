/**
 * Keeps a sandbox's world at wall time, with a turn whenever an input has arrived or an event is due.
 *
 * The inputs of one turn of Node's event loop are handled together: the first one brings the world up to
 * date, all are injected, and one turn after the poll phase executes their consequences.
 *
 * A turn ends when everything due is executed, or after TURN_MS_MAX, so that sockets are read before the
 * next one. 200 clients that pipeline 1,000 commands each bring seconds of work at once, and PAUSE must
 * still get through.
 *
 * Invariant: a paused world executes nothing, whatever arrives; turns never nest.
 */

import { performance } from 'node:perf_hooks';
import type { Micros } from '../engine/machine/machine.ts';
import { NEVER } from '../engine/machine/machine.ts';
import type { Driver } from '../sandbox/driver.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { LiveClock } from '../world/driver.ts';

/** The longest turn, in wall time, before sockets are read again. */
const TURN_MS_MAX = 20;
/** How long output may wait for the end of its turn. */
const HOLD_MS_MAX = 2;
/** Events between two readings of the clock; one event may execute 256 commands. */
const EVENTS_A_LOOK = 16;
/** The longest timer: later deadlines take several, so that world time keeps advancing. */
const TIMER_MS_MAX = 250;

export class LiveLoop implements Driver {
  private readonly sandbox: Sandbox;
  private readonly writeOut: () => void;
  private readonly clock: LiveClock;
  private immediate: NodeJS.Immediate | undefined = undefined;
  private timer: NodeJS.Timeout | undefined = undefined;
  private timerAt = NEVER;
  private isUpToDate = false;
  private isClosed = false;

  /** `writeOut` writes the output that the executed events have sent outside. */
  constructor(sandbox: Sandbox, writeOut: () => void) {
    this.sandbox = sandbox;
    this.writeOut = writeOut;
    this.clock = new LiveClock(wallMicros(), sandbox.world.now);
  }

  get mode(): 'live' | 'paused' {
    return this.clock.mode === 'paused' ? 'paused' : 'live';
  }

  get speed(): number {
    return this.clock.speed;
  }

  setSpeed(speed: number): void {
    this.clock.setSpeed(speed);
    // The timer that is set would be early or late.
    if (this.mode === 'live') this.wake();
  }

  start(): void {
    this.clock.setMode('live', wallMicros());
    this.wake();
  }

  close(): void {
    this.isClosed = true;
    clearImmediate(this.immediate);
    clearTimeout(this.timer);
  }

  pause(): void {
    this.clock.setMode('paused', wallMicros());
  }

  resume(): void {
    if (this.mode === 'live') return;
    this.clock.setMode('live', wallMicros());
    this.wake();
  }

  step(count: number): number {
    this.pause();
    let executed = 0;
    while (executed < count && this.sandbox.world.step()) executed += 1;
    return executed;
  }

  /** To be called before an input is injected: advances the world to the time of its arrival. */
  beforeInput(): void {
    if (!this.isUpToDate) this.advance();
    this.isUpToDate = true;
    this.wake();
  }

  private wake(): void {
    if (this.immediate !== undefined || this.isClosed) return;
    this.immediate = setImmediate(() => {
      this.immediate = undefined;
      this.turn();
    });
  }

  private turn(): void {
    this.isUpToDate = false;
    const isDone = this.advance();
    this.writeOut();
    if (!isDone) {
      this.wake();
      return;
    }
    const { world } = this.sandbox;
    const delay = this.clock.delay(world.now, world.nextEventAt());
    if (this.mode !== 'live' || world.failure !== undefined) return;
    // Writing may have injected something.
    if (delay === 0) this.wake();
    else this.arm(delay);
  }

  /** Executes what is due; returns false when a turn's time was not enough. */
  private advance(): boolean {
    if (this.mode === 'paused') return true;
    const until = this.clock.turn(wallMicros(), this.sandbox.world.now);
    const start = performance.now();
    let writtenAt = start;
    while (this.sandbox.advance(until, EVENTS_A_LOOK) === EVENTS_A_LOOK && this.mode === 'live') {
      const now = performance.now();
      if (now >= start + TURN_MS_MAX) return false;
      if (now < writtenAt + HOLD_MS_MAX) continue;
      this.writeOut();
      writtenAt = now;
    }
    return true;
  }

  /** Only an earlier deadline moves the timer: a superfluous turn is cheaper than a timer per turn. */
  private arm(delay: Micros): void {
    const ms = Math.max(1, Math.min(Math.ceil(delay / 1000), TIMER_MS_MAX));
    const at = performance.now() + ms;
    if (at >= this.timerAt) return;
    clearTimeout(this.timer);
    this.timerAt = at;
    this.timer = setTimeout(() => {
      this.timerAt = NEVER;
      this.turn();
    }, ms);
  }
}

function wallMicros(): Micros {
  return Math.floor(performance.now() * 1000);
}
