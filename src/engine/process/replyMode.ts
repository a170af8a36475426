/**
 * CLIENT REPLY OFF and SKIP: drops the replies that a client does not want. Pushes (the confirmation
 * of SUBSCRIBE, messages) are not replies and are kept:
 *
 *   CLIENT REPLY OFF, SUBSCRIBE x, PUBLISH x 1, GET   →   the confirmation and the message only
 *
 * Replies are written first, then judged, that is, kept or dropped: at the end of a command, and
 * before a push in the middle of it. The replies inside an EXEC are judged one by one, because a
 * command of the transaction may change the mode:
 *
 *   MULTI, SET a 1, CLIENT REPLY OFF, SET b 1, EXEC   →   *3, +OK
 *
 * Invariant: before a command a client's mode is `on`, `off` or `skipNext`; or it is still `skip`, if
 * the command before was blocked (WAIT, SAVE) and has been answered since. The mode is `skip` while
 * the command whose reply is skipped runs or is blocked; answerLate (blocking.ts) drops its reply.
 * `unjudgedFrom` is -1 except while a command of a muted client, or of an EXEC, runs.
 */

import type { Client } from './client.ts';

/** Called before a command of a client whose mode is not `on`. */
export function beginMuted(client: Client): void {
  if (client.replyMode === 'skipNext') client.replyMode = 'skip';
  // The skipped command was blocked, and has been answered since.
  else if (client.replyMode === 'skip') client.replyMode = 'on';
  beginJudged(client);
}

/** Called after that command. */
export function endMuted(client: Client): void {
  endJudged(client);
  if (client.replyMode !== 'skip') return;
  // CLIENT PAUSE has postponed the command: the mode is for its later run.
  if (client.postponed) client.replyMode = 'skipNext';
  else if (client.blockedOn === undefined) client.replyMode = 'on';
}

/** Called before replies that are judged on their own: a command's reply, EXEC's array header, each reply in EXEC. */
export function beginJudged(client: Client): void {
  client.unjudgedFrom = client.reply.length;
}

/** Called after those replies. Does nothing if they have been judged already, as those in an EXEC are. */
export function endJudged(client: Client): void {
  if (client.unjudgedFrom < 0) return;
  dropUnwanted(client, client.unjudgedFrom);
  client.unjudgedFrom = -1;
}

/** Called before a push is written to the client. */
export function beginPush(client: Client): void {
  if (client.unjudgedFrom >= 0) dropUnwanted(client, client.unjudgedFrom);
}

/** Called after the push. */
export function endPush(client: Client): void {
  if (client.unjudgedFrom >= 0) beginJudged(client);
}

/** Drops the replies written since `start` if the client's mode says so. There must be no push among them. */
export function dropUnwanted(client: Client, start: number): void {
  if (client.replyMode === 'off' || client.replyMode === 'skip') client.reply.truncate(start);
}
