/**
 * A decoded chunk in a few words: `SELECT 0; SET x 1`, `OK`, `PSYNC ? -1`.
 *
 * Invariant: words, numbers and errors are spelled as on the wire.
 */

import type { Frame } from './frames.ts';
import type { Command, Decoded, Hello, Item, Message } from './message.ts';

const ITEMS_MAX = 3;
const WORDS_MAX = 8;
const WORD_CHARS_MAX = 48;
const PRINTABLE = /^[\x21-\x7e]+$/;

/** The words of a chunk. `wordsOf` gives those of a message. */
export function describe(
  { items }: Decoded,
  wordsOf: (message: Message) => string = messageWords,
): string {
  const last = items.at(-1);
  const isCut = items.length > 1 && last?.message.kind === 'unread';
  const told = (isCut ? items.slice(0, -1) : items).map((item) => itemWords(item, wordsOf));
  const words = told.filter((text) => text !== '');
  const shown = words.slice(0, ITEMS_MAX).join('; ');
  if (isCut) return `${shown} (and more)`;
  return words.length <= ITEMS_MAX ? shown : `${shown} (+${words.length - ITEMS_MAX} more)`;
}

/** An item that goes on in a later chunk ends with an ellipsis. */
function itemWords(item: Item, wordsOf: (message: Message) => string): string {
  const { message, isWhole, isContinued } = item;
  const words = wordsOf(message);
  if (message.kind === 'rdb') return isContinued ? `${words}: ${progress(item)}` : words;
  const isOpen = !isWhole && message.kind !== 'part';
  return isOpen && !words.endsWith('…') ? `${words} …` : words;
}

function progress({ message, isWhole }: Item): string {
  if (isWhole || message.kind !== 'rdb') return 'complete';
  return `${message.before + message.bytes} have arrived`;
}

export function messageWords(message: Message): string {
  switch (message.kind) {
    case 'status':
      return message.text;
    case 'integer':
    case 'scalar':
      return message.text;
    case 'error':
      return `-${message.text}`;
    case 'nil':
      return '(nil)';
    case 'bulk':
    case 'infoReply':
      return word(message.text);
    case 'pong':
      return frameWords(message.frame);
    case 'array':
    case 'push':
      return listWords(message.items, message.count);
    case 'fullresync':
      return `FULLRESYNC ${message.replid} ${message.offset}`;
    case 'continue':
      return message.replid === undefined ? 'CONTINUE' : `CONTINUE ${message.replid}`;
    case 'vote':
      return `${message.isDown ? 1 : 0} ${message.leader ?? '*'} ${message.epoch}`;
    case 'published': {
      const { channel, pattern, text } = message;
      const head = pattern === undefined ? 'message' : `pmessage ${word(pattern)}`;
      return `${head} ${word(channel)} ${word(text)}`;
    }
    case 'publishedHello':
      return `message __sentinel__:hello ${word(helloWords(message.hello))}`;
    case 'rdb':
      return `RDB of ${message.length === undefined ? 'unknown length' : `${message.length} bytes`}`;
    case 'newline':
      return '';
    case 'line':
      return shorten(message.text);
    case 'beginning':
      return `${shorten(message.text)}…`;
    case 'part':
      return 'rest of an earlier message';
    case 'unread':
      return `${message.bytes} bytes`;
    default:
      return commandWords(message.command);
  }
}

function commandWords({ spelled, args, argCount }: Command): string {
  const words = [spelled, ...args].slice(0, WORDS_MAX).map(word);
  if (argCount + 1 > words.length) words.push('…');
  return words.join(' ');
}

function helloWords(hello: Hello | undefined): string {
  if (hello === undefined) return '…';
  const { ip, port, runid, currentEpoch, master, masterIp, masterPort, masterConfigEpoch } = hello;
  return `${ip},${port},${runid},${currentEpoch},${master},${masterIp},${masterPort},${masterConfigEpoch}`;
}

function frameWords(frame: Frame): string {
  switch (frame.type) {
    case 'status':
    case 'integer':
    case 'scalar':
      return frame.text;
    case 'error':
      return `-${frame.text}`;
    case 'inline':
    case 'beginning':
      return shorten(frame.text);
    case 'bulk':
      return word(frame.text);
    case 'array':
      return listWords(frame.items, frame.count);
    case 'nil':
      return '(nil)';
    default:
      return '';
  }
}

function listWords(items: readonly Frame[], count: number): string {
  if (count === 0) return '(empty)';
  const words = items.slice(0, WORDS_MAX).map(frameWords);
  if (count > words.length) words.push('…');
  return words.join(' ');
}

/** A word as it is, or quoted. */
function word(text: string): string {
  return shorten(PRINTABLE.test(text) ? text : JSON.stringify(text));
}

function shorten(words: string): string {
  return words.length <= WORD_CHARS_MAX ? words : `${words.slice(0, WORD_CHARS_MAX - 1)}…`;
}
