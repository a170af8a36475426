/** What a socket has received and nobody has taken yet. No byte is lost between two waits. */

import { once } from 'node:events';
import type { Socket } from 'node:net';

const LIMIT_MS = 15_000;

export class Incoming {
  bytes: Buffer = Buffer.alloc(0);
  private readonly socket: Socket;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.bytes = Buffer.concat([this.bytes, chunk]);
    });
  }

  /** Waits until what has come satisfies the condition. */
  async until(condition: (bytes: Buffer) => boolean): Promise<void> {
    const signal = AbortSignal.timeout(LIMIT_MS);
    while (!condition(this.bytes)) await once(this.socket, 'data', { signal });
  }

  take(length: number): Buffer {
    const taken = this.bytes.subarray(0, length);
    this.bytes = this.bytes.subarray(length);
    return taken;
  }
}
