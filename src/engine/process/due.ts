/**
 * When a part of a process next has work. After every event the earliest of all is asked for, so it
 * lies in a cell that is read without a call.
 */

import type { Micros } from '../machine/machine.ts';
import { NEVER } from '../machine/machine.ts';
import { registerState } from '../machine/state.ts';

export class Due {
  at: Micros = NEVER;
}
registerState(Due);
