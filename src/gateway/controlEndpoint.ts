/** The control endpoint: a separate RESP port, through which any Redis client controls the sandbox. */

import * as net from 'node:net';
import { ControlConnection, type Perform } from './controlConnection.ts';
import { PortError } from './endpoints.ts';

const HOST = '127.0.0.1';

export class ControlEndpoint {
  private readonly server: net.Server;
  private readonly sockets = new Set<net.Socket>();
  private lastId = 0;

  constructor(perform: Perform) {
    this.server = net.createServer({ noDelay: true }, (socket) => {
      this.lastId += 1;
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
      new ControlConnection(this.lastId, socket, perform);
    });
  }

  /** Listens on the port. Throws PortError. */
  open(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      // Later errors, such as too few descriptors for a connection, have no effect.
      this.server.on('error', (error) => reject(new PortError(port, 'control endpoint', error)));
      this.server.listen({ port, host: HOST }, () => resolve());
    });
  }

  close(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }
}
