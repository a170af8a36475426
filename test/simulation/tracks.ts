/**
 * Worlds that are given the same inputs at the same times: the original and, from a checkpoint on,
 * its copies.
 *
 * The copies are run by turns with the original, a few events each: what one of them keeps outside
 * its state (in a module, in a shared page) the others then trip over.
 */

import { Random, seedFromNumber } from '../../src/engine/machine/random.ts';
import type { Input } from '../../src/world/input.ts';
import { World } from '../../src/world/world.ts';
import { reread } from '../support/stateBytes.ts';

/** Longest turn, in events. */
const TURN_EVENTS_MAX = 60;
/** More events than that in one leg means that the world's time stands still. */
const LEG_EVENTS_MAX = 1_000_000;

/** Copies of the world took another way than the original. */
class Divergence extends Error {
  override readonly name = 'Divergence';
}

export class Tracks {
  readonly original: World;
  private readonly copies: World[] = [];
  private readonly random: Random;

  constructor(original: World, seed: number) {
    this.original = original;
    this.random = new Random(seedFromNumber(seed + 0.5));
  }

  get copyCount(): number {
    return this.copies.length;
  }

  /** Adds a copy of the original, or (the next time) what is read of that copy's bytes. */
  fork(): void {
    const last = this.copies.at(-1);
    if (last === undefined) this.copies.push(this.original.copy());
    else this.copies.push(new World({ state: reread(last.state), recording: undefined }));
  }

  /** Every world gets bytes of its own. */
  inject(input: Input): void {
    for (const world of [this.original, ...this.copies]) {
      world.inject(input.kind === 'data' ? { ...input, bytes: Buffer.from(input.bytes) } : input);
    }
  }

  /** Runs all of them up to a time; `eventsMax` counts for the original, and only while it is alone. */
  advance(until: number, eventsMax = LEG_EVENTS_MAX): void {
    if (this.copies.length === 0) {
      const events = this.original.runUntil(until, eventsMax);
      if (events >= LEG_EVENTS_MAX) throw new Error(`${events} events in one leg of virtual time`);
      return;
    }
    const worlds = [this.original, ...this.copies];
    let busy = true;
    while (busy) {
      busy = false;
      for (const world of worlds) {
        const turn = 1 + this.random.below(TURN_EVENTS_MAX);
        if (world.runUntil(until, turn) === turn) busy = true;
      }
    }
    this.compare();
  }

  private compare(): void {
    const { original } = this;
    this.copies.forEach((copy, index) => {
      if (copy.traceHash === original.traceHash && copy.eventCount === original.eventCount) return;
      const when = `by event ${original.eventCount} at ${original.now}`;
      const failure = copy.failure === undefined ? '' : ` (${copy.failure.error})`;
      throw new Divergence(
        `copy ${index + 1} took another way than its original ${when}${failure}`,
      );
    });
  }

  /** Digests of whole states, the original's first. */
  digests(): string[] {
    return [this.original, ...this.copies].map((world) => world.digest());
  }

  get worlds(): readonly World[] {
    return [this.original, ...this.copies];
  }
}
