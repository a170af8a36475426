/** Running a recording again. */

import { copyState } from '../engine/machine/state.ts';
import { type Input, InputError } from './input.ts';
import type { Position } from './inputRecords.ts';
import { inputsOf, type Recording, truncated } from './journal.ts';
import type { Mark } from './marks.ts';
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
 * A replay takes another course than the recorded run: another program made the recording, or the program
 * has a bug. `replay` up to `after` still agrees.
 */
export class DepartureError extends Error {
  override readonly name = 'DepartureError';
  /** The replay was like the run up to this event, and no longer after `before`. */
  readonly after: number;
  readonly before: number;

  constructor(after: number, before: number) {
    super(`the replay departs from the recording between events ${after} and ${before}`);
    this.after = after;
    this.before = before;
  }
}

/**
 * Returns the world of a recording after `events` events, by default at its end, with an equal trace
 * hash. Later inputs are not part of it, so the new world may take another course. Throws DepartureError
 * if the trace hash is another one than was recorded.
 */
export function replay(recording: Recording, events?: number, options: ReplayOptions = {}): World {
  const part = events === undefined ? recording : truncated(recording, { events, time: 0 });
  const { state, inputCount } = beginning(part, options);
  // Replayed inputs are not journaled: they are in the journal already.
  const course = new Course(new World({ state, recording: undefined }), part);
  const { world } = course;
  let index = inputCount;
  for (const recorded of inputsOf(part)) {
    if (index > 0) {
      index -= 1;
      continue;
    }
    course.goTo(recorded);
    reinject(world, recorded.input);
  }
  course.finish();
  if (options.record !== true) return world;
  const end: Position = { events: world.eventCount, time: world.now };
  return new World({
    state: world.state,
    recording: { ...part, end },
    ...(options.journalBytesMax === undefined ? {} : { journalBytesMax: options.journalBytesMax }),
  });
}

/** A replayed world on its way along the marks of the recording. */
class Course {
  readonly world: World;
  private readonly recording: Recording;
  private readonly marks: readonly Mark[];
  private passed = 0;
  /** The last event up to which the hash is known to be equal. */
  private agreed: number;

  constructor(world: World, recording: Recording) {
    this.world = world;
    this.recording = recording;
    this.agreed = world.eventCount;
    this.marks = recording.marks.filter((mark) => mark.events > world.eventCount);
  }

  goTo(position: Position): void {
    for (;;) {
      const mark = this.marks[this.passed];
      if (mark === undefined || mark.events > position.events) break;
      this.world.goTo({ events: mark.events, time: 0 });
      this.compare(mark.events, mark.hash);
      this.passed += 1;
    }
    this.world.goTo(position);
  }

  finish(): void {
    const { end, endHash } = this.recording;
    this.goTo(end);
    if (endHash !== undefined) this.compare(end.events, endHash);
  }

  private compare(events: number, hash: string): void {
    const { world } = this;
    if (world.eventCount !== events || world.traceHash !== hash) {
      throw new DepartureError(this.agreed, events);
    }
    this.agreed = events;
  }
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
