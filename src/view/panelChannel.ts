/**
 * Sends a sandbox's messages to one page and limits their bytes per second, so that a busy sandbox
 * slows down neither the editor nor the browser.
 *
 * Invariants: an answer is never delayed. Only the latest snapshot is kept, and it is sent eventually.
 * Feed entries keep their order; when there are too many, hidden traffic is dropped first, then the
 * oldest entries.
 */

import type { FeedEntry } from './messages.ts';
import type { ToPage } from './panel.ts';
import type { Snapshot } from './snapshot.ts';

/** Less than the 200 KB a second that a page may get: answers are not limited. */
const BYTES_PER_SECOND = 150_000;
/** Ten updates a second are enough to follow a number. The first one after a pause is sent at once. */
const SENT_MS_MIN = 90;
/** The most credit, in bytes, that accumulates while little happens. */
const CREDIT_MAX = 75_000;
const ENTRIES_MAX = 400;

export class PanelChannel {
  private readonly post: (json: string) => void;
  private snapshot: Snapshot | undefined = undefined;
  private entries: FeedEntry[] = [];
  /** Bytes that may be sent now; a debt when negative. */
  private credit = CREDIT_MAX;
  private pumpedAtMs: number;
  private sentAtMs = Number.NEGATIVE_INFINITY;

  /** `post` receives the JSON text of a ToPage. */
  constructor(nowMs: number, post: (json: string) => void) {
    this.pumpedAtMs = nowMs;
    this.post = post;
  }

  take(message: ToPage): void {
    if (message.kind === 'snapshot') this.snapshot = message.snapshot;
    else if (message.kind === 'feed') {
      this.entries = trimmed([...this.entries, ...message.entries]);
    } else {
      // Nothing from a sandbox may follow the message that it has ended.
      if (message.kind === 'gone') {
        this.snapshot = undefined;
        this.sendEntries();
      }
      this.send(message);
    }
  }

  /** Sends what is waiting, within the credit. Called about ten times a second; any clock will do. */
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

/**
 * The start of a sandbox makes a hundred visible entries, and five hundred PINGs, hellos and
 * timers.
 */
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
