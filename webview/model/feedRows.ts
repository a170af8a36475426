/**
 * The rows of the event feed: which are kept, counted and shown.
 *
 * While the world runs, hundreds of similar messages follow each other. For a short time they share a
 * row, which shows the latest one and their number. In a paused world every event has its own row.
 *
 * Invariant: rows are in the order of arrival; `quietCounts` counts every hidden event.
 */

import type { EventFamily, FeedEntry, Quiet } from '../../src/view/messages.ts';

/** The filters of the feed. */
export type Topic = EventFamily | 'log' | 'note' | 'sandbox';

export interface FeedRow {
  readonly id: number;
  readonly at: number;
  readonly node: string;
  readonly peer: string;
  readonly topic: Topic;
  readonly quiet: Quiet | null;
  readonly level: FeedEntry['level'];
  /** Number of its event; 0 for a row that is not an event. */
  readonly seq: number;
  text: string;
  count: number;
}

export const QUIET_KINDS: readonly Quiet[] = ['PING', 'PONG', 'INFO', 'hello', 'ACK', 'internal'];

const ROWS_MAX = 2_000;
/**
 * How long similar messages share a row, in world microseconds. Attempts to connect to a dead node
 * come every second; they are similar only when they have the same outcome.
 */
const SHARED_MICROS: Readonly<Partial<Record<Topic, number>>> = {
  stream: 2_000_000,
  client: 2_000_000,
  connection: 10_000_000,
};
const QUIET_SHARED_MICROS = 2_000_000;

export interface Filter {
  readonly hidden: ReadonlySet<Topic>;
  readonly shownQuiet: ReadonlySet<Quiet>;
}

export class FeedRows {
  readonly quietCounts = new Map<Quiet, number>();
  private rows: FeedRow[] = [];
  private shared = new Map<string, FeedRow>();
  private lastId = 0;

  add(entries: readonly FeedEntry[], isPaused: boolean): void {
    if (isPaused) this.shared.clear();
    for (const entry of entries) this.addOne(entry, isPaused);
    if (this.rows.length > ROWS_MAX) this.rows = this.rows.slice(-ROWS_MAX);
  }

  clear(): void {
    this.rows = [];
    this.shared.clear();
    this.quietCounts.clear();
  }

  private addOne(entry: FeedEntry, isPaused: boolean): void {
    const { event } = entry;
    const quiet = event?.quiet ?? null;
    const count = event?.count ?? 1;
    const topic: Topic = event?.family ?? (entry.source === 'event' ? 'process' : entry.source);
    if (quiet !== null) this.quietCounts.set(quiet, (this.quietCounts.get(quiet) ?? 0) + count);
    const peer = event?.peer ?? '';
    const outcome = topic === 'connection' ? entry.text : '';
    const key = `${topic} ${quiet} ${entry.node} ${peer} ${outcome}`;
    const sharedMicros = quiet === null ? SHARED_MICROS[topic] : QUIET_SHARED_MICROS;
    const canShare = !isPaused && sharedMicros !== undefined;
    const last = canShare ? this.shared.get(key) : undefined;
    if (last !== undefined && entry.at - last.at < sharedMicros!) {
      last.count += count;
      last.text = entry.text;
      return;
    }
    this.lastId += 1;
    const { at, node, level, text } = entry;
    const seq = event?.seq ?? 0;
    const row = { id: this.lastId, at, node, peer, topic, quiet, level, seq, text, count };
    this.rows.push(row);
    if (canShare) this.shared.set(key, row);
  }

  /** The last rows that pass the filters, newest first. */
  latest(filter: Filter, limit: number): FeedRow[] {
    const found: FeedRow[] = [];
    for (let i = this.rows.length - 1; i >= 0 && found.length < limit; i -= 1) {
      const row = this.rows[i]!;
      if (passes(row, filter)) found.push(row);
    }
    return found;
  }
}

function passes(row: FeedRow, filter: Filter): boolean {
  // Hidden traffic has switches of its own: shown PINGs are shown whatever their topic.
  return row.quiet === null ? !filter.hidden.has(row.topic) : filter.shownQuiet.has(row.quiet);
}
