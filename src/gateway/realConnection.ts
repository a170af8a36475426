/** A socket of `server` mode, as its machine knows it: an id, and how much of its output went out. */

import type { Socket } from 'node:net';
import type { ConnId, Peer } from '../engine/machine/machine.ts';
import { OutputMeter } from './outputMeter.ts';

export class RealConnection {
  readonly id: ConnId;
  readonly socket: Socket;
  readonly output: OutputMeter;
  /** In the list of connections whose `drained` is due. */
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
