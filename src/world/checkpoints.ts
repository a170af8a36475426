/**
 * Checkpoints of a run, for going back: the nearest one before an event, plus a replay from there.
 *
 * Invariant: checkpoints are in the order of their events, all of one run. When there are too many,
 * every second one is dropped and the distance doubles, so the whole run is covered evenly. Example:
 * with at most 4, one every 100 events, the checkpoint after event 400 leaves those after 0, 200 and 400.
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

  /** To be called regularly, between events: keeps a checkpoint when one is due. */
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
   * Returns the world as it was after event `events`. It records if `world` does; `world` itself does not
   * change. Later checkpoints are kept, because they are still valid for `world`. Call `forget` before
   * keeping checkpoints of the new world here.
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

  /** Drops the checkpoints after an event, from which the run takes another course. */
  forget(events: number): void {
    this.states = this.states.filter((state) => state.trace.count <= events);
  }
}
