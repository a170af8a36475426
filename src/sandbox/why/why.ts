/**
 * Notes as sentences with their numbers: why something was decided. Feed, list of events and details say
 * the same in the same words.
 *
 * Invariant: every kind of note has a sentence.
 */

import type { Note } from '../../engine/machine/notes.ts';
import { count } from './amounts.ts';
import { type Names, shortId } from './names.ts';
import {
  whyFull,
  whyLinkDown,
  whyPartial,
  whyPromoted,
  whyReplicaLost,
} from './resynchronizations.ts';
import { whyNotSelected, whySelected } from './selection.ts';
import {
  whyDelayed,
  whyElected,
  whyNotElected,
  whyObjectivelyDown,
  whySubjectivelyDown,
  whyTilt,
  whyVoted,
} from './sentinels.ts';

/** The sentence of a note; its subject is the node that has written it. */
export function sentenceOf(note: Note, names: Names): string {
  switch (note.kind) {
    case 'full-resync':
      return whyFull(note, names);
    case 'partial-resync':
      return whyPartial(note, names);
    case 'replica-online':
      return `replica ${names.node(note.replica)} is online from byte ${note.offset} on`;
    case 'replica-lost':
      return whyReplicaLost(note, names);
    case 'demoted':
      return `becomes a replica of ${names.node(note.master)} at offset ${note.offset}`;
    case 'promoted':
      return whyPromoted(note);
    case 'link-up':
      return `replicates ${names.node(note.master)} from offset ${note.offset} on, after a ${note.by} resynchronization, in history ${shortId(note.replid)}`;
    case 'link-down':
      return whyLinkDown(note);
    case 'bgsave':
      return `BGSAVE by child ${note.pid}: ${note.state}`;
    case 'rdb-load':
      return `loads ${count(note.bytes, 'byte')} of RDB ${note.origin === 'start' ? 'at its start' : 'from its master'}`;
    case 'load-read-back':
      return `reads its keys back from ${names.node(`${note.host}:${note.port}`)}: ${note.gone} of ${count(note.acked, 'acknowledged write')} are gone, ${note.lost} of them still`;
    case 'loss':
      return note.sentence;
    default:
      return ofSentinel(note, names);
  }
}

type SentinelKind =
  | 'event'
  | 'tilt'
  | 'sdown'
  | 'odown'
  | 'vote'
  | 'elected'
  | 'not-elected'
  | 'selected'
  | 'not-selected'
  | 'failover-delayed'
  | 'failover-state';

function ofSentinel(note: Extract<Note, { readonly kind: SentinelKind }>, names: Names): string {
  switch (note.kind) {
    case 'event':
      return `${note.name} ${note.message}`;
    case 'tilt':
      return whyTilt(note);
    case 'sdown':
      return whySubjectivelyDown(note, names);
    case 'odown':
      return whyObjectivelyDown(note);
    case 'vote':
      return whyVoted(note, names);
    case 'elected':
      return whyElected(note, names);
    case 'not-elected':
      return whyNotElected(note, names);
    case 'selected':
      return whySelected(note, names);
    case 'not-selected':
      return whyNotSelected(note, names);
    case 'failover-delayed':
      return whyDelayed(note, names);
    case 'failover-state':
      return `failover of ${note.master}: ${note.state}`;
    default:
      return note satisfies never;
  }
}
