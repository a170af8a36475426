/** What a reply, a push or a master's answer means. */

import { firstParts } from '../../engine/resp/words.ts';
import { HIDDEN, shownError, shownLine } from '../secrets/hideWords.ts';
import { isSecretSetting } from '../secrets/secretWords.ts';
import { HELLO_CHANNEL, helloOf, isWholeBulk } from './commands.ts';
import type { Frame } from './frames.ts';
import type { CommandMessage, Message, PushedMessage, ReplyMessage } from './message.ts';

/** What a subscriber receives without having asked; undefined for any other frame. */
export function pushOf(frame: Frame): PushedMessage | undefined {
  if (frame.type !== 'array') return undefined;
  const { items, count, isPush } = frame;
  const words = items.map((item) => (item.type === 'bulk' ? item.text : undefined));
  const [type, first, second, third] = words;
  if (type === 'message' || type === 'smessage') {
    if (count === 3 && first !== undefined) return published(first, undefined, second, items[2]);
  } else if (type === 'pmessage' && count === 4 && second !== undefined) {
    return published(second, first, third, items[3]);
  }
  return isPush && !isConfirmation(type) ? { kind: 'push', items, count } : undefined;
}

/** RESP3 answers SUBSCRIBE and the like by pushes. */
function isConfirmation(type: string | undefined): boolean {
  return type !== undefined && /^[ps]?(un)?subscribe$/.test(type);
}

function published(
  channel: string,
  pattern: string | undefined,
  text: string | undefined,
  frame: Frame | undefined,
): PushedMessage {
  const whole = { kind: 'published', channel, pattern, text: text ?? '' } as const;
  if (channel !== HELLO_CHANNEL) return whole;
  const isKnown = frame !== undefined && isWholeBulk(frame);
  const hello = isKnown ? helloOf(text ?? '') : undefined;
  return isKnown && hello === undefined ? whole : { kind: 'publishedHello', hello };
}

/** The reply to a command; `to` is undefined if the command is not known. */
export function replyOf(frame: Frame, to: CommandMessage | undefined): Message {
  if (to?.kind === 'ping' && isPong(frame, to)) return { kind: 'pong', frame, to };
  switch (frame.type) {
    case 'status':
      return statusOf(frame.text, to);
    case 'error':
      return errorOf(shownError(frame.text), to);
    case 'integer':
    case 'scalar':
      return { kind: frame.type, text: frame.text, to };
    case 'nil':
      return { kind: 'nil', to };
    case 'bulk': {
      const { text, length } = frame;
      return { kind: to?.kind === 'info' ? 'infoReply' : 'bulk', text, length, to };
    }
    case 'array':
      return (
        (to?.kind === 'askVote' ? voteOf(frame.items, to) : undefined) ?? {
          kind: 'array',
          count: frame.count,
          items: shownItems(frame.items),
          to,
        }
      );
    case 'newline':
      return { kind: 'newline' };
    case 'inline':
      return { kind: 'line', text: shownLine(frame.text) };
    case 'beginning':
      return { kind: 'beginning', text: shownLine(frame.text) };
    case 'rdb':
      return { kind: 'rdb', length: frame.length, before: 0, bytes: 0 };
  }
}

function errorOf(text: string, to: CommandMessage | undefined): ReplyMessage {
  return { kind: 'error', code: firstParts(text, ' ', 1)[0]!, text, to };
}

/** Without the values of secret settings, which follow their names. */
function shownItems(items: readonly Frame[]): readonly Frame[] {
  return items.map((item, index) => {
    const name = items[index - 1];
    const isSecret = item.type === 'bulk' && name?.type === 'bulk' && isSecretSetting(name.text);
    return isSecret && item.length > 0 ? { ...item, text: HIDDEN } : item;
  });
}

/** A PING is answered by +PONG; with an argument by that; to a subscriber of RESP2 by an array. */
function isPong(frame: Frame, { command }: CommandMessage): boolean {
  if (frame.type === 'status') return frame.text === 'PONG';
  if (frame.type === 'bulk') return command.argCount === 1;
  const [first] = frame.type === 'array' ? frame.items : [];
  return first?.type === 'bulk' && first.text === 'pong';
}

function statusOf(text: string, to: CommandMessage | undefined): ReplyMessage {
  // No other command is answered by this status.
  if (text === 'PONG' && to === undefined)
    return { kind: 'pong', frame: { type: 'status', text }, to };
  if (to === undefined || to.kind === 'psync') {
    const [code, replid, offset] = firstParts(text, ' ', 3);
    if (code === 'FULLRESYNC' && replid !== undefined) {
      return { kind: 'fullresync', replid, offset: Number(offset), to };
    }
    if (code === 'CONTINUE') return { kind: 'continue', replid, to };
  }
  return { kind: 'status', text, to };
}

/** `[0 or 1, leader or *, epoch]`. */
function voteOf(items: readonly Frame[], to: CommandMessage): ReplyMessage | undefined {
  const [down, leader, epoch] = items;
  if (down?.type !== 'integer' || leader?.type !== 'bulk' || epoch?.type !== 'integer') {
    return undefined;
  }
  return {
    kind: 'vote',
    isDown: down.text === '1',
    leader: leader.text === '*' ? undefined : leader.text,
    epoch: Number(epoch.text),
    to,
  };
}
