/**
 * Events: each is a log line, a note, and a message on the Pub/Sub channel of the event's name. Example:
 * on channel `+sdown` the message `master mymaster 127.0.0.1 6379`. Events of level debug are not published.
 */

import type { LogLevel } from '../../machine/machine.ts';
import { announced } from './address.ts';
import { EVENT_BYTES_MAX } from './bounds.ts';
import type { ModelContext } from './context.ts';
import type { Instance } from './instance.ts';

/** Emits an event about an instance: its description, a blank and `detail`. */
export function emitEvent(
  sentinel: ModelContext,
  level: LogLevel,
  type: string,
  instance: Instance,
  detail = '',
): void {
  const description = describe(sentinel, instance);
  emitMessage(sentinel, level, type, detail === '' ? description : `${description} ${detail}`);
}

/** Emits an event with a message of its own. */
export function emitMessage(
  sentinel: ModelContext,
  level: LogLevel,
  type: string,
  message: string,
): void {
  const shown = message.slice(0, EVENT_BYTES_MAX);
  sentinel.log(level, `${type} ${shown}`);
  sentinel.note({ kind: 'event', name: type, message: shown });
  if (level !== 'debug') sentinel.publish(type, shown);
}

/** `slave 127.0.0.1:6380 127.0.0.1 6380 @ mymaster 127.0.0.1 6379`; without the tail for a master. */
function describe(sentinel: ModelContext, instance: Instance): string {
  const { address, master } = instance;
  const self = `${instance.kind} ${instance.name} ${announced(sentinel, address)} ${address.port}`;
  if (master === undefined) return self;
  return `${self} @ ${master.name} ${announced(sentinel, master.address)} ${master.address.port}`;
}
