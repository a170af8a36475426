/**
 * Which events a person wants to see: messages and what happens to processes and connections, but
 * neither the machinery (ticks, flow control, disks) nor the small talk that never ends (PING,
 * PONG, INFO, hello, ACK).
 *
 * Invariant: decided by the event and its cause alone, so that a step and the feed agree.
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

/** Small talk by its first words, as describeBytes puts them. */
const SMALL_TALK: readonly (readonly [RegExp, Quiet])[] = [
  [/^ping\b/i, 'PING'], // In small letters in the stream of a master.
  [/^\+?PONG\b/, 'PONG'],
  [/^INFO\b|^"?# Server/, 'INFO'],
  [/^(PUBLISH|message) "?__sentinel__:hello/, 'hello'],
  [/^REPLCONF (ACK|GETACK)\b/, 'ACK'],
];

/**
 * What kind of small talk an event is; undefined for one that is to be seen. `cause` is the event
 * that scheduled it: a number alone answers a hello, and looks like the answer to somebody's INCR.
 */
export function quietKind(event: EventView, cause: EventView | undefined): Quiet | undefined {
  if (!SEEN.has(event.kind)) return 'internal';
  if (event.kind !== 'data') return undefined;
  if (event.text === '') return 'PING'; // The newline by which a master in bgsave says it lives.
  let first: Quiet | undefined;
  for (const item of event.text.split(ITEM_SEPARATOR)) {
    if (/^SELECT \d+$/.test(item)) continue; // Says nothing but where the next command goes.
    const kind = /^\d+( \(|$)/.test(item) ? answerTo(cause) : smallTalk(item);
    if (kind === undefined) return undefined;
    first ??= kind;
  }
  return first;
}

/** As quietKind; true for what a step stops at. */
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
