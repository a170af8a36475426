/**
 * Names what happens in an event of the world, in the words that breakpoints use: `psync`,
 * `execute SET balance`, `apply SET balance`, `reply NOREPLICAS`, `+sdown`.
 *
 * Invariants: a message counts in the event in which its last byte arrives; names come from messages and
 * notes, never from their words.
 */

import type { Note } from '../engine/machine/notes.ts';
import type { EventView } from '../world/views.ts';
import type { Command, CommandMessage, Message } from '../world/wire/message.ts';
import { commandKeys } from './commandKeys.ts';

type ProtocolEvent =
  | {
      readonly name: /** A replica asks its master for synchronization; the master's answers. */
        | 'psync'
        | 'fullresync'
        | 'continue'
        | 'bgsave:start'
        | 'bgsave:done'
        | 'bgsave:failed'
        /** A server begins to load an RDB. */
        | 'rdb:load'
        /** A Sentinel's hello arrives, at the server or at a Sentinel. */
        | 'hello'
        /** A Sentinel's vote for a leader arrives at the one that asked. */
        | 'vote';
    }
  /** A command arrives from a client, or from a replica's master. */
  | {
      readonly name: 'execute' | 'apply';
      /** In upper case. */
      readonly command: string;
      readonly keys: readonly string[];
    }
  /** A reply arrives: an error's code, or `status`, `integer`, `bulk`, `array`, `nil`. */
  | { readonly name: 'reply'; readonly what: string }
  /** An event of a Sentinel: `+sdown`, with its message. */
  | { readonly name: 'sentinel'; readonly event: string; readonly message: string };

/** What happens in an event. `notes` are those that the event has written. */
export function protocolEvents(event: EventView, notes: readonly Note[]): ProtocolEvent[] {
  const found: ProtocolEvent[] = [];
  if (event.kind === 'data') {
    for (const { message, isWhole } of event.decoded?.items ?? []) {
      if (isWhole) for (const each of ofMessage(message)) found.push(each);
    }
  }
  for (const note of notes) for (const each of ofNote(note)) found.push(each);
  return found;
}

/** As a user writes it: `execute SET balance`, `reply NOREPLICAS`, `+sdown`. */
export function protocolEventText(event: ProtocolEvent): string {
  switch (event.name) {
    case 'execute':
    case 'apply':
      return [event.name, event.command, ...event.keys].join(' ');
    case 'reply':
      return `reply ${event.what}`;
    case 'sentinel':
      return event.event;
    default:
      return event.name;
  }
}

function ofMessage(message: Message): ProtocolEvent[] {
  if ('command' in message) return ofCommand(message);
  switch (message.kind) {
    case 'fullresync':
    case 'continue':
      return [{ name: message.kind }];
    case 'publishedHello':
      return [{ name: 'hello' }];
    case 'vote': {
      const reply: ProtocolEvent = { name: 'reply', what: 'array' };
      return message.leader === undefined ? [reply] : [reply, { name: 'vote' }];
    }
    case 'error':
      return [{ name: 'reply', what: message.code }];
    case 'pong':
      return [{ name: 'reply', what: message.frame.type }];
    case 'infoReply':
      return [{ name: 'reply', what: 'bulk' }];
    case 'status':
    case 'integer':
    case 'scalar':
    case 'bulk':
    case 'array':
    case 'nil':
      return [{ name: 'reply', what: message.kind }];
    default:
      return [];
  }
}

function ofCommand({ kind, command }: CommandMessage): ProtocolEvent[] {
  const executed = execution(command);
  if (kind === 'psync') return [executed, { name: 'psync' }];
  return kind === 'publishHello' ? [executed, { name: 'hello' }] : [executed];
}

function execution(command: Command): ProtocolEvent {
  const name = command.from === 'master' ? 'apply' : 'execute';
  return { name, command: command.name, keys: commandKeys(command) };
}

function ofNote(note: Note): ProtocolEvent[] {
  switch (note.kind) {
    case 'event':
      return [{ name: 'sentinel', event: note.name, message: note.message }];
    case 'bgsave':
      return [{ name: `bgsave:${note.state}` }];
    case 'rdb-load':
      return [{ name: 'rdb:load' }];
    default:
      return [];
  }
}
