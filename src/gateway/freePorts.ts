/**
 * Which ports of 127.0.0.1 are free, found out by listening on them for a moment.
 *
 * Invariant: a free port is not reserved. Another program may take it before it is used, which the
 * caller must handle.
 */

import * as net from 'node:net';
import { PORT_MAX } from '../view/verbs/arguments.ts';
import { errnoText } from './errno.ts';

/** What portTrouble says of a port on which another program listens. */
export const PORT_TAKEN = errnoText({ code: 'EADDRINUSE' });

const HOST = '127.0.0.1';

export async function isPortFree(port: number): Promise<boolean> {
  return (await portTrouble(port)) === undefined;
}

/** The system's error for listening on the port; undefined when it is free. */
export function portTrouble(port: number): Promise<string | undefined> {
  const server = net.createServer();
  return new Promise((resolve) => {
    server.once('error', (error) => resolve(errnoText(error)));
    server.listen({ port, host: HOST, exclusive: true }, () =>
      server.close(() => resolve(undefined)),
    );
  });
}

/** Those of `ports` that are taken, in order. */
export async function takenPorts(ports: readonly number[]): Promise<number[]> {
  const free = await Promise.all(ports.map(isPortFree));
  return ports.filter((_, index) => !free[index]);
}

/** The first free one of `count` ports from `first` on, skipping those for which `isOwn` holds. */
export async function freePort(
  first: number,
  count: number,
  isOwn: (port: number) => boolean,
): Promise<number | undefined> {
  for (let port = first; port < first + count && port <= PORT_MAX; port += 1) {
    if (!isOwn(port) && (await isPortFree(port))) return port;
  }
  return undefined;
}
