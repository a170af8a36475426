/**
 * Output that waits for a connection's send window: chunks in order, the first one perhaps sent in part.
 *
 * A chunk is never written to again, so copies of the state share it: a checkpoint taken while a
 * client leaves 100 MB unread copies none of them. Short replies are gathered in one block instead,
 * as a Buffer object costs more than what it holds: a client that sends PING a million times and
 * never reads has 7 MB waiting, not 200.
 *
 * Invariant: `bytes` is the sum of what the chunks and the block hold and has not been taken; the
 * block comes behind all chunks.
 */

import { registerShared, registerState } from '../machine/state.ts';

/** A longer chunk stays as it is. */
const GATHERED_BYTES_MAX = 1024;
const BLOCK_BYTES = 16 * 1024;
/** Taken chunks are cut off from the list once there are as many, and as many as are left. */
const TAKEN_CHUNKS_MAX = 1024;

class OutputChunk {
  readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }
}
registerShared(OutputChunk);

export class OutputQueue {
  /** Bytes waiting. */
  bytes = 0;
  private chunks: OutputChunk[] = [];
  /** Index of the first chunk not wholly taken. */
  private first = 0;
  /** Bytes taken of that chunk. */
  private taken = 0;
  private block: Buffer | undefined = undefined;
  private blockUsed = 0;

  /** Adds a chunk at the end; the buffer may be shared and is never written to. */
  push(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.seal();
    this.chunks.push(new OutputChunk(bytes));
    this.bytes += bytes.length;
  }

  /** Adds bytes at the end: with others in one chunk when they are few. */
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

  /** The next bytes, at most `bytesMax` of them; undefined when nothing waits. They are not to be written to. */
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

  /** The block becomes the last chunk. */
  private seal(): void {
    if (this.block === undefined) return;
    this.chunks.push(new OutputChunk(this.block.subarray(0, this.blockUsed)));
    this.block = undefined;
    this.blockUsed = 0;
  }
}
registerState(OutputQueue);
