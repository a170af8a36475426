/**
 * Log lines for errors within a replication stream, which no client sees. Such an error means that
 * master and replica hold different data. The texts are Redis 7.0's.
 */

import type { Client } from '../../process/client.ts';
import { replyErrors } from '../../process/replyErrors.ts';

/** Errors that are shared objects in Redis (`shared.*err`): it logs those with their dash. */
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
