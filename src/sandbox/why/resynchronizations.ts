/** Why a resynchronization was full or partial, and what became of the link. */

import type { Note } from '../../engine/machine/notes.ts';
import { count } from './amounts.ts';
import { type Names, shortId } from './names.ts';

type Of<Kind extends Note['kind']> = Extract<Note, { readonly kind: Kind }>;

export function whyFull(note: Of<'full-resync'>, names: Names): string {
  return `full resynchronization of ${names.node(note.replica)}: ${reason(note)}`;
}

function reason(note: Of<'full-resync'>): string {
  const { asked, first, last, secondOffset } = note;
  const history = shortId(note.askedId);
  const own = shortId(note.replid);
  switch (note.reason) {
    case 'no-cached-master':
      return 'it has nothing to continue from (PSYNC ? -1)';
    case 'sync':
      return 'it has sent SYNC, which always asks for everything';
    case 'replid': {
      const second =
        secondOffset > 0 ? ` and ${shortId(note.replid2)} before byte ${secondOffset}` : '';
      return `it asks for byte ${asked} of history ${history}, but this master has ${own}${second}`;
    }
    case 'second-offset':
      return `it asks for byte ${asked} of history ${history}, which this master left at byte ${secondOffset} for ${own}`;
    case 'no-backlog':
      return `it asks for byte ${asked}, but this master has no backlog`;
    case 'backlog':
      return `it asks for byte ${asked}, but the backlog holds only bytes ${first} to ${last}: ${count(first - asked, 'byte')} too late`;
    case 'ahead':
      return `it asks for byte ${asked}, but this master has written only ${last}`;
  }
}

export function whyPartial(note: Of<'partial-resync'>, names: Names): string {
  const { asked, first, last, bytes, replica } = note;
  const start = `partial resynchronization of ${names.node(replica)}: it asks for byte ${asked}`;
  if (bytes === 0) return `${start}, the next one to be written: it lacks nothing`;
  return `${start}, and the backlog holds bytes ${first} to ${last}: ${count(bytes, 'byte')} to send`;
}

export function whyPromoted({ offset, replid, replid2, secondOffset }: Of<'promoted'>): string {
  return `becomes a master at offset ${offset}: history ${shortId(replid)} begins, and ${shortId(replid2)} is served before byte ${secondOffset}`;
}

export function whyLinkDown({ offset, cached }: Of<'link-down'>): string {
  const next = cached ? `it will ask for byte ${offset + 1}` : 'it will ask for everything';
  return `loses its master at offset ${offset}: ${next}`;
}

export function whyReplicaLost({ replica, acked, last }: Of<'replica-lost'>, names: Names): string {
  const missing = count(Math.max(0, last - acked), 'byte');
  return `loses replica ${names.node(replica)}, which has acknowledged offset ${acked} of ${last}: ${missing} not acknowledged`;
}
