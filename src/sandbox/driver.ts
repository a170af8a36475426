/** What advances a world's time: the live loop of gateway/, or the caller of Sandbox.advance. */

import type { World } from '../world/world.ts';

export interface Driver {
  readonly mode: 'live' | 'paused';
  /** World seconds per real second. */
  readonly speed: number;
  pause(): void;
  resume(): void;
  setSpeed(speed: number): void;
  /** Pauses, then executes at most that many events; returns their number. */
  step(count: number): number;
}

/** In virtual time the caller advances the world; pausing only changes the answers of operations. */
export class VirtualDriver implements Driver {
  mode: 'live' | 'paused' = 'live';
  speed = 1;
  private readonly world: World;

  constructor(world: World) {
    this.world = world;
  }

  pause(): void {
    this.mode = 'paused';
  }

  resume(): void {
    this.mode = 'live';
  }

  setSpeed(speed: number): void {
    this.speed = speed;
  }

  step(count: number): number {
    this.mode = 'paused';
    let executed = 0;
    while (executed < count && this.world.step()) executed += 1;
    return executed;
  }
}
