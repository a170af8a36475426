/**
 * What a server answers to PSYNC: whether the asking replica may continue, or why it needs a full
 * resynchronization. The decision depends on history and backlog alone.
 *
 * A replica asks for the first byte it lacks. Example: history A, bytes 101 to 150 held.
 * `PSYNC A 151` continues with nothing, `PSYNC A 101` with 50 bytes; 100 is lost and 152 has not
 * been written yet, so both get a full resynchronization.
 */

import type { Stream } from './stream.ts';

export interface PsyncRequest {
  readonly replid: string;
  readonly offset: number;
}

/** A replica's request. */
export interface ReceivedRequest extends PsyncRequest {
  /** What `offset` was cut from: a peer may write up to 2^63 - 1. For the log. */
  readonly offsetText: string;
}

export type FullResyncReason =
  /** `PSYNC ? -1`: the replica has nothing to continue from, or was told to start over. */
  | 'no-cached-master'
  /** The ID is neither of ours. */
  | 'replid'
  /** The ID is our second one, but the offset is beyond the point where the histories diverged. */
  | 'second-offset'
  /** There is no backlog. */
  | 'no-backlog'
  /** The backlog no longer holds the byte. */
  | 'backlog'
  /** The byte has not been written yet. */
  | 'ahead'
  /** The old SYNC command always needs a full resynchronization. */
  | 'sync';

/** `bytes`: how many the replica lacks. */
type PsyncDecision =
  | { readonly kind: 'continue'; readonly bytes: number }
  | { readonly kind: 'full'; readonly reason: FullResyncReason };

export function decidePsync(stream: Stream, asked: PsyncRequest): PsyncDecision {
  const { history, backlog } = stream;
  if (!history.covers(asked.replid, asked.offset)) {
    return { kind: 'full', reason: refusedHistory(stream, asked) };
  }
  if (backlog.canServe(asked.offset)) {
    return { kind: 'continue', bytes: backlog.lastOffset - asked.offset + 1 };
  }
  if (asked.offset > backlog.lastOffset + 1) return { kind: 'full', reason: 'ahead' };
  return { kind: 'full', reason: backlog.active ? 'backlog' : 'no-backlog' };
}

function refusedHistory({ history }: Stream, asked: PsyncRequest): FullResyncReason {
  if (asked.replid.startsWith('?')) return 'no-cached-master';
  return history.knows(asked.replid) ? 'second-offset' : 'replid';
}
