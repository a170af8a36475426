/**
 * The milestones that the page knows, and which ones it has to ask for.
 *
 * Invariant: they are in the order of events, each once. An answer covers everything after the event it
 * was asked for.
 */

import type { Milestone } from '../../src/view/events.ts';
import type { HistorySnapshot } from '../../src/view/snapshot.ts';

/** How long the answer to the last request stays good enough while the world runs. */
const AGE_MS = 1_000;
/** The most that are kept: the last ones. A sandbox keeps 8,192 notes. */
const KEPT_MAX = 10_000;

export class MilestoneBook {
  private known: Milestone[] = [];
  /** Everything up to this event is known. */
  private upTo = 0;
  private askedAtMs = Number.NEGATIVE_INFINITY;
  private asked: { readonly after: number; readonly last: number } | undefined = undefined;

  get all(): readonly Milestone[] {
    return this.known;
  }

  clear(): void {
    this.known = [];
    this.upTo = 0;
    this.asked = undefined;
  }

  /** The event after which to ask for milestones now; undefined while there is nothing to ask for. */
  due({ last }: HistorySnapshot, nowMs: number): number | undefined {
    if (this.asked !== undefined || last <= this.upTo || nowMs - this.askedAtMs < AGE_MS) {
      return undefined;
    }
    this.askedAtMs = nowMs;
    this.asked = { after: this.upTo, last };
    return this.upTo;
  }

  /** The answer to the last request; undefined if it failed. */
  take(found: readonly Milestone[] | undefined): void {
    const { asked } = this;
    this.asked = undefined;
    if (asked === undefined || found === undefined) return;
    const before = this.known.filter(({ seq }) => seq <= asked.after);
    this.known = [...before, ...found].slice(-KEPT_MAX);
    this.upTo = asked.last;
  }
}
