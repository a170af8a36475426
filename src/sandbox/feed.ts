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
import type { World } from '../world/world.ts';
import { EventFeed, type Place } from './eventFeed.ts';

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
  collect(world: World, isPaused: boolean, placeOf: (name: string) => Place): void {
    const start = this.pending.length;
    for (const name of world.state.nodes.keys()) {
      const lines = world.logSince(name, this.lastLog.get(name) ?? 0);
      for (const line of lines) this.pending.push(logEntry(name, line));
      if (lines.length > 0) this.lastLog.set(name, lines.at(-1)!.id);
    }
    for (const { id, at, node, note } of world.notesSince(this.lastNote)) {
      this.lastNote = id;
      this.pending.push({ at, node, source: 'note', level: 'notice', text: inWords(note) });
    }
    for (const entry of this.events.collect(world, isPaused, placeOf)) this.pending.push(entry);
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

/** `full-resync: replica r1, asked 5, backlog 10..20`: the kind, then the fields in order. */
function inWords(note: Note): string {
  const fields = Object.entries(note).filter(([name]) => name !== 'kind');
  if (fields.length === 0) return note.kind;
  return `${note.kind}: ${fields.map(fieldInWords).join(', ')}`;
}

function fieldInWords([name, value]: readonly [string, string | number | boolean]): string {
  return `${name} ${displayed(String(value), SHOWN.label)}`;
}
