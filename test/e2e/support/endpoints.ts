/** The sandbox as programs outside see it: over TCP, at its endpoints. */

import * as net from 'node:net';
import { Redis } from 'ioredis';

const HOST = '127.0.0.1';

export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host: HOST, port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** One connection, one command line. */
export async function ask(port: number, command: string, ...args: string[]): Promise<unknown> {
  const client = new Redis({ host: HOST, port, lazyConnect: true, retryStrategy: () => null });
  client.on('error', () => {}); // The call itself fails, too.
  try {
    await client.connect();
    return await client.call(command, ...args);
  } finally {
    client.disconnect();
  }
}

/** Fields of a section of INFO. */
export async function info(port: number, section: string): Promise<ReadonlyMap<string, string>> {
  const text = String(await ask(port, 'INFO', section));
  return new Map(
    text
      .split('\r\n')
      .filter((line) => line.includes(':'))
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
  );
}
