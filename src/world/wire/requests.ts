/**
 * Which commands a chunk of replies answers. A reply was sent by the event that caused its arrival, in
 * most cases the event that brought the command. If the command had to wait (BLPOP, a busy process, a
 * full send window), the commands and replies since an answer of the first kind are counted.
 *
 * Example: chunk 10 brings BLPOP a, chunk 20 brings GET b, and the reply to both is caused by event 30,
 * another client's LPUSH. The last reply before them answered chunk 5 at once, so what waits is BLPOP
 * and GET, in this order.
 */

import { type Chunk, type ChunkSource, framesOf } from './chunks.ts';
import { commandOf, repliesTo } from './commands.ts';
import type { Dialect } from './frames.ts';
import type { CommandMessage } from './message.ts';
import { pushOf } from './replies.ts';

/** How far the search for an answer of the first kind goes back, in chunks. */
const CHUNKS_MAX = 32;

export interface Requests {
  readonly dialect: Dialect;
  /** The commands that the chunk may answer, in order, one for each reply. */
  readonly commands: readonly CommandMessage[];
  /** The chunk answers its cause. Otherwise a message may have come unasked. */
  readonly isDirect: boolean;
}

const NONE: readonly CommandMessage[] = [];

/** `seq` is the chunk's event; Infinity for one that has not happened yet. */
export function requestsOf(source: ChunkSource, chunk: Chunk, seq: number): Requests {
  if (!chunk.isReply) return { dialect: 'commands', commands: NONE, isDirect: true };
  const request = requestBefore(source, chunk, sentAt(chunk, seq));
  const asked = commandsIn(source, request);
  const last = asked.at(-1) ?? lastCommand(source, source.chunk(request)?.previous ?? 0);
  if (last === undefined) return { dialect: 'unknown', commands: NONE, isDirect: false };
  if (last.kind === 'psync') return { dialect: 'stream', commands: [last], isDirect: true };
  if (last.kind === 'ack') return { dialect: 'acknowledged', commands: NONE, isDirect: false };
  const isDirect = answersAtOnce(source, chunk, seq, request);
  const commands = isDirect ? expected(asked) : waiting(source, chunk, seq, request);
  return { dialect: 'replies', commands, isDirect };
}

/** The event that sent a chunk. What comes from outside has no cause: then its arrival. */
function sentAt(chunk: Chunk, seq: number): number {
  return chunk.cause === 0 ? seq : chunk.cause;
}

/** The last event up to `limit` that brought bytes to the chunk's sender; 0 if it is not held. */
function requestBefore(source: ChunkSource, chunk: Chunk, limit: number): number {
  let at = chunk.opposite;
  while (at > limit) at = source.chunk(at)?.previous ?? 0;
  return source.chunk(at) === undefined ? 0 : at;
}

/** The commands that ended with the chunk of an event. */
function commandsIn(source: ChunkSource, seq: number): CommandMessage[] {
  const chunk = source.chunk(seq);
  if (chunk === undefined) return [];
  const commands: CommandMessage[] = [];
  for (const { frame, isWhole } of framesOf(source, chunk, 'commands')) {
    const command = isWhole && frame !== undefined ? commandOf(frame, 'client') : undefined;
    if (command !== undefined) commands.push(command);
  }
  return commands;
}

/** The last command that had arrived in full with event `seq`. */
function lastCommand(source: ChunkSource, seq: number): CommandMessage | undefined {
  let at = seq;
  for (let count = 0; at > 0 && count < CHUNKS_MAX; count += 1) {
    const last = commandsIn(source, at).at(-1);
    if (last !== undefined) return last;
    at = source.chunk(at)?.previous ?? 0;
  }
  return undefined;
}

/** Each command as often as it is answered. */
function expected(commands: readonly CommandMessage[]): CommandMessage[] {
  const list: CommandMessage[] = [];
  for (const command of commands) {
    for (let count = repliesTo(command); count > 0; count -= 1) list.push(command);
  }
  return list;
}

/** Whether a chunk of replies is the first answer to `request`, and nothing before that was waiting. */
function answersAtOnce(source: ChunkSource, chunk: Chunk, seq: number, request: number): boolean {
  if (chunk.cause !== 0 && chunk.cause !== request) return false;
  const earlier = source.chunk(request)!.previous;
  const before = source.chunk(chunk.previous);
  // Of what is forgotten, nothing waits any more.
  if (chunk.previous !== 0 && before === undefined) return true;
  const answeredAt = before === undefined ? -1 : sentAt(before, Math.min(chunk.previous, seq));
  if (answeredAt >= request) return false;
  return answeredAt >= earlier || expected(commandsIn(source, earlier)).length === 0;
}

/** The commands that waited for an answer when the chunk was sent. */
function waiting(
  source: ChunkSource,
  chunk: Chunk,
  seq: number,
  request: number,
): readonly CommandMessage[] {
  let answered = 0;
  let [at, atSeq] = [chunk, seq];
  for (let count = 0; count < CHUNKS_MAX; count += 1) {
    const isFirst = at.previous === 0;
    const since = isFirst ? 0 : requestBefore(source, at, sentAt(at, atSeq));
    const isAnchor = since > 0 && answersAtOnce(source, at, atSeq, since);
    if (isFirst || isAnchor) {
      return expected(commandsBetween(source, since, request)).slice(answered);
    }
    atSeq = at.previous;
    const before = source.chunk(atSeq);
    if (before === undefined) return NONE;
    at = before;
    answered += repliesIn(source, at);
  }
  return NONE;
}

/** The commands of the events from `first` (0: from the beginning) to `last`. */
function commandsBetween(source: ChunkSource, first: number, last: number): CommandMessage[] {
  const lists: CommandMessage[][] = [];
  for (let at = last; at >= first && at > 0 && lists.length < CHUNKS_MAX; ) {
    lists.unshift(commandsIn(source, at));
    at = source.chunk(at)?.previous ?? 0;
  }
  return lists.flat();
}

/** The number of replies that end in a chunk. */
function repliesIn(source: ChunkSource, chunk: Chunk): number {
  let count = 0;
  for (const { frame, isWhole } of framesOf(source, chunk, 'replies')) {
    if (isWhole && frame !== undefined && pushOf(frame) === undefined) count += 1;
  }
  return count;
}
