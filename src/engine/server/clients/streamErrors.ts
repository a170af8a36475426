/**
 * What the log says of errors that no client sees: those within a replication stream. They mean that
 * master and replica do not hold the same data. Texts are Redis 7.0's.
 */

import type { Client } from '../../process/client.ts';
import { replyErrors } from '../../process/replyErrors.ts';

/** Errors Redis has as ready replies, whose dash it logs along with them. */
const readyMade: ReadonlySet<string> = new Set(
  Object.values(replyErrors).filter((error) => typeof error === 'string'),
);

/** `client` is the other end: a replica, or the master. */
export function errorInStream(client: Client, error: string): string {
  const [from, to] = client.kind === 'master' ? ['replica', 'master'] : ['master', 'replica'];
  const text = readyMade.has(error) ? `-${error}` : error.replace(/^ERR /, '');
  const command = client.lastCommand === 'NULL' ? '<unknown>' : client.lastCommand;
  return `== CRITICAL == This ${from} is sending an error to its ${to}: '${text}' after processing the command '${command}'`;
}
