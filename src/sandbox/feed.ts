/**
 * The feed: the nodes' logs, the machines' notes in words, the events of the world, and messages of the
 * sandbox itself.
 *
 * Invariant: an entry is returned once. The entries that are collected together are in the order of the
 * world's events, and what an event has written comes after the event: no effect stands before its cause.
 * When too many wait, the oldest are dropped.
 */

import type { Micros } from '../engine/machine/machine.ts';
import type { Note } from '../engine/machine/notes.ts';
import { displayed, SHOWN } from '../view/displayed.ts';
import type { FeedEntry } from '../view/messages.ts';
import { shownLogLine } from '../world/secrets/hide.ts';
import type { LogLine } from '../world/views.ts';
import type { World } from '../world/world.ts';
import { EventFeed, type Place } from './eventFeed.ts';
import type { Reading } from './reading.ts';
import { type Names, namesIn } from './why/names.ts';
import { sentenceOf } from './why/why.ts';

const PENDING_MAX = 5_000;
/** Kinds of notes that say what a line of the log says, too. */
const LOGGED_NOTES: ReadonlySet<Note['kind']> = new Set(['event', 'bgsave', 'rdb-load']);

/** An entry with its event: the event itself, or the last one before a message of the sandbox. */
interface Placed {
  readonly seq: number;
  readonly entry: FeedEntry;
}

export class Feed {
  private readonly lastLog = new Map<string, number>();
  private lastNote = 0;
  private readonly events = new EventFeed();
  /** What the sandbox has said since the last collection. */
  private said: Placed[] = [];
  private pending: FeedEntry[] = [];
  private readonly eventCount: () => number;

  /** `eventCount` gives the number of the last event of the world. */
  constructor(eventCount: () => number) {
    this.eventCount = eventCount;
  }

  say(at: Micros, text: string): void {
    const shown = displayed(text, SHOWN.line);
    const entry = { at, node: '', source: 'sandbox', level: 'notice', text: shown } as const;
    this.said.push({ seq: this.eventCount(), entry });
  }

  /** A node was removed: a later node of its name has a new log. */
  forget(node: string): void {
    this.lastLog.delete(node);
  }

  /** Collects new entries from the world. */
  collect(reading: Reading, isPaused: boolean): void {
    const { world } = reading;
    // Of the entries of one event, its own is the first: a stable sort keeps this order.
    const news: Placed[] = [];
    const placeOf = (name: string): Place => reading.place(name);
    for (const entry of this.events.collect(world, isPaused, placeOf)) {
      news.push({ seq: entry.event.seq, entry });
    }
    this.collectWritten(world, news);
    for (const placed of this.said) news.push(placed);
    this.said = [];
    news.sort((a, b) => a.seq - b.seq);
    for (const { entry } of news) this.pending.push(entry);
    if (this.pending.length > PENDING_MAX) this.pending = this.pending.slice(-PENDING_MAX);
  }

  /** Adds what the nodes have logged and noted. */
  private collectWritten(world: World, news: Placed[]): void {
    for (const name of world.state.nodes.keys()) {
      const lines = world.logSince(name, this.lastLog.get(name) ?? 0);
      for (const line of lines) news.push({ seq: line.seq, entry: logEntry(name, line) });
      if (lines.length > 0) this.lastLog.set(name, lines.at(-1)!.id);
    }
    const names = namesIn(world);
    for (const { id, seq, at, node, note } of world.notesSince(this.lastNote)) {
      this.lastNote = id;
      if (LOGGED_NOTES.has(note.kind)) continue;
      news.push({ seq, entry: noteEntry(at, node, note, names) });
    }
  }

  /** Returns the entries since the last call. */
  take(): FeedEntry[] {
    const entries = this.pending;
    this.pending = [];
    return entries;
  }
}

export function logEntry(node: string, { at, level, line, pid, role }: LogLine): FeedEntry {
  const text = displayed(shownLogLine(line), SHOWN.line);
  return { at, node, source: 'log', level, text, writer: `${pid}:${role}` };
}

/** The loss of acknowledged writes is a warning, and the sandbox's own finding. */
function noteEntry(at: Micros, node: string, note: Note, names: Names): FeedEntry {
  const text = displayed(sentenceOf(note, names), SHOWN.line);
  if (note.kind !== 'loss') return { at, node, source: 'note', level: 'notice', text };
  const level = note.writes > 0 ? 'warning' : 'notice';
  return { at, node, source: 'sandbox', level, text };
}
