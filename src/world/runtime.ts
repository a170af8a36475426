/**
 * A world's state together with what is not state: the calls to the outside and the buffer of
 * effects.
 */

import { EffectsBuffer } from './effects.ts';
import type { OutsidePort } from './input.ts';
import type { WorldState } from './state.ts';

/** Marks of what enters the trace hash besides events. */
export const OUT = {
  send: 101,
  close: 102,
  connect: 103,
  listen: 104,
  unlisten: 105,
  consumed: 106,
} as const;

export class Runtime {
  readonly state: WorldState;
  outside: OutsidePort | undefined = undefined;
  readonly effects: EffectsBuffer;
  /** Number of the event being executed: the cause of everything that it schedules. */
  cause = 0;

  constructor(state: WorldState) {
    this.state = state;
    this.effects = new EffectsBuffer(state);
  }
}
