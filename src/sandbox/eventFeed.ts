/**
 * Selects the events of the world that the feed shows, at a bounded cost: under load a world executes
 * tens of thousands of events a second, and a person reads a handful.
 *
 * Similar events (same family, receiver and sender) of one batch are a crowd: the first few get an
 * entry, and the last of these counts for the rest. With 100 writes in a batch, `load → m SET k:1 …` is
 * one entry with a count of 100. In a paused world every event gets an entry.
 *
 * Operations (crash, cut …) get no entry here: the sandbox itself reports them.
 *
 * Invariant: the counts of all entries add up to the number of executed events. Events that the trace
 * had already forgotten count as internal.
 */

import type { EventDetail, EventFamily, FeedEntry } from '../view/messages.ts';
import { KIND } from '../world/event.ts';
import type { EventGlance } from '../world/trace.ts';
import type { EventView } from '../world/views.ts';
import type { World } from '../world/world.ts';
import { eventText } from './eventWords.ts';
import { quietKind } from './visibility.ts';

/**
 * The most entries of a crowd in one batch; one for the families that are too fast to read under
 * load.
 */
const CROWD_MAX: Readonly<Record<EventFamily | 'internal', number>> = {
  replication: 12,
  sentinel: 12,
  connection: 6,
  process: 20,
  stream: 1,
  client: 1,
  internal: 1,
};
/** The largest batch of a paused world: the events of one step. */
const PAUSED_MAX = 200;
const ARRAY_BYTE = '*'.charCodeAt(0);
/** How much of its crowd's room an entry of hidden traffic takes. */
const SMALL_TALK_ROOM = 0.25;

/** What is needed of a place to distinguish families. */
export interface Place {
  readonly name: string;
  readonly kind: 'server' | 'sentinel' | 'client';
  /** The name of a replica's master. */
  readonly master: string | null;
  /** Its connection to the master carries the stream. */
  readonly isLinked: boolean;
}

interface Crowd {
  size: number;
  last: EditableEntry;
}

/** An entry that stands for an event. */
type EventEntry = FeedEntry & { readonly event: EventDetail };
type EditableEntry = FeedEntry & { event: EventDetail & { count: number } };

export class EventFeed {
  private lastSeq = 0;

  /** The entries for the events since the last call. */
  collect(world: World, isPaused: boolean, placeOf: (name: string) => Place): EventEntry[] {
    const { trace, places } = world.state;
    if (trace.count === this.lastSeq) return [];
    const entries: EditableEntry[] = [];
    const crowds = new Map<string, Crowd>();
    const known = places.map(placeOf);
    const first = Math.max(this.lastSeq + 1, trace.firstSeq);
    const forgotten = first - this.lastSeq - 1;
    for (let seq = first; seq <= trace.count; seq += 1) {
      const glance = trace.glance(seq)!;
      const family = familyOf(world, seq, glance, known);
      const isMachinery = family === 'internal';
      const key = isMachinery ? family : `${family} ${glance.place} ${glance.peer}`;
      const max = isPaused ? PAUSED_MAX : CROWD_MAX[family];
      const crowd = crowds.get(key);
      if (crowd !== undefined && crowd.size >= max) {
        crowd.last.event.count += 1;
        continue;
      }
      const entry = entryOf(world, seq, family);
      entries.push(entry);
      // A PING must not count for the writes that follow it, so hidden traffic takes little room.
      const room = entry.event.quiet === null || isMachinery ? 1 : SMALL_TALK_ROOM;
      crowds.set(key, { size: (crowd?.size ?? 0) + room, last: entry });
    }
    const last = crowds.get('internal')?.last ?? entries.at(-1)!;
    last.event.count += forgotten;
    this.lastSeq = trace.count;
    return entries;
  }
}

function familyOf(
  world: World,
  seq: number,
  glance: EventGlance,
  known: readonly Place[],
): EventFamily | 'internal' {
  switch (glance.kind) {
    case KIND.connect:
    case KIND.connected:
    case KIND.closed:
      return 'connection';
    case KIND.start:
    case KIND.signal:
    case KIND.childDone:
      return 'process';
    case KIND.data:
      return messageFamily(world, seq, glance, known);
    default:
      return 'internal';
  }
}

function messageFamily(
  world: World,
  seq: number,
  { firstByte, place, peer }: EventGlance,
  known: readonly Place[],
): EventFamily {
  const [receiver, sender] = [known[place]!, known[peer]!];
  if (receiver.kind === 'client' || sender.kind === 'client') return 'client';
  if (receiver.kind === 'sentinel' || sender.kind === 'sentinel') return 'sentinel';
  if (receiver.master !== sender.name) return 'replication';
  // Nearly all that a connected replica receives are whole commands, and all that another one receives are
  // parts of a dump. They are too many to be decoded.
  const isCommand = firstByte === ARRAY_BYTE;
  if (receiver.isLinked === isCommand) return isCommand ? 'stream' : 'replication';
  return isStream(world.event(seq)!, receiver.isLinked) ? 'stream' : 'replication';
}

/** Whether a message of a replica's master is part of the stream, and not of the dialogue before it. */
function isStream({ decoded }: EventView, isLinked: boolean): boolean {
  for (const { message } of decoded?.items ?? []) {
    if ('command' in message) return true;
    if (message.kind === 'part' || message.kind === 'beginning') continue;
    return false;
  }
  return isLinked;
}

function entryOf(world: World, seq: number, known: EventFamily | 'internal'): EditableEntry {
  const event = world.event(seq)!;
  const isMachinery = known === 'internal';
  const family = isMachinery ? 'process' : known;
  const quiet = isMachinery ? 'internal' : (quietKind(event) ?? null);
  const { at, node, peer, cause } = event;
  const detail = { seq, cause, peer, family, quiet, count: 1 };
  return { at, node, source: 'event', level: 'notice', text: eventText(event), event: detail };
}
