/** A socket of `server` mode, with the id that its machine knows and its output. */

import type { Socket } from 'node:net';
import type { ConnId, Peer } from '../engine/machine/machine.ts';
import { Output } from './output.ts';

export class RealConnection {
  readonly id: ConnId;
  readonly socket: Socket;
  readonly output: Output;
  reason: 'eof' | 'reset' | 'timeout' = 'eof';

  constructor(id: ConnId, socket: Socket) {
    this.id = id;
    this.socket = socket;
    this.output = new Output(socket);
  }
}

export function peerOf(socket: Socket): Peer {
  return {
    addr: `${socket.remoteAddress ?? '?'}:${socket.remotePort ?? 0}`,
    laddr: `${socket.localAddress ?? '?'}:${socket.localPort ?? 0}`,
  };
}
