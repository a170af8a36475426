/**
 * The way from a sandbox's messages to one page: keeps to a number of bytes a second, whatever the
 * sandbox has to say, so that neither editor nor browser is held up.
 *
 * Invariants: answers are never held back; of snapshots only the latest is kept, and it goes out in
 * the end; feed entries keep their order, and of what is too much for one page small talk is dropped
 * first, then the oldest.
 */

import type { FeedEntry } from './messages.ts';
import type { ToPage } from './panel.ts';
import type { Snapshot } from './snapshot.ts';

/** Below the 200 KB a second a page may get: answers come on top. */
const BYTES_PER_SECOND = 150_000;
/** Ten pictures a second are enough for numbers that run; what comes after a pause goes out at once. */
const SENT_MS_MIN = 90;
/** What may be saved up while little happens. */
const CREDIT_MAX = 75_000;
const ENTRIES_MAX = 400;

export class PanelChannel {
  private readonly post: (json: string) => void;
  private snapshot: Snapshot | undefined = undefined;
  private entries: FeedEntry[] = [];
  /** Bytes that may be sent now; below zero a debt. */
  private credit = CREDIT_MAX;
  private pumpedAtMs: number;
  private sentAtMs = Number.NEGATIVE_INFINITY;

  /** `post` gets the JSON text of a ToPage. */
  constructor(nowMs: number, post: (json: string) => void) {
    this.pumpedAtMs = nowMs;
    this.post = post;
  }

  take(message: ToPage): void {
    if (message.kind === 'snapshot') this.snapshot = message.snapshot;
    else if (message.kind === 'feed') {
      this.entries = trimmed([...this.entries, ...message.entries]);
    } else {
      // Nothing of a sandbox that is gone may come after the word of its end.
      if (message.kind === 'gone') {
        this.snapshot = undefined;
        this.sendEntries();
      }
      this.send(message);
    }
  }

  /** Sends what there is and may go; called about ten times a second. `nowMs` is any clock's. */
  pump(nowMs: number): void {
    const earned = ((nowMs - this.pumpedAtMs) * BYTES_PER_SECOND) / 1000;
    this.credit = Math.min(CREDIT_MAX, this.credit + Math.max(0, earned));
    this.pumpedAtMs = nowMs;
    if (this.credit <= 0 || nowMs - this.sentAtMs < SENT_MS_MIN) return;
    if (this.entries.length === 0 && this.snapshot === undefined) return;
    this.sentAtMs = nowMs;
    this.sendEntries();
    if (this.snapshot !== undefined) {
      const { snapshot } = this;
      this.snapshot = undefined;
      this.send({ kind: 'snapshot', snapshot });
    }
  }

  private sendEntries(): void {
    const { entries } = this;
    this.entries = [];
    if (entries.length > 0) this.send({ kind: 'feed', entries });
  }

  private send(message: ToPage): void {
    const json = JSON.stringify(message);
    this.credit -= json.length;
    this.post(json);
  }
}

/** A sandbox that starts says a hundred things worth reading and five hundred PINGs, hellos and timers. */
function trimmed(entries: FeedEntry[]): FeedEntry[] {
  let excess = entries.length - ENTRIES_MAX;
  if (excess <= 0) return entries;
  const kept = entries.filter((entry) => {
    const isDropped = excess > 0 && (entry.event?.quiet ?? null) !== null;
    if (isDropped) excess -= 1;
    return !isDropped;
  });
  return kept.slice(-ENTRIES_MAX);
}
