/**
 * Checkpoints of a run, for going back: the nearest one before an event, plus a replay from there.
 *
 * Invariant: checkpoints are in the order of their events, all of one run. When there are too many,
 * every second one is dropped and the distance doubles, so the whole run is covered evenly. Example:
 * with at most 4, one every 100 events, the checkpoint after event 400 leaves those after 0, 200 and 400.
 * When what they alone keep of keys and strings would become too large, the oldest are dropped.
 */

import { InvariantError } from '../engine/machine/errors.ts';
import { copyState } from '../engine/machine/state.ts';
import type { Recording } from './journal.ts';
import { Replay, recordOn } from './replay.ts';
import type { WorldState } from './state.ts';
import type { World } from './world.ts';

/** At 400,000 events a second, 50 ms of a replay. */
const EVENTS_APART = 20_000;
const COUNT_MAX = 16;
/** About the most memory that checkpoints may keep of what has been overwritten since. */
const PINNED_BYTES_MAX = 32 * 1024 * 1024;
/**
 * How many bytes may be copied for checkpoints, by event. After a checkpoint each page is copied before it
 * is written to. Where data of 30 MB is overwritten between two checkpoints, the next one comes 300,000
 * events later, not 20,000.
 */
const COPIED_BYTES_AN_EVENT = 100;

interface Checkpoint {
  readonly state: WorldState;
  /** The world's count of copied bytes when it was taken. */
  readonly copied: number;
}

export class Checkpoints {
  private every: number;
  private readonly countMax: number;
  private kept: Checkpoint[] = [];

  /** One every `every` events, at most `countMax` of them. */
  constructor(every: number = EVENTS_APART, countMax: number = COUNT_MAX) {
    this.every = every;
    this.countMax = Math.max(2, countMax);
  }

  get count(): number {
    return this.kept.length;
  }

  /** To be called regularly, between events: keeps a checkpoint of a recording world when one is due. */
  keep(world: World): void {
    const { kept } = this;
    const { recordedFrom } = world;
    if (recordedFrom === undefined) return;
    const last = kept[kept.length - 1];
    if (last !== undefined && world.eventCount < this.dueAfter(last, world)) return;
    if (world.failure !== undefined || world.isExpensiveToCopy) return;
    const copied = world.copiedBytes;
    const isUseless = ({ state, copied: then }: Checkpoint): boolean =>
      state.inputCount < recordedFrom || copied - then > PINNED_BYTES_MAX;
    while (kept.length > 0 && isUseless(kept[0]!)) kept.shift();
    kept.push({ state: copyState(world.state), copied });
    if (kept.length <= this.countMax) return;
    this.kept = kept.filter((_checkpoint, index) => index % 2 === 0);
    this.every *= 2;
  }

  /** The number of events after which the next checkpoint is due. */
  private dueAfter({ state, copied }: Checkpoint, world: World): number {
    const earliest = state.trace.count + this.every;
    if (world.eventCount < earliest) return earliest;
    return state.trace.count + (world.copiedBytes - copied) / COPIED_BYTES_AN_EVENT;
  }

  /**
   * A replay of the run that stands at the nearest checkpoint up to event `events`. `extra` are more
   * states of the same run.
   */
  replayFor(recording: Recording, events: number, extra: readonly WorldState[] = []): Replay {
    return new Replay(recording, this.nearest(recording, events, extra));
  }

  /**
   * Returns the world as it was after event `events`. It records; `world` itself does not change. Later
   * checkpoints are kept, because they are still valid for `world`. Call `forget` before keeping
   * checkpoints of the new world here.
   */
  seek(world: World, events: number): World {
    const recording = world.recording();
    if (recording === undefined) throw new InvariantError('the world does not record');
    const replay = this.replayFor(recording, events);
    replay.goTo(events);
    return recordOn(replay.world, recording);
  }

  private nearest(
    recording: Recording,
    events: number,
    extra: readonly WorldState[],
  ): WorldState | undefined {
    const [first] = recording.segments;
    const bases = recording.segments.flatMap(({ base }) => (base === undefined ? [] : [base]));
    let found: WorldState | undefined;
    for (const state of [...this.kept.map((each) => each.state), ...bases, ...extra]) {
      const { count } = state.trace;
      if (count > events || state.inputCount < first!.firstInput) continue;
      if (found === undefined || count >= found.trace.count) found = state;
    }
    return found;
  }

  /** Drops the checkpoints after an event, from which the run takes another course. */
  forget(events: number): void {
    this.kept = this.kept.filter(({ state }) => state.trace.count <= events);
  }
}
