/**
 * Decodes a chunk: what its bytes mean, with what was said on its connection before. Nothing is decoded
 * until it is looked at.
 */

import { type Chunk, type ChunkFrame, type ChunkSource, framesOf } from './chunks.ts';
import { commandOf } from './commands.ts';
import type { Frame } from './frames.ts';
import type { Decoded, Item, Message } from './message.ts';
import { pushOf, replyOf } from './replies.ts';
import { type Requests, requestsOf } from './requests.ts';

/** `seq` is the chunk's event; Infinity for one that has not happened yet. */
export function decode(source: ChunkSource, chunk: Chunk, seq: number): Decoded {
  const requests = requestsOf(source, chunk, seq);
  const frames = framesOf(source, chunk, requests.dialect);
  const items: Item[] = [];
  let answered = 0;
  for (const placed of frames) {
    const { start, isWhole } = placed;
    const message = messageOf(placed, requests, answered);
    if ('to' in message && message.kind !== 'unread') answered += 1;
    items.push({ message, isContinued: start < 0 || message.kind === 'part', isWhole });
  }
  const [first] = frames;
  const isContinued = items[0]?.isContinued === true;
  return { length: chunk.length, continuedBytes: isContinued ? first!.end : 0, items };
}

function messageOf(placed: ChunkFrame, requests: Requests, answered: number): Message {
  const { frame, start, end, isWhole } = placed;
  if (frame === undefined) {
    const bytes = end - start;
    const to = requests.commands.slice(answered);
    return isWhole ? { kind: 'unread', bytes, to } : { kind: 'part', bytes };
  }
  if (frame.type === 'rdb') return payload(frame, placed);
  if (frame.type === 'newline' || frame.type === 'beginning') return replyOf(frame, undefined);
  switch (requests.dialect) {
    case 'commands':
      return commandOf(frame, 'client') ?? replyOf(frame, undefined);
    case 'replies':
      return reply(frame, requests, answered);
    default:
      return ofStream(frame, requests, answered);
  }
}

function payload(frame: Frame & { type: 'rdb' }, { end, payloadStart }: ChunkFrame): Message {
  const before = Math.max(0, -payloadStart);
  const bytes = Math.max(0, end - Math.max(0, payloadStart));
  return { kind: 'rdb', length: frame.length, before, bytes };
}

function reply(frame: Frame, { commands, isDirect }: Requests, answered: number): Message {
  const isPush = !isDirect || (frame.type === 'array' && frame.isPush);
  return (isPush ? pushOf(frame) : undefined) ?? replyOf(frame, commands[answered]);
}

/** What a master sends to a replica; or a subscriber's message, if nothing else is known. */
function ofStream(frame: Frame, { commands, dialect }: Requests, answered: number): Message {
  const push = dialect === 'unknown' ? pushOf(frame) : undefined;
  const command = frame.type === 'inline' ? undefined : commandOf(frame, 'master');
  return push ?? command ?? replyOf(frame, commands[answered]);
}
