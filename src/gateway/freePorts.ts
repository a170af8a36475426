/**
 * Which ports of 127.0.0.1 are free: found out by listening there for a moment.
 *
 * Invariant: a port that was free is not held; somebody may take it before it is used, and whoever
 * uses it still has to cope with that.
 */

import * as net from 'node:net';
import { PORT_MAX } from '../view/operationTable.ts';
import { errnoText } from './errno.ts';

const HOST = '127.0.0.1';

export async function isPortFree(port: number): Promise<boolean> {
  return (await portTrouble(port)) === undefined;
}

/** Why one cannot listen at the port, in the system's words; undefined when one can. */
export function portTrouble(port: number): Promise<string | undefined> {
  const server = net.createServer();
  return new Promise((resolve) => {
    server.once('error', (error) => resolve(errnoText(error)));
    server.listen({ port, host: HOST, exclusive: true }, () =>
      server.close(() => resolve(undefined)),
    );
  });
}

/** Those of `ports` that somebody has, in their order. */
export async function takenPorts(ports: readonly number[]): Promise<number[]> {
  const free = await Promise.all(ports.map(isPortFree));
  return ports.filter((_, index) => !free[index]);
}

/** The first free port of `count` from `first` on, those passed over for which `isOwn` holds. */
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
