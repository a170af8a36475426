/**
 * Which events are visible: messages and events of processes and connections, but neither internal
 * events (ticks, flow control, disks) nor periodic traffic (PING, PONG, INFO, hello, ACK).
 *
 * Invariant: only the event and its cause decide, so that a step and the feed agree.
 */

import type { Quiet } from '../view/messages.ts';
import { ITEM_SEPARATOR } from '../world/decode.ts';
import type { EventName, EventView } from '../world/views.ts';

const SEEN: ReadonlySet<EventName> = new Set([
  'start',
  'connect',
  'connected',
  'data',
  'closed',
  'childDone',
  'signal',
  'operation',
]);

/** Periodic traffic by its first words, as describeBytes prints them. */
const SMALL_TALK: readonly (readonly [RegExp, Quiet])[] = [
  [/^ping\b/i, 'PING'], // In lower case in a master's stream.
  [/^\+?PONG\b/, 'PONG'],
  [/^INFO\b|^"?# Server/, 'INFO'],
  [/^(PUBLISH|message) "?__sentinel__:hello/, 'hello'],
  [/^REPLCONF (ACK|GETACK)\b/, 'ACK'],
];

/**
 * The kind of hidden traffic of an event; undefined for a visible one. `cause` is the event that
 * scheduled it: a mere number may answer a hello, or a client's INCR.
 */
export function quietKind(event: EventView, cause: EventView | undefined): Quiet | undefined {
  if (!SEEN.has(event.kind)) return 'internal';
  if (event.kind !== 'data') return undefined;
  if (event.text === '') return 'PING'; // The newline by which a master shows during BGSAVE that it is alive.
  let first: Quiet | undefined;
  for (const item of event.text.split(ITEM_SEPARATOR)) {
    if (/^SELECT \d+$/.test(item)) continue; // It only selects the database of the next command.
    const kind = /^\d+( \(|$)/.test(item) ? answerTo(cause) : smallTalk(item);
    if (kind === undefined) return undefined;
    first ??= kind;
  }
  return first;
}

/** Whether a step stops at the event. */
export function isVisible(event: EventView, cause: EventView | undefined): boolean {
  return quietKind(event, cause) === undefined;
}

function smallTalk(item: string): Quiet | undefined {
  return SMALL_TALK.find(([pattern]) => pattern.test(item))?.[1];
}

function answerTo(cause: EventView | undefined): Quiet | undefined {
  return cause?.text
    .split(ITEM_SEPARATOR)
    .map(smallTalk)
    .find((kind) => kind !== undefined);
}
