/**
 * Which events are visible: messages and events of processes and connections, but neither internal
 * events (ticks, flow control, disks) nor periodic traffic (PING, PONG, INFO, hello, ACK).
 *
 * A command that arrives in several chunks happens with its last byte, so the chunks before that are
 * internal. An RDB payload is visible in all its parts: it takes long, and links can break meanwhile.
 *
 * Invariant: only the decoded event decides, so that a step and the feed agree.
 */

import type { Quiet } from '../view/messages.ts';
import type { EventName, EventView } from '../world/views.ts';
import type { CommandMessage, Decoded, Item, Message } from '../world/wire/message.ts';

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

/** The kind of hidden traffic of an event; undefined for a visible one. */
export function quietKind({ kind, decoded }: EventView): Quiet | undefined {
  if (!SEEN.has(kind)) return 'internal';
  return decoded === undefined ? undefined : quietMessages(decoded);
}

/** Whether a step stops at the event. */
export function isVisible(event: EventView): boolean {
  return quietKind(event) === undefined;
}

function quietMessages({ items }: Decoded): Quiet | undefined {
  let first: Quiet | undefined;
  for (const item of items) {
    const kind = quietItem(item);
    if (kind === undefined) return undefined;
    // What the chunk only begins, or selects a database for, comes second.
    if (first === undefined || first === 'internal') first = kind;
  }
  return first;
}

function quietItem({ message, isWhole }: Item): Quiet | undefined {
  const kind = quietMessage(message);
  const isPart = !isWhole && message.kind !== 'rdb' && message.kind !== 'part';
  return kind ?? (isPart ? 'internal' : undefined);
}

function quietMessage(message: Message): Quiet | undefined {
  switch (message.kind) {
    case 'ping':
    // The newline by which a master shows during BGSAVE that it is alive, and a replica while it loads.
    case 'newline':
      return 'PING';
    case 'pong':
      return 'PONG';
    case 'info':
    case 'infoReply':
      return 'INFO';
    case 'ack':
    case 'getack':
      return 'ACK';
    case 'publishHello':
    case 'publishedHello':
      return 'hello';
    case 'integer':
      return message.to?.kind === 'publishHello' ? 'hello' : undefined;
    // A master's SELECT only selects the database of the next command in the stream.
    case 'select':
      return message.command.from === 'master' ? 'internal' : undefined;
    case 'unread':
      return quietAnswers(message.to);
    default:
      return undefined;
  }
}

/** Of replies that were not kept: they are quiet if all that they may answer is. */
function quietAnswers(to: readonly CommandMessage[]): Quiet | undefined {
  const kinds = to.map(quietMessage);
  return kinds.includes(undefined) ? undefined : kinds[0];
}
