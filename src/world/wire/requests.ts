/**
 * Which commands a chunk of replies answers. A reply was sent by the event that caused its arrival, in
 * most cases the event that brought the command. If the command had to wait (BLPOP, a busy process, a
 * full send window), the commands and replies since an answer of the first kind are counted.
 *
 * Example: chunk 10 brings BLPOP a, chunk 20 brings GET b, and the reply to both is caused by event 30,
 * another client's LPUSH. The last reply before them answered chunk 5 at once, so what waits is BLPOP
 * and GET, in this order.
 */

import { type Chunk, type ChunkFrame, type ChunkSource, framesOf } from './chunks.ts';
import { commandOf, repliesTo } from './commands.ts';
import { type Dialect, readFrame } from './frames.ts';
import type { CommandMessage } from './message.ts';
import { Pieces } from './pieces.ts';
import { pushOf } from './replies.ts';

/** How far the search for an answer of the first kind goes back, in chunks. */
const REPLIES_MAX = 1_024;
/** How many chunks of commands are read. */
const REQUESTS_MAX = 32;
/** How many chunks are searched for a command that tells what the connection is used for. */
const USE_MAX = 4;

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
  const request = requestOf(source, chunk);
  const asked = commandsIn(source, request);
  const last = asked.at(-1) ?? lastCommand(source, request);
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

/** The event that brought the last bytes to a chunk's sender; 0 if it is not held. */
function requestOf(source: ChunkSource, { opposite }: Chunk): number {
  return source.chunk(opposite) === undefined ? 0 : opposite;
}

/** The commands that ended with the chunk of an event. */
function commandsIn(source: ChunkSource, seq: number): CommandMessage[] {
  const commands: CommandMessage[] = [];
  for (const { frame, isWhole } of commandFrames(source, seq)) {
    const command = isWhole && frame !== undefined ? commandOf(frame, 'client') : undefined;
    if (command !== undefined) commands.push(command);
  }
  return commands;
}

function commandFrames(source: ChunkSource, seq: number): readonly ChunkFrame[] {
  const chunk = source.chunk(seq);
  return chunk === undefined ? [] : framesOf(source, chunk, 'commands');
}

/** The last command up to event `seq`, perhaps only its beginning if that tells enough. */
function lastCommand(source: ChunkSource, seq: number): CommandMessage | undefined {
  let at = seq;
  for (let count = 0; at > 0 && count < USE_MAX; count += 1) {
    const frames = commandFrames(source, at);
    for (const { frame, isWhole } of frames.toReversed()) {
      const command = frame === undefined ? undefined : commandOf(frame, 'client');
      const isOther = command?.kind === 'command' && command.command.name !== '';
      if (command !== undefined && (isWhole || isOther)) return command;
    }
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
  const before: Chunk[] = [];
  let [at, atSeq] = [chunk, seq];
  while (before.length < REPLIES_MAX) {
    const since = at.previous === 0 ? 0 : requestOf(source, at);
    if (at.previous === 0 || (since > 0 && answersAtOnce(source, at, atSeq, since))) {
      const answered = repliesIn(before.reverse());
      return expected(commandsBetween(source, since, request)).slice(answered);
    }
    atSeq = at.previous;
    const next = source.chunk(atSeq);
    if (next === undefined) break;
    before.push(next);
    at = next;
  }
  return NONE;
}

/** The commands of the events from `first` (0: from the beginning) to `last`. */
function commandsBetween(source: ChunkSource, first: number, last: number): CommandMessage[] {
  const lists: CommandMessage[][] = [];
  for (let at = last; at >= first && at > 0 && lists.length < REQUESTS_MAX; ) {
    lists.unshift(commandsIn(source, at));
    at = source.chunk(at)?.previous ?? 0;
  }
  return lists.flat();
}

/** The number of replies that end in chunks, the first of which begins with a reply. */
function repliesIn(chunks: readonly Chunk[]): number {
  const pieces = new Pieces();
  for (const { bytes, length } of chunks) pieces.add(bytes, length);
  let count = 0;
  for (let at = 0; at < pieces.length; ) {
    const read = readFrame(pieces, at, 'replies');
    if (typeof read?.end !== 'number' || read.end > pieces.length) break;
    if (pushOf(read.frame) === undefined) count += 1;
    at = read.end;
  }
  return count;
}
