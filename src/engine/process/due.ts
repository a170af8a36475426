/**
 * When a part of a process next has work. The process reads all of them after every event, so each
 * is a field: reading it costs no call.
 */

import type { Micros } from '../machine/machine.ts';
import { NEVER } from '../machine/machine.ts';
import { registerState } from '../machine/state.ts';

export class Due {
  at: Micros = NEVER;
}
registerState('Due', Due);
