/**
 * Where a sandbox is in its own history: at present, or at an event of the past.
 *
 * Going back shows a replay of the recording; the present is held meanwhile, with its time standing
 * still, and returns exactly as it was.
 *
 * Invariant: the past is only looked at. Whatever it shows at event n is what was shown when n was the
 * last event, before anything that came in after it.
 */

import { copyState } from '../../engine/machine/state.ts';
import type { HistorySnapshot } from '../../view/snapshot.ts';
import { Checkpoints } from '../../world/checkpoints.ts';
import type { Recording } from '../../world/journal.ts';
import type { Replay } from '../../world/replay.ts';
import type { WorldState } from '../../world/state.ts';
import type { World } from '../../world/world.ts';
import { Reading } from '../reading.ts';

/** On the way back a state is kept that far before the target, so that the next steps back are short. */
const NEAR_EVENTS = 500;
/** How many such states are kept. */
const NEAR_MAX = 4;

/** There is no such event to go to; the message says what is held. */
export class NotHeldError extends Error {
  override readonly name = 'NotHeldError';
}

interface Past {
  readonly replay: Replay;
  readonly reading: Reading;
}

export class History {
  private readonly present: Reading;
  private readonly checkpoints: Checkpoints;
  private readonly near: WorldState[] = [];
  private past: Past | undefined = undefined;

  constructor(present: Reading, checkpoints: Checkpoints = new Checkpoints()) {
    this.present = present;
    this.checkpoints = checkpoints;
  }

  /** To be called between events: keeps a checkpoint when one is due. */
  keep(): void {
    this.checkpoints.keep(this.present.world);
  }

  /** Frees what only the history keeps: memory is short. */
  forget(): void {
    this.checkpoints.forget(-1);
    this.near.length = 0;
  }

  /** What is shown now. */
  get shown(): Reading {
    return this.past?.reading ?? this.present;
  }

  /** The last event that has happened in what is shown. */
  get shownEvent(): number {
    return this.shown.world.eventCount;
  }

  get isPast(): boolean {
    return this.past !== undefined;
  }

  /** The earliest event that one can go to; undefined while nothing is recorded. */
  get firstEvent(): number | undefined {
    return this.present.world.recordedFromEvent;
  }

  /**
   * Shows the state right after an event; the last one is the present. Throws NotHeldError for an event
   * that has not happened yet, or that the recording no longer has.
   */
  goTo(events: number): void {
    const { world } = this.present;
    const recording = world.recording();
    const first = this.firstEvent;
    if (recording === undefined || first === undefined) {
      throw new NotHeldError('nothing is recorded at present');
    }
    const last = world.eventCount;
    if (events < first || events > last) {
      throw new NotHeldError(`events ${first} to ${last} are held, not ${events}`);
    }
    if (events === last) this.past = undefined;
    else this.show(recording, events);
  }

  /** Returns to the present. */
  goLive(): void {
    this.past = undefined;
  }

  snapshot(): HistorySnapshot {
    const { world } = this.present;
    const first = this.firstEvent ?? null;
    const { trace, startAt } = world.state;
    return {
      shown: this.past?.reading.world.eventCount ?? null,
      first,
      firstAt: trace.timeOf(Math.max(first ?? 0, trace.firstSeq)) ?? startAt,
      last: world.eventCount,
      lastAt: world.now,
    };
  }

  /** A world of its own that continues from what is shown; it does not record. */
  branch(): World {
    return this.shown.world.copy();
  }

  private show(recording: Recording, events: number): void {
    const { past, near } = this;
    const at = past?.replay.world.eventCount ?? Number.POSITIVE_INFINITY;
    if (past !== undefined && at <= events && events - at <= NEAR_EVENTS) {
      past.replay.goTo(events);
      return;
    }
    const replay = this.checkpoints.replayFor(recording, events, near);
    if (events - replay.world.eventCount > NEAR_EVENTS) {
      replay.goTo(events - NEAR_EVENTS);
      near.push(copyState(replay.world.state));
      if (near.length > NEAR_MAX) near.shift();
    }
    replay.goTo(events);
    this.past = { replay, reading: new Reading(replay.world) };
  }
}
