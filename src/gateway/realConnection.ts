/** A socket of `server` mode: the id that its machine knows, output that is not written yet, a measure of the rest. */

import type { Socket } from 'node:net';
import type { ConnId, Peer } from '../engine/machine/machine.ts';
import { OutputMeter } from './outputMeter.ts';

export class RealConnection {
  readonly id: ConnId;
  readonly socket: Socket;
  readonly output: OutputMeter;
  reason: 'eof' | 'reset' | 'timeout' = 'eof';
  private waiting: Buffer[] = [];

  constructor(id: ConnId, socket: Socket) {
    this.id = id;
    this.socket = socket;
    this.output = new OutputMeter(socket);
  }

  /** Keeps bytes for the next `write`; true when they are the first. */
  hold(bytes: Buffer): boolean {
    return this.waiting.push(bytes) === 1;
  }

  /** Writes what was held, as one packet if it fits one. */
  write(): void {
    const { waiting, output, socket } = this;
    if (waiting.length === 0) return;
    if (waiting.length > 1) socket.cork();
    for (const bytes of waiting) output.write(bytes);
    if (waiting.length > 1) socket.uncork();
    waiting.length = 0;
  }
}

export function peerOf(socket: Socket): Peer {
  return {
    addr: `${socket.remoteAddress ?? '?'}:${socket.remotePort ?? 0}`,
    laddr: `${socket.localAddress ?? '?'}:${socket.localPort ?? 0}`,
  };
}
