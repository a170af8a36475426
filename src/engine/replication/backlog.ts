/**
 * The replication stream's recent bytes. As in Redis 7.0 it serves two purposes: it keeps what a
 * returning replica may ask for, and what connected replicas have not been sent yet. A replica is a
 * position in it, so a byte is kept once, however many replicas there are.
 *
 * Bytes lie in blocks. A full block is sealed: nothing writes to it again, so connections and copies
 * of the state share it. Blocks are dropped from the front, whole ones, once at least repl-backlog-size
 * bytes remain without them and no replica needs them. So the backlog holds up to a block more than
 * its size, and far more while a slow replica pins it; INFO's repl_backlog_histlen shows that.
 *
 * Worked example: size 16384, blocks of 20440. At offset 36000 there are 36000 bytes: without the
 * first block only 15560 would remain, so it stays. At 36825 it goes, and the first offset is 20441.
 *
 * Invariant: byte `o` is held iff firstOffset <= o <= lastOffset. Offsets are 1-based and only grow,
 * but for `startAt`; firstOffset is derived, so it cannot drift out of step.
 */

import { allocated } from '../data/memory.ts';
import { registerShared, registerState } from '../machine/state.ts';
import { copyBytes } from '../resp/bytes.ts';

/** The minimum of repl-backlog-size: smaller values are raised to it. */
export const BACKLOG_BYTES_MIN = 16 * 1024;
const BLOCK_BYTES_MIN = 16 * 1024;
/** A long value gets a long block, but never one that is a large part of the backlog. */
const BLOCKS_IN_BACKLOG_MIN = 16;
/** What a block allocates besides its bytes, in Redis's layout. */
const BLOCK_HEADER_BYTES = 40;
const LIST_NODE_BYTES = 24;
const EMPTY = Buffer.alloc(0);

class SealedBlock {
  readonly firstOffset: number;
  readonly bytes: Buffer;

  constructor(firstOffset: number, bytes: Buffer) {
    this.firstOffset = firstOffset;
    this.bytes = bytes;
  }

  get lastOffset(): number {
    return this.firstOffset + this.bytes.length - 1;
  }
}
registerShared('SealedBlock', SealedBlock);

export class Backlog {
  /** master_repl_offset: the newest byte's offset. Known, and kept, also while nothing is recorded. */
  lastOffset = 0;
  /** repl_backlog_active: bytes are recorded. */
  active = false;
  private sizeMax = BACKLOG_BYTES_MIN;
  private heldCount = 0;
  private sealed: SealedBlock[] = [];
  private tail: Buffer = EMPTY;
  private tailUsed = 0;

  /** repl_backlog_size. */
  get size(): number {
    return this.sizeMax;
  }

  /** repl_backlog_histlen: bytes held. */
  get held(): number {
    return this.heldCount;
  }

  /** repl_backlog_first_byte_offset; lastOffset + 1 while nothing is held. */
  get firstOffset(): number {
    return this.lastOffset - this.heldCount + 1;
  }

  /** Modelled memory of all blocks. */
  get memoryBytes(): number {
    if (this.tail.length === 0) return 0;
    let bytes = this.tail.length;
    for (const block of this.sealed) bytes += block.bytes.length;
    return bytes + (this.sealed.length + 1) * (BLOCK_HEADER_BYTES + LIST_NODE_BYTES);
  }

  /** Takes effect on blocks to come and at the next trim; the newest bytes always stay. */
  resize(size: number): void {
    this.sizeMax = Math.max(size, BACKLOG_BYTES_MIN);
  }

  /** Begins to record with the byte after lastOffset. */
  start(): void {
    this.active = true;
  }

  /** Begins to record with the byte after `lastOffset`, whatever was recorded before. */
  startAt(lastOffset: number): void {
    this.free();
    this.lastOffset = lastOffset;
    this.active = true;
  }

  /** Stops recording and forgets the bytes. */
  free(): void {
    this.active = false;
    this.heldCount = 0;
    this.sealed = [];
    this.tail = EMPTY;
    this.tailUsed = 0;
  }

  /** A replica names the first byte it lacks: lastOffset + 1 means "none". */
  canServe(offset: number): boolean {
    return this.active && this.firstOffset <= offset && offset <= this.lastOffset + 1;
  }

  /** Appends bytes [start, end) of the chunk. */
  append(chunk: Buffer, start = 0, end = chunk.length): void {
    let at = start;
    while (at < end) {
      if (this.tailUsed === this.tail.length) this.openBlock(end - at);
      const copied = Math.min(end - at, this.tail.length - this.tailUsed);
      copyBytes(chunk, at, at + copied, this.tail, this.tailUsed);
      this.grow(copied);
      at += copied;
    }
  }

  /** Appends latin1 text: the common, short case writes in place and allocates nothing. */
  appendText(text: string): void {
    if (text.length > this.tail.length - this.tailUsed) {
      this.append(Buffer.from(text, 'latin1'));
      return;
    }
    this.tail.latin1Write(text, this.tailUsed);
    this.grow(text.length);
  }

  /** Held bytes from `offset` on: some of them, at most `countMax`, shared and not to be written to. */
  bytesFrom(offset: number, countMax: number): Buffer {
    if (offset >= this.tailFirstOffset) {
      const start = offset - this.tailFirstOffset;
      return this.tail.subarray(start, Math.min(this.tailUsed, start + countMax));
    }
    const block = this.sealed[this.indexOf(offset)]!;
    const start = offset - block.firstOffset;
    return block.bytes.subarray(start, start + countMax);
  }

  /** Whether a block may be dropped unless a replica needs it: a cheap check before `trim`. */
  get overfull(): boolean {
    const first = this.sealed[0];
    return first !== undefined && this.heldCount - first.bytes.length > this.sizeMax;
  }

  /** Drops blocks beyond the size, up to the first that holds byte `neededFrom` or a later one. */
  trim(neededFrom: number): void {
    while (this.overfull) {
      const first = this.sealed[0]!;
      if (neededFrom <= first.lastOffset) return;
      this.sealed.shift();
      this.heldCount -= first.bytes.length;
    }
  }

  /**
   * Output buffer of a replica that lacks byte `offset` and all after it, as client-output-buffer-limit
   * and CLIENT LIST's omem count it: in whole blocks. A replica that lacks nothing is charged 20504, for
   * the last block.
   */
  chargeFrom(offset: number): number {
    if (this.tail.length === 0) return 0;
    const inTail = offset >= this.tailFirstOffset;
    const index = inTail ? this.sealed.length : this.indexOf(offset);
    const firstOffset = inTail ? this.tailFirstOffset : this.sealed[index]!.firstOffset;
    const bytes = this.tailFirstOffset + this.tail.length - firstOffset;
    const blocks = this.sealed.length - index + 1;
    return bytes + blocks * (BLOCK_HEADER_BYTES + LIST_NODE_BYTES);
  }

  private get tailFirstOffset(): number {
    return this.lastOffset - this.tailUsed + 1;
  }

  private grow(count: number): void {
    this.tailUsed += count;
    this.lastOffset += count;
    this.heldCount += count;
  }

  private openBlock(wanted: number): void {
    if (this.tailUsed > 0) this.sealed.push(new SealedBlock(this.tailFirstOffset, this.tail));
    const longest = Math.max(Math.floor(this.sizeMax / BLOCKS_IN_BACKLOG_MIN), BLOCK_BYTES_MIN);
    const length = Math.min(Math.max(wanted, BLOCK_BYTES_MIN), longest);
    this.tail = Buffer.alloc(allocated(length + BLOCK_HEADER_BYTES) - BLOCK_HEADER_BYTES);
    this.tailUsed = 0;
  }

  /** Index of the sealed block that holds byte `offset`. */
  private indexOf(offset: number): number {
    let low = 0;
    let high = this.sealed.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.sealed[middle]!.firstOffset <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
registerState('Backlog', Backlog);
