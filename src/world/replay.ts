/** Running a recording again. */

import { copyState } from '../engine/machine/state.ts';
import { type Input, InputError } from './input.ts';
import { inputsOf, type Position, type Recording, truncated } from './journal.ts';
import { WorldState } from './state.ts';
import { World } from './world.ts';

interface ReplayOptions {
  /** Whether the new world records; its journal then includes the replayed inputs. */
  readonly record?: boolean;
  readonly journalBytesMax?: number;
  /** A state of the same run to begin with, in place of the recording's base. It is copied. */
  readonly from?: WorldState;
}

/**
 * Returns the world of a recording after `events` events, by default at its end, with an equal trace
 * hash. Later inputs are not part of it, so the new world may take another course.
 */
export function replay(recording: Recording, events?: number, options: ReplayOptions = {}): World {
  const part = events === undefined ? recording : truncated(recording, { events, time: 0 });
  const { state, inputCount } = beginning(part, options);
  // Replayed inputs are not journaled: they are in the journal already.
  const world = new World({ state, recording: undefined });
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
  return new World({
    state: world.state,
    recording: { ...part, end },
    ...(options.journalBytesMax === undefined ? {} : { journalBytesMax: options.journalBytesMax }),
  });
}

/** The state to begin with, and how many of the recording's inputs it includes. */
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

/**
 * Injects a recorded input. A rejected one means that the recording is from another program: it
 * throws.
 */
function reinject(world: World, input: Input): void {
  try {
    world.inject(input);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new Error(`the recording does not fit this program: ${error.message}`);
  }
}
