/** Running a recording again. */

import { invariant } from '../engine/machine/errors.ts';
import { copyState } from '../engine/machine/state.ts';
import { type Input, InputError } from './input.ts';
import type { Position, Recorded } from './inputRecords.ts';
import { inputsOf, type Recording, truncated } from './journal.ts';
import type { Mark } from './marks.ts';
import { WorldState } from './state.ts';
import { World } from './world.ts';

interface ReplayOptions {
  /** Whether the new world records; its journal then includes the replayed inputs. */
  readonly record?: boolean;
  readonly journalBytesMax?: number;
}

/**
 * A run of a recording that goes forward step by step. Its world is at a position of the recorded run; it
 * neither records nor calls an outside.
 */
export class Replay {
  readonly world: World;
  private readonly recording: Recording;
  private readonly inputs: Iterator<Recorded, undefined>;
  private next: Recorded | undefined;
  /** The marks that lie before it. */
  private readonly marks: readonly Mark[];
  private passed = 0;
  /** The last event up to which the hash is known to be equal. */
  private agreed: number;

  /**
   * Begins with `from`, a state of the recorded run (it is copied), or with the recording's own
   * beginning.
   */
  constructor(recording: Recording, from?: WorldState) {
    const { seed, startAt, params, traceEvents, segments } = recording;
    const base = from ?? segments[0]!.base;
    const state =
      base === undefined ? new WorldState(seed, startAt, params, traceEvents) : copyState(base);
    // Replayed inputs are not journaled: they are in the journal already.
    this.world = new World({ state, recording: undefined });
    this.recording = recording;
    this.inputs = inputsOf(recording, state.inputCount - segments[0]!.firstInput);
    this.next = this.inputs.next().value;
    this.agreed = this.world.eventCount;
    this.marks = recording.marks.filter((mark) => mark.events > this.agreed);
  }

  /**
   * Runs on until `events` events have happened, at most to the end. Inputs that came after the last of
   * them have not come yet. Throws InvariantError when more events have happened already, and
   * DepartureError.
   */
  goTo(events: number): void {
    const { world, recording } = this;
    invariant(events >= world.eventCount, `event ${events} is before the recording`);
    const last = Math.min(events, recording.end.events);
    for (
      ;
      this.next !== undefined && this.next.events < last;
      this.next = this.inputs.next().value
    ) {
      this.run(this.next);
      reinject(world, this.next.input);
    }
    this.run({ events: last, time: world.now });
  }

  /** Runs to the end: all inputs have come, and the clock shows what it showed. Throws DepartureError. */
  goToEnd(): void {
    const { world, recording } = this;
    for (; this.next !== undefined; this.next = this.inputs.next().value) {
      this.run(this.next);
      reinject(world, this.next.input);
    }
    this.run(recording.end);
    const { end, endHash } = recording;
    if (endHash !== undefined) this.compare(end.events, endHash);
  }

  private run(position: Position): void {
    for (;;) {
      const mark = this.marks[this.passed];
      if (mark === undefined || mark.events > position.events) break;
      this.world.goTo({ events: mark.events, time: 0 });
      this.compare(mark.events, mark.hash);
      this.passed += 1;
    }
    this.world.goTo(position);
  }

  private compare(events: number, hash: string): void {
    const { world } = this;
    if (world.eventCount !== events || world.traceHash !== hash) {
      throw new DepartureError(this.agreed, events);
    }
    this.agreed = events;
  }
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
  const replayed = new Replay(recording);
  if (events === undefined) replayed.goToEnd();
  else replayed.goTo(events);
  const { world } = replayed;
  return options.record === true ? recordOn(world, recording, options.journalBytesMax) : world;
}

/**
 * Lets a replayed world record on: the recording of the new world begins as the replayed one. `world` must
 * not be used afterwards.
 */
export function recordOn(world: World, recording: Recording, journalBytesMax?: number): World {
  const end = { events: world.eventCount, time: world.now };
  const before = truncated(recording, end);
  return new World({
    state: world.state,
    recording: before,
    ...(journalBytesMax === undefined ? {} : { journalBytesMax }),
  });
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
