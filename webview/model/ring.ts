/**
 * The replication backlog as a ring: stream byte o lies at (o mod size) / size of a turn. The write
 * head makes one turn per `size` bytes and overwrites what it passes.
 *
 * Example: size 100, bytes 151 to 250 held, head at 250 (half a turn). A replica at 180 needs byte
 * 181, which is held. One at 120 needs 121, which was overwritten: it has fallen off the ring.
 */

import type { NodeSnapshot, Snapshot } from '../../src/view/snapshot.ts';
import { counted, inBytes } from './words.ts';

type RingState =
  /** Connected, and it lacks nothing. */
  | 'in step'
  | 'behind'
  /** Not connected, and the backlog holds what it lacks: a partial resynchronization suffices. */
  | 'resumable'
  /** The bytes that it lacks are overwritten, or belong to another history. */
  | 'lost'
  | 'syncing';

export interface RingReplica {
  readonly name: string;
  readonly offset: number;
  readonly state: RingState;
  /** Bytes it lacks; 0 when its history is another one. */
  readonly behind: number;
  /** Its position as part of a turn; null when it is not on the ring. */
  readonly turn: number | null;
  readonly words: string;
}

export interface Ring {
  readonly owner: string;
  readonly size: number;
  /** First byte held. */
  readonly first: number;
  /** Last byte written. */
  readonly head: number;
  readonly held: number;
  /** Parts of a turn: the held history begins at `from`, is `share` long and ends at `to`. */
  readonly from: number;
  readonly to: number;
  readonly share: number;
  readonly replicas: readonly RingReplica[];
}

/** Undefined while the server keeps no backlog. */
export function ringOf(snapshot: Snapshot, owner: NodeSnapshot): Ring | undefined {
  const { active, size, firstByteOffset, histlen } = owner.backlog;
  if (!active || size === 0) return undefined;
  const share = Math.min(1, histlen / size);
  const to = turnOf(owner.offset, size);
  return {
    owner: owner.name,
    size,
    first: firstByteOffset,
    head: owner.offset,
    held: histlen,
    from: (to - share + 1) % 1,
    to,
    share,
    replicas: snapshot.nodes
      .filter((node) => node.role === 'replica' && node.master?.node === owner.name)
      .map((node) => ringReplica(owner, node)),
  };
}

function turnOf(offset: number, size: number): number {
  return (offset % size) / size;
}

function ringReplica(owner: NodeSnapshot, replica: NodeSnapshot): RingReplica {
  const { backlog } = owner;
  const missing = replica.offset + 1;
  const isKnown = sharesHistory(owner, replica);
  const isHeld = isKnown && backlog.firstByteOffset <= missing && missing <= owner.offset + 1;
  const behind = isKnown ? Math.max(0, owner.offset - replica.offset) : 0;
  const place = { name: replica.name, offset: replica.offset, behind };
  const turn = isHeld ? turnOf(replica.offset, backlog.size) : null;
  if (replica.process === 'running' && replica.master!.syncInProgress) {
    return { ...place, turn, state: 'syncing', words: 'full resynchronization under way' };
  }
  const isLinked = replica.process === 'running' && replica.master!.status === 'up';
  if (isLinked && behind === 0) return { ...place, turn, state: 'in step', words: 'in step' };
  if (isLinked && isHeld) {
    return { ...place, turn, state: 'behind', words: `${inBytes(behind)} behind` };
  }
  if (!isLinked && owner.process !== 'running') {
    const words = `${stateWords(replica)}: ${owner.name} is ${owner.process}`;
    return { ...place, turn, state: isHeld ? 'resumable' : 'lost', words };
  }
  if (isHeld) {
    const words = `${stateWords(replica)}; ${inBytes(behind)} wait for it: partial resynchronization`;
    return { ...place, turn, state: 'resumable', words };
  }
  const why = lostWords(owner, replica, isKnown);
  const words = isLinked ? `${why} if its link breaks now` : `${stateWords(replica)}; ${why}`;
  return { ...place, turn: null, state: 'lost', words };
}

/** Whether the owner would know the replica's history at that offset: `PSYNC replid offset + 1`. */
function sharesHistory(owner: NodeSnapshot, replica: NodeSnapshot): boolean {
  if (replica.replid === owner.replid) return true;
  return replica.replid === owner.replid2 && replica.offset + 1 <= owner.secondReplidOffset;
}

function stateWords(replica: NodeSnapshot): string {
  return replica.process === 'running' ? 'link down' : replica.process;
}

function lostWords(owner: NodeSnapshot, replica: NodeSnapshot, isKnown: boolean): string {
  if (!isKnown) return 'it follows another history: full resynchronization';
  if (replica.offset > owner.offset) {
    return `it is ahead of ${owner.name}: full resynchronization`;
  }
  const { firstByteOffset } = owner.backlog;
  return `fallen off the ring: it lacks byte ${counted(replica.offset + 1)}, the backlog begins at ${counted(firstByteOffset)}: full resynchronization`;
}
