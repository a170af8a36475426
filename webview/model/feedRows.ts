/**
 * The rows of the event feed: which are kept, counted and shown.
 *
 * While the world runs, hundreds of similar messages follow each other. For a short time they share a
 * row, which shows the latest one and their number. In a paused world every event has its own row.
 *
 * Invariants: rows are in the order of arrival. Each topic and each kind of hidden traffic keeps its own
 * last ROWS_MAX rows, so that none of them pushes out another. `quietCounts` counts every hidden event.
 */

import type { EventFamily, FeedEntry, Quiet } from '../../src/view/messages.ts';
import { type FeedTone, toneOf } from './feedTone.ts';

/** The filters of the feed. */
export type Topic = EventFamily | 'log' | 'note' | 'sandbox';

export interface FeedRow {
  readonly id: number;
  readonly at: number;
  readonly node: string;
  readonly peer: string;
  readonly topic: Topic;
  readonly quiet: Quiet | null;
  readonly tone: FeedTone;
  /** Number of its event; 0 for a row that is not an event. */
  readonly seq: number;
  text: string;
  count: number;
}

/** Rows by position, wherever they come from: 0 is the newest. */
export interface RowSource {
  readonly count: number;
  /** `index` is below `count`. */
  at(index: number): FeedRow;
}

export const TOPICS: readonly Topic[] = [
  'replication',
  'stream',
  'sentinel',
  'client',
  'connection',
  'process',
  'log',
  'note',
  'sandbox',
];
export const QUIET_KINDS: readonly Quiet[] = ['PING', 'PONG', 'INFO', 'hello', 'ACK', 'internal'];

export const ROWS_MAX = 2_000;
/** By how many rows a list may exceed ROWS_MAX before it is cut, so that it is cut seldom. */
const ROWS_SLACK = 500;
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

/** Rows that are kept, and dropped, together. */
type RowClass = Topic | Quiet;

export class FeedRows {
  readonly quietCounts = new Map<Quiet, number>();
  private readonly kept = new Map<RowClass, FeedRow[]>();
  private readonly shared = new Map<string, FeedRow>();
  private lastId = 0;
  /** The classes that the last filter shows. */
  private classes: ReadonlySet<RowClass> = new Set();
  /** Their rows, oldest first; undefined when they must be collected anew. */
  private passing: FeedRow[] | undefined = undefined;

  add(entries: readonly FeedEntry[], isPaused: boolean): void {
    if (isPaused) this.shared.clear();
    for (const entry of entries) this.addOne(entry, isPaused);
  }

  clear(): void {
    this.kept.clear();
    this.shared.clear();
    this.quietCounts.clear();
    this.passing = undefined;
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
    const { at, node, text } = entry;
    const [id, seq, tone] = [this.lastId, event?.seq ?? 0, toneOf(entry)];
    const row = { id, at, node, peer, topic, quiet, tone, seq, text, count };
    this.keep(row);
    if (canShare) this.shared.set(key, row);
  }

  private keep(row: FeedRow): void {
    const name: RowClass = row.quiet ?? row.topic;
    const rows = this.kept.get(name) ?? [];
    this.kept.set(name, rows);
    rows.push(row);
    if (this.classes.has(name)) this.passing?.push(row);
    if (rows.length <= ROWS_MAX + ROWS_SLACK) return;
    rows.splice(0, rows.length - ROWS_MAX);
    this.passing = undefined;
  }

  /** The rows that pass the filter. They are valid until rows are added. */
  shown(filter: Filter): RowSource {
    const classes = classesOf(filter);
    if (this.passing === undefined || !isSame(classes, this.classes)) {
      this.classes = classes;
      const rows = [...classes].flatMap((name) => this.kept.get(name) ?? []);
      this.passing = rows.sort((a, b) => a.id - b.id);
    }
    const rows = this.passing;
    return { count: rows.length, at: (index) => rows[rows.length - 1 - index]! };
  }
}

/** Hidden traffic has switches of its own: shown PINGs are shown whatever their topic. */
function classesOf({ hidden, shownQuiet }: Filter): ReadonlySet<RowClass> {
  return new Set<RowClass>([...TOPICS.filter((topic) => !hidden.has(topic)), ...shownQuiet]);
}

function isSame(a: ReadonlySet<RowClass>, b: ReadonlySet<RowClass>): boolean {
  return a.size === b.size && [...a].every((name) => b.has(name));
}
