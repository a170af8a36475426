/** The few words for a note that is a milestone. */

import type { Note } from '../../engine/machine/notes.ts';
import type { Names } from './names.ts';

/** Events of Sentinels that are milestones. */
const SENTINEL_EVENTS: ReadonlySet<string> = new Set([
  ...['+sdown', '-sdown', '+odown', '-odown', '+try-failover', '+vote-for-leader'],
  ...['+elected-leader', '+selected-slave', '+promoted-slave', '+slave-reconf-done'],
  ...['+failover-end', '+switch-master', '+convert-to-slave', '+tilt', '-tilt'],
  ...['-failover-abort-not-elected', '-failover-abort-no-good-slave'],
]);

/** Undefined for a note that is no milestone. */
export function headlineOf(note: Note, names: Names): string | undefined {
  switch (note.kind) {
    case 'event':
      return SENTINEL_EVENTS.has(note.name) ? note.name : undefined;
    case 'full-resync':
      return `full resynchronization of ${names.node(note.replica)}`;
    case 'partial-resync':
      return `partial resynchronization of ${names.node(note.replica)}`;
    case 'replica-online':
      return `${names.node(note.replica)} is online`;
    case 'bgsave':
      return `bgsave ${note.state}`;
    case 'rdb-load':
      return 'loads an RDB';
    case 'link-up':
      return `is connected to its master ${names.node(note.master)}`;
    case 'promoted':
      return 'is promoted';
    case 'loss':
      return note.sentence;
    // Sentinels report these as events, or the other side as milestones of its own.
    case 'replica-lost':
    case 'demoted':
    case 'link-down':
    case 'load-read-back':
    case 'tilt':
    case 'sdown':
    case 'odown':
    case 'vote':
    case 'elected':
    case 'not-elected':
    case 'selected':
    case 'not-selected':
    case 'failover-delayed':
    case 'failover-state':
      return undefined;
    default:
      return note satisfies never;
  }
}
