/**
 * Keeps a sandbox's world at wall time: a turn whenever something came in or is due.
 *
 * Inputs that arrive in one turn of Node's event loop are taken together: the first one brings the
 * world up to date, all are injected, and one turn after the poll phase executes what follows.
 *
 * A turn ends when everything due is executed, or when it has taken its time: then sockets are
 * looked at before the next one. 200 clients that pipeline 1,000 commands each bring in seconds of
 * work at once; PAUSE has to get through all the same.
 *
 * Invariant: a paused world executes nothing, whatever comes in; turns never nest.
 */

import { performance } from 'node:perf_hooks';
import type { Micros } from '../engine/machine/machine.ts';
import { NEVER } from '../engine/machine/machine.ts';
import type { Driver } from '../sandbox/driver.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { LiveClock } from '../world/driver.ts';

/** Wall time of one turn before sockets are looked at again. */
const TURN_MS_MAX = 20;
/** Events between two looks at the clock; one event may execute 256 commands. */
const EVENTS_A_LOOK = 16;
/** A timer further away is armed again on the way, so that world time never stands still for long. */
const TIMER_MS_MAX = 250;

export class LiveLoop implements Driver {
  private readonly sandbox: Sandbox;
  private readonly clock: LiveClock;
  private immediate: NodeJS.Immediate | undefined = undefined;
  private timer: NodeJS.Timeout | undefined = undefined;
  private timerAt = NEVER;
  private isUpToDate = false;
  private isClosed = false;

  constructor(sandbox: Sandbox) {
    this.sandbox = sandbox;
    this.clock = new LiveClock(wallMicros(), sandbox.world.now);
  }

  get mode(): 'live' | 'paused' {
    return this.clock.mode === 'paused' ? 'paused' : 'live';
  }

  get speed(): number {
    return this.clock.speed;
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

  /** Before an input is injected: the world's clock shows when it came. */
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
    if (!this.advance()) {
      this.wake();
      return;
    }
    const { world } = this.sandbox;
    const delay = this.clock.delay(world.now, world.nextEventAt());
    if (this.mode === 'live' && world.failure === undefined) this.arm(delay);
  }

  /** False when there is more to execute than a turn has time for. */
  private advance(): boolean {
    if (this.mode === 'paused') return true;
    const until = this.clock.turn(wallMicros(), this.sandbox.world.now);
    const end = performance.now() + TURN_MS_MAX;
    while (this.sandbox.advance(until, EVENTS_A_LOOK) === EVENTS_A_LOOK) {
      if (performance.now() >= end) return false;
    }
    return true;
  }

  /** The timer is moved only forwards: a turn that comes too early is cheaper than a timer a turn. */
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
