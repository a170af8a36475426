/**
 * The replication backlog as a ring: stream byte o lies at (o mod size) / size of a turn. The write
 * head makes one turn per `size` bytes and overwrites what it passes.
 *
 * Example: size 100, bytes 151 to 250 held, head at 250 (half a turn). A replica at 180 needs byte
 * 181, which is held. One at 120 needs 121, which was overwritten: it has fallen off the ring.
 *
 * Redis drops whole blocks, so a small backlog may hold more than its size. A turn is then as long as
 * what is held.
 *
 * Whether a resynchronization would be partial or full is the snapshot's to say (NodeSnapshot.resync):
 * the page computes positions and words only.
 */

import type { NodeSnapshot, ResyncSnapshot, Snapshot } from '../../src/view/snapshot.ts';
import { counted, inBytes, inSize } from './words.ts';

type RingState =
  /** Connected, and it lacks nothing. */
  | 'in step'
  | 'behind'
  /** Not connected, and a partial resynchronization suffices. */
  | 'resumable'
  /** It needs a full resynchronization, or will if its connection breaks now. */
  | 'lost'
  | 'syncing'
  /** Its master does not run, so nothing answers it. */
  | 'unknown';

export interface RingReplica {
  readonly name: string;
  /** The last byte that it has; of a process that has ended, the last byte in its dump. */
  readonly offset: number;
  readonly state: RingState;
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
  /** Parts of a turn: the held history is `share` long and ends at `to`. */
  readonly to: number;
  readonly share: number;
  /** How much is held, in two lines: `0.2 %`, `of 1 MiB held`. */
  readonly fill: readonly [amount: string, of: string];
  readonly replicas: readonly RingReplica[];
}

/** Undefined while the server keeps no backlog. */
export function ringOf(snapshot: Snapshot, owner: NodeSnapshot): Ring | undefined {
  const { active, size, firstByteOffset, histlen } = owner.backlog;
  if (!active || size === 0) return undefined;
  const ring = {
    owner: owner.name,
    size,
    first: firstByteOffset,
    head: owner.offset,
    held: histlen,
    to: (owner.offset % size) / size,
    share: Math.min(1, histlen / size),
    fill: fillOf(histlen, size),
  };
  const replicas = snapshot.nodes
    .filter((node) => node.role === 'replica' && node.master?.node === owner.name)
    .map((node) => ringReplica(ring, owner, node));
  return { ...ring, replicas };
}

function fillOf(held: number, size: number): readonly [string, string] {
  if (held > size) return [inSize(held), `held of ${inSize(size)}`];
  const percent = (held / size) * 100;
  return [
    `${percent < 10 ? percent.toFixed(1) : Math.floor(percent)} %`,
    `of ${inSize(size)} held`,
  ];
}

/** Why the offset of an idle master grows, and why more is held than the size says. */
export function hintOf({ held, size }: Ring): string {
  const growth =
    'Without writes it grows, too: by PINGs, and by the hellos that Sentinels publish.';
  return held > size
    ? `Redis drops whole blocks, so it holds more than its size. ${growth}`
    : growth;
}

function ringReplica(
  ring: Omit<Ring, 'replicas'>,
  owner: NodeSnapshot,
  replica: NodeSnapshot,
): RingReplica {
  const { resync } = replica;
  // Without a request it has nothing that could be placed.
  const offset = resync?.from === 'dump' ? Math.max(0, resync.offset - 1) : replica.offset;
  const lacks = ring.head - offset;
  const isOn = resync?.answer === 'partial' || (resync?.answer === null && isHeld(ring, offset));
  const turn = isOn ? (ring.to - lacks / Math.max(ring.size, ring.held) + 1) % 1 : null;
  return { name: replica.name, offset, turn, ...stateOf(owner, replica, resync, lacks) };
}

function isHeld({ first, head }: Omit<Ring, 'replicas'>, offset: number): boolean {
  return first <= offset + 1 && offset <= head;
}

function stateOf(
  owner: NodeSnapshot,
  replica: NodeSnapshot,
  resync: ResyncSnapshot | null,
  lacks: number,
): Pick<RingReplica, 'state' | 'words'> {
  const isRunning = replica.process === 'running';
  if (isRunning && replica.master!.syncInProgress) {
    return { state: 'syncing', words: 'full resynchronization under way' };
  }
  const isLinked = isRunning && replica.master!.status === 'up';
  const now = isRunning ? 'link down' : replica.process;
  if (resync === null || resync.answer === null) {
    return { state: 'unknown', words: isLinked ? 'link up' : `${now}: ${owner.name} does not run` };
  }
  if (resync.answer === 'full') {
    const why = reasonWords(owner, resync);
    return { state: 'lost', words: isLinked ? `${why} if its link breaks now` : `${now}; ${why}` };
  }
  if (!isLinked) {
    const from = resync.from === 'dump' ? `asks from its dump at ${counted(resync.offset)}; ` : '';
    const words = `${now}; ${from}${inBytes(resync.bytes)} wait for it: partial resynchronization`;
    return { state: 'resumable', words };
  }
  return lacks <= 0
    ? { state: 'in step', words: 'in step' }
    : { state: 'behind', words: `${inBytes(lacks)} behind` };
}

function reasonWords(owner: NodeSnapshot, { from, reason, offset }: ResyncSnapshot): string {
  const full = 'full resynchronization';
  switch (reason) {
    case 'backlog':
      return `fallen off the ring: it lacks byte ${counted(offset)}, the backlog begins at ${counted(owner.backlog.firstByteOffset)}: ${full}`;
    case 'replid':
      return `it follows another history: ${full}`;
    case 'second-offset':
      return `it has bytes from after the histories parted: ${full}`;
    case 'ahead':
      return `it is ahead of ${owner.name}: ${full}`;
    case 'no-backlog':
      return `${owner.name} has no backlog: ${full}`;
    default:
      return from === 'dump'
        ? `its dump names no place in a history: ${full}`
        : `it has nothing to continue from: ${full}`;
  }
}
