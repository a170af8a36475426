/** Ends a socket as the kernel ends a closed one: what was written goes out first, within limits. */

import type { Socket } from 'node:net';

/** How long a peer may take to fetch the last bytes of a connection that its node has closed. */
const LINGER_MS_MAX = 10_000;

/**
 * True when something is still to go out; a peer that does not fetch it is reset in the end. Otherwise
 * the descriptor is closed before this returns, as by close(2): `destroySoon` would let the FIN wait
 * until Node's event loop comes round, behind everything that the world does in this turn.
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
