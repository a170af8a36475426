/** One connection, said in chunks: what the decoder needs of a trace. */

import type { Chunk, ChunkSource } from '../../../src/world/wire/chunks.ts';
import { decode } from '../../../src/world/wire/decode.ts';
import type { Decoded, Message } from '../../../src/world/wire/message.ts';
import { describe } from '../../../src/world/wire/words.ts';

/** How many bytes of a chunk the trace keeps. */
const KEPT_BYTES = 256;

export class Conversation implements ChunkSource {
  private readonly chunks = new Map<number, Chunk>();
  private seq = 0;
  private lastRequest = 0;
  private lastReply = 0;
  private forgottenUpTo = 0;

  /** The client sends bytes; gives the number of the event. */
  ask(text: string | Buffer): number {
    this.add(text, false, this.lastRequest, this.lastReply, 0);
    this.lastRequest = this.seq;
    return this.seq;
  }

  /** The server sends bytes, by default as its answer to the bytes asked last. */
  answer(text: string | Buffer, cause: number = this.lastRequest): number {
    this.add(text, true, this.lastReply, this.lastRequest, cause);
    this.lastReply = this.seq;
    return this.seq;
  }

  /** Something happens on another connection. */
  pass(): number {
    this.seq += 1;
    return this.seq;
  }

  /** The trace forgets all so far. */
  forget(): void {
    this.forgottenUpTo = this.seq;
  }

  chunk(seq: number): Chunk | undefined {
    return seq > this.forgottenUpTo ? this.chunks.get(seq) : undefined;
  }

  decoded(seq: number): Decoded {
    return decode(this, this.chunk(seq)!, seq);
  }

  messages(seq: number): Message[] {
    return this.decoded(seq).items.map(({ message }) => message);
  }

  /** The kinds of its items: `pong`, `command…` for one that goes on later, `…command` for one that goes on here. */
  kinds(seq: number): string[] {
    return this.decoded(seq).items.map(
      ({ message, isWhole, isContinued }) =>
        `${isContinued ? '…' : ''}${message.kind}${isWhole ? '' : '…'}`,
    );
  }

  words(seq: number): string {
    return describe(this.decoded(seq));
  }

  private add(
    text: string | Buffer,
    isReply: boolean,
    previous: number,
    opposite: number,
    cause: number,
  ): void {
    this.seq += 1;
    const whole = typeof text === 'string' ? Buffer.from(text, 'latin1') : text;
    const bytes = whole.subarray(0, KEPT_BYTES);
    this.chunks.set(this.seq, {
      bytes,
      length: whole.length,
      cause,
      isReply,
      previous,
      opposite,
    });
  }
}

/** A command as clients send it. */
export function command(...words: string[]): string {
  return `*${words.length}\r\n${words.map(bulk).join('')}`;
}

export function bulk(text: string): string {
  return `$${text.length}\r\n${text}\r\n`;
}
