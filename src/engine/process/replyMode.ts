/**
 * CLIENT REPLY OFF and SKIP: what becomes of the replies that a client does not want. Pushes (what
 * SUBSCRIBE says, messages) are no replies, and stay:
 *
 *   CLIENT REPLY OFF, SUBSCRIBE x, PUBLISH x 1, GET   →   what SUBSCRIBE says and the message alone
 *
 * Replies are written first and dropped when they are judged: at the end of a command, and before
 * a push in the middle of one. EXEC's are judged one by one, as a command in its transaction may
 * change the mode:
 *
 *   MULTI, SET a 1, CLIENT REPLY OFF, SET b 1, EXEC   →   *3, +OK
 *
 * Invariant: before a command a client's mode is `on`, `off` or `skipNext`, or still `skip` when the
 * command before has waited (WAIT, SAVE) and been answered since. It is `skip` while the one command
 * runs or waits whose reply is skipped; the late answer (blocking.ts) is dropped when it is unwanted.
 * `unjudgedFrom` is -1 but while a command of a muted client, or of an EXEC, runs.
 */

import type { Client } from './client.ts';

/** Before a command of a client whose mode is not `on`. */
export function beginMuted(client: Client): void {
  if (client.replyMode === 'skipNext') client.replyMode = 'skip';
  // The command that it was for has waited, and been answered since.
  else if (client.replyMode === 'skip') client.replyMode = 'on';
  beginJudged(client);
}

/** After it. */
export function endMuted(client: Client): void {
  endJudged(client);
  if (client.replyMode !== 'skip') return;
  // CLIENT PAUSE has put it off: it runs later.
  if (client.postponed) client.replyMode = 'skipNext';
  else if (client.blockedOn === undefined) client.replyMode = 'on';
}

/** Before replies that are judged by themselves: a command's, an EXEC's array, each one in it. */
export function beginJudged(client: Client): void {
  client.unjudgedFrom = client.reply.length;
}

/** After them; nothing happens when parts of them were judged last: an EXEC's. */
export function endJudged(client: Client): void {
  if (client.unjudgedFrom < 0) return;
  dropUnwanted(client, client.unjudgedFrom);
  client.unjudgedFrom = -1;
}

/** Before a push is written to the client. */
export function beginPush(client: Client): void {
  if (client.unjudgedFrom >= 0) dropUnwanted(client, client.unjudgedFrom);
}

/** After it. */
export function endPush(client: Client): void {
  if (client.unjudgedFrom >= 0) beginJudged(client);
}

/** Drops what has been written since `start`, no push among it, unless the client wants it now. */
export function dropUnwanted(client: Client, start: number): void {
  if (client.replyMode === 'off' || client.replyMode === 'skip') client.reply.truncate(start);
}
