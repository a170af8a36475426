/**
 * Milestones: the events at which a replication or a failover takes its next turn. Steps go from one to
 * the next, and the timeline shows them.
 *
 * Invariant: what the nodes have noted and what was done to them decides, so that a million events need
 * not be decoded.
 */

import type { Note } from '../../engine/machine/machine.ts';
import type { Milestone } from '../../view/events.ts';
import { KIND } from '../../world/event.ts';
import type { EventView } from '../../world/views.ts';
import type { World } from '../../world/world.ts';
import { firstWord } from '../requests.ts';

/** Operations that are none: they only change what happens later. */
const MINOR: ReadonlySet<string> = new Set(['instruct', 'latency', 'signal', 'bandwidth']);
/** Events of Sentinels. */
const SENTINEL_EVENTS: ReadonlySet<string> = new Set([
  ...['+sdown', '-sdown', '+odown', '-odown', '+try-failover', '+vote-for-leader'],
  ...['+elected-leader', '+selected-slave', '+promoted-slave', '+slave-reconf-done'],
  ...['+failover-end', '+switch-master', '+convert-to-slave', '+tilt', '-tilt'],
  ...['-failover-abort-not-elected', '-failover-abort-no-good-slave'],
]);

/** What a note says about a milestone; undefined if it is none. */
function wordsOf(note: Note): string | undefined {
  switch (note.kind) {
    case 'event':
      return SENTINEL_EVENTS.has(String(note['name'])) ? String(note['name']) : undefined;
    case 'full-resync':
      return `full resynchronization of ${String(note['replica'])}`;
    case 'partial-resync':
      return `partial resynchronization of ${String(note['replica'])}`;
    case 'replica-online':
      return `${String(note['replica'])} is online`;
    case 'bgsave':
      return `bgsave ${String(note['state'])}`;
    case 'rdb-load':
      return 'loads an RDB';
    case 'link-up':
      return `is connected to its master ${String(note['master'])}`;
    case 'promoted':
      return 'is promoted';
    case 'loss':
      return String(note['sentence']);
    default:
      return undefined;
  }
}

/** Whether the event is a milestone. */
export function isMilestone(world: World, { seq, kind, text }: EventView): boolean {
  if (kind === 'operation') return isMajor(text);
  return world.notesOf(seq).some(({ note }) => wordsOf(note) !== undefined);
}

function isMajor(operation: string): boolean {
  return !MINOR.has(firstWord(operation));
}

/** The milestones of events after `from` up to `to`, oldest first. */
export function milestones(world: World, from: number, to: number): Milestone[] {
  const found: Milestone[] = [];
  for (const { seq, at, node, note } of world.notesSince(0)) {
    const text = seq > from && seq <= to ? wordsOf(note) : undefined;
    if (text === undefined) continue;
    found.push({ seq, at, node, text, isLoss: note.kind === 'loss' && Number(note['writes']) > 0 });
  }
  const { trace } = world.state;
  for (const seq of trace.ofKind(KIND.operation, from, to)) {
    const { at, node, text } = world.event(seq)!;
    if (isMajor(text)) found.push({ seq, at, node, text, isLoss: false });
  }
  return found.sort((a, b) => a.seq - b.seq);
}
