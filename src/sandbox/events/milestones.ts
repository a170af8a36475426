/**
 * Milestones: the events at which a replication or a failover takes its next turn. Steps go from one to
 * the next, and the timeline shows them.
 *
 * Invariant: what the nodes have noted and what was done to them decides, so that a million events need
 * not be decoded.
 */

import type { Milestone } from '../../view/events.ts';
import { KIND } from '../../world/event.ts';
import type { EventView } from '../../world/views.ts';
import type { World } from '../../world/world.ts';
import { firstWord } from '../requests.ts';
import { headlineOf } from '../why/headlines.ts';
import { namesIn } from '../why/names.ts';

/** Operations that are none: they only change what happens later. */
const MINOR: ReadonlySet<string> = new Set(['instruct', 'latency', 'signal', 'bandwidth']);
/** Whether the event is a milestone. */
export function isMilestone(world: World, { seq, kind, text }: EventView): boolean {
  if (kind === 'operation') return isMajor(text);
  const names = namesIn(world);
  return world.notesOf(seq).some(({ note }) => headlineOf(note, names) !== undefined);
}

function isMajor(operation: string): boolean {
  return !MINOR.has(firstWord(operation));
}

/** The milestones of events after `from` up to `to`, oldest first. */
export function milestones(world: World, from: number, to: number): Milestone[] {
  const found: Milestone[] = [];
  const names = namesIn(world);
  for (const { seq, at, node, note } of world.notesSince(0)) {
    const text = seq > from && seq <= to ? headlineOf(note, names) : undefined;
    if (text === undefined) continue;
    found.push({ seq, at, node, text, isLoss: note.kind === 'loss' && note.writes > 0 });
  }
  const { trace } = world.state;
  for (const seq of trace.ofKind(KIND.operation, from, to)) {
    const { at, node, text } = world.event(seq)!;
    if (isMajor(text)) found.push({ seq, at, node, text, isLoss: false });
  }
  return found.sort((a, b) => a.seq - b.seq);
}
