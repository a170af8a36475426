/**
 * The feed: the nodes' logs, the machines' notes in words, the events of the world, and messages of the
 * sandbox itself.
 *
 * Invariant: an entry is returned once, in the order of its node. When too many wait, the oldest are
 * dropped.
 */

import type { Micros, Note } from '../engine/machine/machine.ts';
import { displayed, SHOWN } from '../view/displayed.ts';
import type { FeedEntry } from '../view/messages.ts';
import type { LogLine } from '../world/views.ts';
import { EventFeed } from './eventFeed.ts';
import type { Reading } from './reading.ts';

const PENDING_MAX = 5_000;

export class Feed {
  private readonly lastLog = new Map<string, number>();
  private lastNote = 0;
  private readonly events = new EventFeed();
  private pending: FeedEntry[] = [];

  say(at: Micros, text: string): void {
    const shown = displayed(text, SHOWN.line);
    this.pending.push({ at, node: '', source: 'sandbox', level: 'notice', text: shown });
  }

  /** A node was removed: a later node of its name has a new log. */
  forget(node: string): void {
    this.lastLog.delete(node);
  }

  /** Collects new entries from the world. */
  collect(reading: Reading, isPaused: boolean): void {
    const { world } = reading;
    const start = this.pending.length;
    for (const name of world.state.nodes.keys()) {
      const lines = world.logSince(name, this.lastLog.get(name) ?? 0);
      for (const line of lines) this.pending.push(logEntry(name, line));
      if (lines.length > 0) this.lastLog.set(name, lines.at(-1)!.id);
    }
    for (const { id, at, node, note } of world.notesSince(this.lastNote)) {
      this.lastNote = id;
      this.pending.push(noteEntry(at, node, note));
    }
    const entries = this.events.collect(world, isPaused, (name) => reading.place(name));
    for (const entry of entries) this.pending.push(entry);
    // Each part is already in order; a stable sort by time merges them.
    const news = this.pending.splice(start).sort((a, b) => a.at - b.at);
    for (const entry of news) this.pending.push(entry);
    if (this.pending.length > PENDING_MAX) this.pending = this.pending.slice(-PENDING_MAX);
  }

  /** Returns the entries since the last call. */
  take(): FeedEntry[] {
    const entries = this.pending;
    this.pending = [];
    return entries;
  }
}

export function logEntry(node: string, { at, level, line, pid, role }: LogLine): FeedEntry {
  const text = displayed(line, SHOWN.line);
  return { at, node, source: 'log', level, text, writer: `${pid}:${role}` };
}

/** What was lost is a sentence already; the loss of acknowledged writes is a warning. */
function noteEntry(at: Micros, node: string, note: Note): FeedEntry {
  if (note.kind !== 'loss')
    return { at, node, source: 'note', level: 'notice', text: inWords(note) };
  const level = Number(note['writes']) > 0 ? 'warning' : 'notice';
  return {
    at,
    node,
    source: 'sandbox',
    level,
    text: displayed(String(note['sentence']), SHOWN.line),
  };
}

/** `full-resync: replica r1, asked 5, backlog 10..20`: the kind, then the fields in order. */
function inWords(note: Note): string {
  const fields = Object.entries(note).filter(([name]) => name !== 'kind');
  if (fields.length === 0) return note.kind;
  return `${note.kind}: ${fields.map(fieldInWords).join(', ')}`;
}

function fieldInWords([name, value]: readonly [string, string | number | boolean]): string {
  return `${name} ${displayed(String(value), SHOWN.label)}`;
}
