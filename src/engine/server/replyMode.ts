/** CLIENT REPLY OFF and SKIP: what becomes of the reply that a command has written. */

import type { Client } from '../process/client.ts';
import type { CommandEntry } from '../process/commandTable.ts';

/** What these say are pushes, not replies: CLIENT REPLY does not concern them. */
const ANSWERED_BY_PUSH = new Set(['subscribe', 'unsubscribe', 'psubscribe', 'punsubscribe']);

/** `start`: where the reply begins. The mode is not `on`. */
export function applyReplyMode(client: Client, entry: CommandEntry, start: number): void {
  if (ANSWERED_BY_PUSH.has(entry.name)) return;
  client.reply.truncate(start);
  if (client.replyMode === 'skipNext') client.replyMode = 'skip';
  else if (client.replyMode === 'skip') client.replyMode = 'on';
}
