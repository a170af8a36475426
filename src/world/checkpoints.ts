/**
 * Checkpoints on the way, for going back: the nearest one before an event plus a replay of what
 * follows it.
 *
 * Invariant: checkpoints are in the order of their events, all of one run. When there are too
 * many, every other one goes and the distance doubles, so old and new times are equally near.
 */

import { InvariantError } from '../engine/machine/errors.ts';
import { copyState } from '../engine/machine/state.ts';
import { replay } from './replay.ts';
import type { WorldState } from './state.ts';
import type { World } from './world.ts';

export class Checkpoints {
  private every: number;
  private readonly countMax: number;
  private states: WorldState[] = [];

  /** One every `every` events, at most `countMax` of them. */
  constructor(every: number, countMax = 32) {
    this.every = every;
    this.countMax = Math.max(2, countMax);
  }

  get count(): number {
    return this.states.length;
  }

  /** To be called now and then, between events: keeps a checkpoint when one is due. */
  keep(world: World): void {
    const last = this.states[this.states.length - 1];
    if (last !== undefined && world.eventCount < last.trace.count + this.every) return;
    if (world.failure !== undefined) return;
    this.states.push(copyState(world.state));
    if (this.states.length <= this.countMax) return;
    this.states = this.states.filter((_state, index) => index % 2 === 0);
    this.every *= 2;
  }

  /**
   * The world as it was after event `events`, recording if `world` does; `world` itself stays as
   * it is. Checkpoints after that event are kept: they hold for `world`, not for the new one, which needs
   * `forget` before it is kept here.
   */
  seek(world: World, events: number): World {
    const recording = world.recording();
    if (recording === undefined) throw new InvariantError('the world does not record');
    const from = this.nearest(events, recording.segments[0]!.firstInput);
    return replay(
      recording,
      events,
      from === undefined ? { record: true } : { record: true, from },
    );
  }

  private nearest(events: number, firstInput: number): WorldState | undefined {
    let found: WorldState | undefined;
    for (const state of this.states) {
      if (state.trace.count <= events && state.inputCount >= firstInput) found = state;
    }
    return found;
  }

  /** Drops the checkpoints after an event: the run goes another way from there. */
  forget(events: number): void {
    this.states = this.states.filter((state) => state.trace.count <= events);
  }
}
