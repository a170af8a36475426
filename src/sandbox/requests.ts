/** Encodes requests to nodes from inside a sandbox, and reads the replies. */

import { type Reply, replyText } from '../engine/resp/replyReader.ts';

/** A request as an array of bulk strings; words are latin1, one character per byte. */
export function encodeRequest(words: readonly string[]): Buffer {
  let text = `*${words.length}\r\n`;
  for (const word of words) text += `$${word.length}\r\n${word}\r\n`;
  return Buffer.from(text, 'latin1');
}

/** The elements of an array or push; none for anything else. */
export function itemsOf(reply: Reply): readonly Reply[] {
  return reply.type === 'array' || reply.type === 'push' ? reply.items : [];
}

/** The texts of an array's elements; undefined for elements without text. */
export function textsOf(reply: Reply): (string | undefined)[] {
  return itemsOf(reply).map(replyText);
}

/** `READONLY` of `READONLY You can't write against a read only replica.` */
export function errorCode(text: string): string {
  return firstWord(text);
}

export function firstWord(text: string): string {
  return text.split(' ', 1)[0]!;
}
