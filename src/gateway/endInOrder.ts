/** Ends a socket as the kernel does after close(2): written bytes are sent first, within limits. */

import type { Socket } from 'node:net';

/** How long a peer may take to read the last bytes of a connection that its node has closed. */
const LINGER_MS_MAX = 10_000;

/**
 * Returns true when bytes are still unsent; a peer that does not read them is reset eventually. Otherwise
 * the descriptor is closed before this returns, as by close(2). `destroySoon` would delay the FIN until
 * the next turn of Node's event loop, after everything that the world does in this turn.
 */
export function endInOrder(socket: Socket): boolean {
  if (socket.writableLength === 0) {
    socket.destroy();
    return false;
  }
  const timer = setTimeout(() => socket.resetAndDestroy(), LINGER_MS_MAX).unref();
  socket.on('close', () => clearTimeout(timer));
  socket.destroySoon();
  return true;
}
