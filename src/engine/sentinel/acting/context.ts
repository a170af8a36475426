/** What acting uses of the Sentinel it is part of. It reaches instances only by their links. */

import type { Note } from '../../machine/notes.ts';
import type { Random } from '../../machine/random.ts';
import type { LinkContext } from '../monitoring/context.ts';

export interface ActingContext extends LinkContext {
  currentEpoch: number;
  readonly tilt: boolean;
  readonly random: Pick<Random, 'below'>;
  readonly simulateFailure: { readonly afterElection: boolean; readonly afterPromotion: boolean };
  /** SENTINEL SIMULATE-FAILURE: ends the process once this event's state is on disk. */
  crash(): void;
  note(note: Note): void;
}
