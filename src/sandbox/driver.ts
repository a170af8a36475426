/** Who moves a world's time: the live loop of gateway/, or whoever calls Sandbox.advance. */

import type { World } from '../world/world.ts';

export interface Driver {
  readonly mode: 'live' | 'paused';
  /** World seconds a real second. */
  readonly speed: number;
  pause(): void;
  resume(): void;
  /** Executes so many events, pausing first; gives how many there were. */
  step(count: number): number;
}

/** In virtual time the caller advances; pausing only changes what operations answer. */
export class VirtualDriver implements Driver {
  mode: 'live' | 'paused' = 'live';
  readonly speed = 1;
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

  step(count: number): number {
    this.mode = 'paused';
    let executed = 0;
    while (executed < count && this.world.step()) executed += 1;
    return executed;
  }
}
