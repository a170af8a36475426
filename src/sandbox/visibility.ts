/**
 * Which events a person wants to see: messages and what happens to processes and connections, but
 * neither the machinery (ticks, flow control, disks) nor the small talk that never ends (PING,
 * PONG, INFO, hello, ACK).
 *
 * Invariant: decided by the event and its cause alone, so that a step and the feed agree.
 */

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
const SMALL_TALK =
  /^(PING|PONG|INFO|REPLCONF ACK|PUBLISH "?__sentinel__:hello|message "?__sentinel__:hello|# Server|"# Server)/;

/**
 * `cause` is the event that scheduled it. A number alone is hidden when it answers a hello:
 * the answer to somebody's INCR looks the same.
 */
export function isVisible(event: EventView, cause: EventView | undefined): boolean {
  if (!SEEN.has(event.kind)) return false;
  if (event.kind !== 'data') return true;
  if (/^\d+$/.test(event.text)) return cause === undefined || !SMALL_TALK.test(cause.text);
  return !SMALL_TALK.test(event.text);
}
