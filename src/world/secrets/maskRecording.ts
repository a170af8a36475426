/**
 * A recording without passwords, to be attached to a bug report. Inputs are masked, and the run is
 * repeated with them: so everything that follows from the inputs has no secret either. Only the state at
 * the beginning, if the recording begins with one, is masked itself.
 *
 * Invariant: the masked recording is the same run. Its events differ from the recorded ones in the bytes
 * of secrets alone.
 */

import { copyState } from '../../engine/machine/state.ts';
import { InputError } from '../input.ts';
import { blockOf, type Position, type Recorded } from '../inputRecords.ts';
import { inputsOf, type Recording, type SegmentView } from '../journal.ts';
import type { Mark } from '../marks.ts';
import { WorldState } from '../state.ts';
import type { Trace } from '../trace.ts';
import { World } from '../world.ts';
import type { ByteStream } from './byteStream.ts';
import { maskInputs } from './maskInputs.ts';
import { maskState } from './maskState.ts';
import { Placeholders } from './placeholders.ts';

/** Without its secrets the run would be another one. The message says where. */
export class MaskError extends Error {
  override readonly name = 'MaskError';
}

interface MaskedRecording {
  readonly recording: Recording;
  /** How many different secrets were replaced. */
  readonly secrets: number;
}

/**
 * Returns the recording itself if it has no secret. `trace` is that of the recorded run. Throws MaskError
 * if the run would be another one: an application may have stored a password that it uses, too.
 */
export function maskRecording(recording: Recording, trace: Trace): MaskedRecording {
  const to = new Placeholders();
  const streams = new Map<number, ByteStream>();
  const [first] = recording.segments;
  const base = first!.base && maskState(first!.base, streams, to);
  const inputs = maskInputs([...inputsOf(recording)], streams, to);
  if (to.count === 0) return { recording, secrets: 0 };
  const run = new MaskedRun(recording, base);
  const masked = run.repeat(inputs);
  const difference = run.world.state.trace.differenceFrom(trace);
  if (difference === undefined) return { recording: masked, secrets: to.count };
  throw new MaskError(
    `without its passwords the run would be another one from event ${difference} on`,
  );
}

class MaskedRun {
  readonly world: World;
  private readonly recording: Recording;
  private readonly base: WorldState | undefined;
  private readonly marks: Mark[] = [];

  constructor(recording: Recording, base: WorldState | undefined) {
    const { seed, startAt, params, traceEvents } = recording;
    const state = base ?? new WorldState(seed, startAt, params, traceEvents);
    this.base = base && copyState(base);
    this.world = new World({ state, recording: undefined });
    this.recording = recording;
  }

  /** The recording of the same run with other inputs. */
  repeat(inputs: readonly Recorded[]): Recording {
    const { recording } = this;
    const { end, segments, endHash } = recording;
    const begun = segments[0]!.firstInput;
    const repeated: SegmentView[] = [];
    segments.forEach(({ base, firstInput }, index) => {
      const until = segments[index + 1]?.firstInput ?? Number.POSITIVE_INFINITY;
      const part = inputs.slice(firstInput - begun, until - begun);
      const own = index === 0 ? this.base : base && this.baseAt(base);
      for (const recorded of part) this.inject(recorded);
      repeated.push({ base: own, firstInput, blocks: part.length === 0 ? [] : [blockOf(part)] });
    });
    this.run(end);
    const hash = endHash === undefined ? undefined : this.world.traceHash;
    return { ...recording, segments: repeated, endHash: hash, marks: this.marks };
  }

  /** The state at the place of a checkpoint. */
  private baseAt({ trace, now }: WorldState): WorldState {
    this.run({ events: trace.count, time: now });
    return copyState(this.world.state);
  }

  private inject(recorded: Recorded): void {
    this.run(recorded);
    try {
      this.world.inject(recorded.input);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      throw new MaskError(`without its passwords the run would be another one: ${error.message}`);
    }
  }

  /** Runs to a position. On the way it takes the hash wherever the recording has a mark. */
  private run(position: Position): void {
    const { world, marks } = this;
    for (;;) {
      const mark = this.recording.marks[marks.length];
      if (mark === undefined || mark.events > position.events) break;
      world.goTo({ events: mark.events, time: 0 });
      marks.push({ events: mark.events, hash: world.traceHash });
    }
    world.goTo(position);
  }
}
