/**
 * A reply as redis-cli shows it at its prompt, a line each:
 *
 *   (integer) 3    "a \"quoted\" bulk"    (nil)    (error) ERR syntax error
 *   1) "a"         what follows in a nested array is indented by the width of its number
 *   2) 1) "b"
 *      2) "c"
 *
 * Invariant: every line is printable ASCII, whatever bytes the reply holds; only verbatim texts (INFO) and
 * simple ones go through as they are.
 */

import { type Reply, replyText } from '../engine/resp/replyReader.ts';
import { representation } from '../engine/resp/splitArguments.ts';

export function replyLines(reply: Reply): string[] {
  switch (reply.type) {
    case 'simple':
      return [reply.text];
    case 'error':
      return [`(error) ${reply.text}`];
    case 'integer':
      return [`(integer) ${reply.value}`];
    case 'double':
      return [`(double) ${reply.value}`];
    case 'boolean':
      return [reply.value ? '(true)' : '(false)'];
    case 'bigNumber':
      return [reply.text];
    case 'null':
      return ['(nil)'];
    case 'bulk':
      return bulkLines(replyText(reply)!);
    case 'verbatim':
      return textLines(replyText(reply)!);
    default:
      return aggregateLines(reply.type, reply.items);
  }
}

/** INFO and its like are texts even where RESP2 has no type for it: CRLF at the end of every line. */
function bulkLines(text: string): string[] {
  return /^(# |[ -~]+\r\n)/.test(text) && text.endsWith('\r\n')
    ? textLines(text)
    : [representation(text)];
}

function textLines(text: string): string[] {
  return text.replace(/\r?\n$/, '').split(/\r?\n/);
}

function aggregateLines(type: 'array' | 'map' | 'set' | 'push', items: readonly Reply[]): string[] {
  if (items.length === 0) return [type === 'map' ? '(empty hash)' : `(empty ${type})`];
  if (type === 'map') return mapLines(items);
  const mark = type === 'set' ? '~' : ')';
  const width = String(items.length).length;
  return items.flatMap((item, index) =>
    indented(`${String(index + 1).padStart(width)}${mark} `, replyLines(item)),
  );
}

function mapLines(items: readonly Reply[]): string[] {
  const width = String(items.length / 2).length;
  const lines: string[] = [];
  for (let i = 0; i < items.length; i += 2) {
    const key = replyLines(items[i]!).join(' ');
    const number = String(i / 2 + 1).padStart(width);
    lines.push(...indented(`${number}# ${key} => `, replyLines(items[i + 1]!)));
  }
  return lines;
}

/** The prefix before the first line, as many blanks before the others. */
function indented(prefix: string, lines: readonly string[]): string[] {
  return lines.map((line, index) => (index === 0 ? prefix : ' '.repeat(prefix.length)) + line);
}
