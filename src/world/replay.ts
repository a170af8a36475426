/** Running a recording again. */

import { copyState } from '../engine/machine/state.ts';
import { type Input, InputError } from './input.ts';
import {
  inputsOf,
  JOURNAL_BYTES_MAX,
  Journal,
  type Position,
  type Recording,
  truncated,
} from './journal.ts';
import { WorldState } from './state.ts';
import { World } from './world.ts';

interface ReplayOptions {
  /** Whether the new world goes on recording; what it has replayed is then part of its journal. */
  readonly record?: boolean;
  readonly journalBytesMax?: number;
  /** A state of this very run to begin with, in place of the recording's own base; it is copied. */
  readonly from?: WorldState;
}

/**
 * The world of a recording after `events` events (unless told: where the recording ends), with
 * an equal trace hash. Inputs given after that many events are not part of it, so the new world is
 * free to go another way.
 */
export function replay(recording: Recording, events?: number, options: ReplayOptions = {}): World {
  const part = events === undefined ? recording : truncated(recording, { events, time: 0 });
  const { state, inputCount } = beginning(part, options);
  // The journal is not written while inputs are replayed: they are in it already.
  const world = new World({ state, journal: undefined });
  let index = inputCount;
  for (const recorded of inputsOf(part)) {
    if (index > 0) {
      index -= 1;
      continue;
    }
    world.goTo(recorded);
    reinject(world, recorded.input);
  }
  world.goTo(part.end);
  if (options.record !== true) return world;
  const end: Position = { events: world.eventCount, time: world.now };
  const bytesMax = options.journalBytesMax ?? JOURNAL_BYTES_MAX;
  return new World({ state: world.state, journal: new Journal(bytesMax, { ...part, end }) });
}

/** The state to begin with, and how many of the recording's inputs are in it already. */
function beginning(
  recording: Recording,
  options: ReplayOptions,
): { state: WorldState; inputCount: number } {
  const { seed, startAt, params, traceEvents, segments } = recording;
  const base = options.from ?? segments[0]!.base;
  if (base === undefined) {
    return { state: new WorldState(seed, startAt, params, traceEvents), inputCount: 0 };
  }
  const state = copyState(base);
  return { state, inputCount: state.inputCount - segments[0]!.firstInput };
}

/** What was accepted once is accepted again; anything else means another run, and says so. */
function reinject(world: World, input: Input): void {
  try {
    world.inject(input);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new Error(`the recording does not fit this program: ${error.message}`);
  }
}
