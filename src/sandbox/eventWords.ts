/**
 * Describes events of the world: a line for the feed, a sentence for the next events.
 *
 * Invariant: names, offsets and messages are spelled as on the wire.
 */

import type { EventName, EventView } from '../world/views.ts';
import type { Message } from '../world/wire/message.ts';
import { describe, messageWords } from '../world/wire/words.ts';

const TEXT_CHARS_MAX = 240;

/** The words for events without a text of their own. */
const LINES: Readonly<Partial<Record<EventName, string>>> = {
  start: 'the process starts',
  connect: 'requests a connection',
  accept: 'a connection waits to be accepted',
  connected: 'the connection is established',
  tick: 'timer',
  run: 'more commands of the same input',
  childSlice: 'the child continues writing',
  wake: 'the process is ready again',
  wait: 'has arrived and waits',
};

/** The line for the feed, which shows receiver and sender beside it. */
export function eventText(event: EventView): string {
  return shorten(wordsOf(event));
}

function wordsOf(event: EventView): string {
  const { kind, text, decoded } = event;
  switch (kind) {
    case 'connected':
      return text === '' ? LINES.connected! : text;
    case 'closed':
      return text === 'reset' ? 'the connection is reset' : 'the connection is closed';
    case 'signal':
      return `signal ${text}`;
    case 'file':
    case 'childFile':
      return `${text} is done`;
    case 'childDone':
      return `the child has ended: ${text}`;
    case 'drained':
      return 'the other side has read bytes';
    case 'data':
      return text === '' || decoded === undefined ? 'an empty line' : describe(decoded, spoken);
    default:
      return text === '' ? (LINES[kind] ?? kind) : text;
  }
}

/** `r1 receives from m: SET x 1`. */
export function eventSentence(event: EventView): string {
  const { kind, node, peer } = event;
  const text = eventText(event);
  switch (kind) {
    case 'data':
      return `${node} receives from ${peer}: ${text}`;
    case 'connect':
      return `${peer} requests a connection to ${node}`;
    case 'accept':
      return `${node} accepts a connection from ${peer}`;
    case 'connected':
      return event.text === ''
        ? `${node} is connected to ${peer}`
        : `${node} cannot connect to ${peer}: ${text}`;
    case 'closed':
      return event.text === 'reset'
        ? `${node} learns that its connection with ${peer} is reset`
        : `${node} learns that ${peer} has closed the connection`;
    case 'drained':
      return `${node} learns that ${peer} has read its bytes`;
    case 'tick':
      return `the timer of ${node}`;
    case 'run':
      return `${node} continues with the commands of its last input`;
    case 'wait':
      return `an input for ${node} arrives and waits`;
    case 'operation':
      return text;
    default:
      return `${node}: ${text}`;
  }
}

/** A Sentinel's opinion and vote as a sentence; other messages as on the wire. */
function spoken(message: Message): string {
  if (message.kind !== 'vote') return messageWords(message);
  const isDown = message.isDown ? 'it is down' : 'it is not down';
  const { leader, epoch } = message;
  return leader === undefined ? isDown : `${isDown}; my vote in epoch ${epoch}: ${leader}`;
}

function shorten(text: string): string {
  return text.length <= TEXT_CHARS_MAX ? text : `${text.slice(0, TEXT_CHARS_MAX - 1)}…`;
}
