/**
 * Output that waits for a connection's send window: chunks in order, of which the first may be partly
 * sent.
 *
 * A chunk is never written to again, so copies of the state share it: a checkpoint taken while a
 * client leaves 100 MB unread copies none of them. Short replies are gathered in a block, because a
 * Buffer object takes more memory than a short reply: a million unread replies to PING take 7 MB
 * instead of 200 MB.
 *
 * Invariant: `bytes` counts the bytes in the chunks and the block that have not been taken; the block
 * comes after all chunks.
 */

import { registerShared, registerState } from '../machine/state.ts';

/** A longer reply is not copied into the block: it becomes a chunk. */
const GATHERED_BYTES_MAX = 1024;
const BLOCK_BYTES = 16 * 1024;
/** Taken chunks are removed from the list once there are more than this, and more than are left. */
const TAKEN_CHUNKS_MAX = 1024;

class OutputChunk {
  readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }
}
registerShared('OutputChunk', OutputChunk);

export class OutputQueue {
  /** Bytes waiting. */
  bytes = 0;
  private chunks: OutputChunk[] = [];
  /** Index of the first chunk that has bytes left. */
  private first = 0;
  /** Bytes taken of that chunk. */
  private taken = 0;
  private block: Buffer | undefined = undefined;
  private blockUsed = 0;

  /** Appends a chunk. The buffer may be shared and is never written to. */
  push(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.seal();
    this.chunks.push(new OutputChunk(bytes));
    this.bytes += bytes.length;
  }

  /** Appends a copy of the bytes to the block; long ones become a chunk without a copy. */
  gather(bytes: Buffer): void {
    if (bytes.length > GATHERED_BYTES_MAX) {
      this.push(bytes);
      return;
    }
    if (this.block !== undefined && this.blockUsed + bytes.length > BLOCK_BYTES) this.seal();
    this.block ??= Buffer.alloc(BLOCK_BYTES);
    bytes.copy(this.block, this.blockUsed);
    this.blockUsed += bytes.length;
    this.bytes += bytes.length;
  }

  /** Removes and returns the next bytes, at most `bytesMax`; undefined if none wait. Callers must not write to them. */
  take(bytesMax: number): Buffer | undefined {
    if (this.first === this.chunks.length) this.seal();
    const chunk = this.chunks[this.first];
    if (chunk === undefined) return undefined;
    const { bytes } = chunk;
    const part =
      this.taken === 0 && bytes.length <= bytesMax
        ? bytes
        : bytes.subarray(this.taken, this.taken + bytesMax);
    this.bytes -= part.length;
    this.taken += part.length;
    if (this.taken === bytes.length) this.dropFirst();
    return part;
  }

  /** Replaces its chunks by what `rewrite` makes of copies of them, and clears memory that it does not use. */
  rewrite(rewrite: (bytes: Buffer) => Buffer): void {
    this.chunks = this.chunks.slice(this.first);
    this.first = 0;
    this.chunks.forEach(({ bytes }, index) => {
      this.chunks[index] = new OutputChunk(rewrite(Buffer.from(bytes)));
    });
    this.block?.fill(0, this.blockUsed);
  }

  clear(): void {
    this.bytes = 0;
    this.chunks = [];
    this.first = 0;
    this.taken = 0;
    this.block = undefined;
    this.blockUsed = 0;
  }

  private dropFirst(): void {
    this.taken = 0;
    this.first += 1;
    if (this.first === this.chunks.length) {
      this.chunks.length = 0;
      this.first = 0;
    } else if (this.first > TAKEN_CHUNKS_MAX && this.first * 2 > this.chunks.length) {
      this.chunks = this.chunks.slice(this.first);
      this.first = 0;
    }
  }

  /** Makes the block the last chunk. */
  private seal(): void {
    if (this.block === undefined) return;
    this.chunks.push(new OutputChunk(this.block.subarray(0, this.blockUsed)));
    this.block = undefined;
    this.blockUsed = 0;
  }
}
registerState('OutputQueue', OutputQueue);
