/** When a command with correct arity may not run. */

import type { Client } from '../../process/client.ts';
import type { CommandEntry } from '../../process/commandTable.ts';
import { replyErrors } from '../../process/replyErrors.ts';

/** The error reply; undefined when the command may run. */
export function refusalOf(entry: CommandEntry, client: Client): string | undefined {
  if (!client.authenticated && !entry.noAuth) return replyErrors.noAuth;
  const subscribed = client.subscriptionCount > 0 && client.reply.protocol === 2;
  if (!subscribed || entry.inSubscription) return undefined;
  return `ERR Can't execute '${entry.name}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`;
}
