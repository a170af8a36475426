/** What the model's functions use of the Sentinel that holds the model. */

import type { Note } from '../../machine/notes.ts';
import type { NamingContext } from './address.ts';
import type { Instance } from './instance.ts';
import type { Periods } from './periods.ts';

export interface ModelContext extends NamingContext {
  /** Unix milliseconds. */
  readonly nowMs: number;
  readonly periods: Periods;
  /** By name. */
  readonly masters: Map<string, Instance>;
  /** Sends an event's message to the clients that subscribed to its channel. */
  publish(channel: string, message: string): void;
  note(note: Note): void;
}
