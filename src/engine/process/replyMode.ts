/**
 * CLIENT REPLY OFF and SKIP: what becomes of the replies that a client does not want.
 *
 * Invariant: between commands a client's mode is `on`, `off` or `skipNext`; it is `skip` while the one
 * command runs whose reply is skipped, and while that command waits (WAIT, SAVE): who answers it then
 * drops what is unwanted. EXEC's replies are judged one by one, as a command in its
 * transaction may change the mode:
 *
 *   MULTI, SET a 1, CLIENT REPLY OFF, SET b 1, EXEC   →   *3, +OK
 */

import type { Client } from './client.ts';

/** What these say are pushes, not replies: CLIENT REPLY does not concern them. */
const ANSWERED_BY_PUSH = new Set(['subscribe', 'unsubscribe', 'psubscribe', 'punsubscribe']);

/** Before a command of a client whose mode is not `on`. */
export function beginMuted(client: Client): void {
  if (client.replyMode === 'skipNext') client.replyMode = 'skip';
  // The command that it was for has waited, and been answered since.
  else if (client.replyMode === 'skip') client.replyMode = 'on';
}

/** After it; what it has written begins at `start`. */
export function endMuted(client: Client, start: number): void {
  dropUnwanted(client, start);
  if (client.replyMode !== 'skip') return;
  // CLIENT PAUSE has put it off: it runs later.
  if (client.postponed) client.replyMode = 'skipNext';
  else if (!client.blocked) client.replyMode = 'on';
}

/** Drops what has been written since `start` unless the client wants it now. */
export function dropUnwanted(client: Client, start: number): void {
  if (client.replyMode !== 'off' && client.replyMode !== 'skip') return;
  if (!ANSWERED_BY_PUSH.has(client.lastCommand)) client.reply.truncate(start);
}
