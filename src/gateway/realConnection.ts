/** A socket of `server` mode with the id that its machine knows, and a measure of its sent output. */

import type { Socket } from 'node:net';
import type { ConnId, Peer } from '../engine/machine/machine.ts';
import { OutputMeter } from './outputMeter.ts';

export class RealConnection {
  readonly id: ConnId;
  readonly socket: Socket;
  readonly output: OutputMeter;
  /** Whether it is in the list of connections with a due `drained`. */
  isDraining = false;
  reason: 'eof' | 'reset' | 'timeout' = 'eof';

  constructor(id: ConnId, socket: Socket) {
    this.id = id;
    this.socket = socket;
    this.output = new OutputMeter(socket);
  }
}

export function peerOf(socket: Socket): Peer {
  return {
    addr: `${socket.remoteAddress ?? '?'}:${socket.remotePort ?? 0}`,
    laddr: `${socket.localAddress ?? '?'}:${socket.localPort ?? 0}`,
  };
}
