/** A world's state together with what is not state: its way out and the buffer of effects. */

import { EffectsBuffer } from './effects.ts';
import type { OutsidePort } from './input.ts';
import type { WorldState } from './state.ts';

/** Marks of what goes into the trace hash beside events. */
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
  /** Number of the event being executed; what is scheduled now has it as its cause. */
  cause = 0;

  constructor(state: WorldState) {
    this.state = state;
    this.effects = new EffectsBuffer(state);
  }
}
