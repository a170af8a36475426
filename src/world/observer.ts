/**
 * An observer keeps what explains a run and is in no machine: which write was lost by which event. It is
 * part of the world's state, so that it is copied with checkpoints and comes out the same in a replay.
 *
 * Invariant: it changes nothing but itself. It is called at points that depend on the run alone: after
 * every event that wrote a note, after the first event of each OBSERVE_MICROS, and before every operation.
 */

import type { Micros } from '../engine/machine/machine.ts';
import type { Note } from '../engine/machine/notes.ts';
import type { Operation } from './input.ts';
import type { WorldState } from './state.ts';

export const OBSERVE_MICROS: Micros = 10_000;

export interface Observer {
  /** Looks at the state. Returns what it found out, as notes of the world. */
  observe(state: WorldState): readonly Note[];
  /** An operation is about to take effect; `observe` has just been called. */
  operating(operation: Operation): void;
}
