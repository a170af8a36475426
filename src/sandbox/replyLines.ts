/**
 * Prints a reply as redis-cli does at its prompt:
 *
 *   (integer) 3    "a \"quoted\" bulk"    (nil)    (error) ERR syntax error
 *   1) "a"         further lines of a nested array are indented by the width of its number
 *   2) 1) "b"
 *      2) "c"
 *
 * Invariants: every line is printable ASCII, whatever bytes the reply contains; only verbatim texts
 * (INFO) and simple strings are printed as they are. A reply of any size becomes about LINES_MAX lines
 * or CHARS_MAX characters at most; an ellipsis gives the size of the omitted part of a value or list.
 */

import { type Bytes, toLatin1 } from '../engine/resp/bytes.ts';
import type { Reply, ReplyLimits } from '../engine/resp/replyReader.ts';
import { representation } from '../engine/resp/splitArguments.ts';
import { cutNote, displayed, SHOWN } from '../view/displayed.ts';

const LINES_MAX = 10_000;
const CHARS_MAX = 1024 * 1024;

/** How much of a reply is shown, so that no more of it needs to be kept. */
export const SHOWN_REPLY: ReplyLimits = {
  bytesKeptMax: SHOWN.value,
  elementsKeptMax: LINES_MAX,
};

export function replyLines(reply: Reply): string[] {
  const page = new Page();
  page.write(reply, '', '');
  return page.lines;
}

class Page {
  readonly lines: string[] = [];
  private chars = 0;

  private get isFull(): boolean {
    return this.lines.length >= LINES_MAX || this.chars >= CHARS_MAX;
  }

  /** `first` precedes the first line, `rest` the others. */
  write(reply: Reply, first: string, rest: string): void {
    switch (reply.type) {
      case 'simple':
      case 'bigNumber':
        return this.line(first + reply.text);
      case 'error':
        return this.line(`${first}(error) ${displayed(reply.text, SHOWN.line)}`);
      case 'integer':
      case 'double':
        return this.line(`${first}(${reply.type}) ${reply.value}`);
      case 'boolean':
        return this.line(`${first}(${reply.value})`);
      case 'null':
        return this.line(`${first}(nil)`);
      case 'bulk':
        return this.bulk(reply.bytes, reply.omitted ?? 0, first, rest);
      case 'verbatim':
        return this.text(shownBytes(reply.bytes, reply.omitted ?? 0), first, rest);
      case 'map':
        return this.map(reply.items, reply.omitted ?? 0, first, rest);
      default:
        return this.list(reply.type, reply.items, reply.omitted ?? 0, first, rest);
    }
  }

  private line(text: string): void {
    this.lines.push(text);
    this.chars += text.length;
  }

  /** RESP2 has no type for texts such as INFO; they are recognized by CRLF at the end of every line. */
  private bulk(bytes: Bytes, omitted: number, first: string, rest: string): void {
    const shown = shownBytes(bytes, omitted);
    if (/^(# |[ -~]+\r\n)/.test(shown.text) && (shown.note !== '' || shown.text.endsWith('\r\n'))) {
      this.text(shown, first, rest);
    } else {
      this.line(first + representation(shown.text) + shown.note);
    }
  }

  private text({ text, note }: ShownBytes, first: string, rest: string): void {
    const lines = text.replace(/\r?\n$/, '').split(/\r?\n/);
    for (const [index, line] of lines.entries()) {
      if (this.isFull) break;
      this.line((index === 0 ? first : rest) + line);
    }
    if (note !== '') this.line(rest + note);
  }

  private list(
    type: 'array' | 'set' | 'push',
    items: readonly Reply[],
    omitted: number,
    first: string,
    rest: string,
  ): void {
    if (items.length === 0 && omitted === 0) return this.line(`${first}(empty ${type})`);
    const mark = type === 'set' ? '~' : ')';
    const width = String(items.length).length;
    const blanks = ' '.repeat(width + 2);
    for (const [index, item] of items.entries()) {
      if (this.isFull) return this.more(items.length - index + omitted, rest);
      const number = `${String(index + 1).padStart(width)}${mark} `;
      this.write(item, (index === 0 ? first : rest) + number, rest + blanks);
    }
    this.more(omitted, rest);
  }

  private map(items: readonly Reply[], omitted: number, first: string, rest: string): void {
    if (items.length === 0 && omitted === 0) return this.line(`${first}(empty hash)`);
    const width = String(items.length / 2).length;
    for (let i = 0; i + 1 < items.length; i += 2) {
      if (this.isFull) return this.more((items.length - i + omitted) / 2, rest);
      const key = displayed(replyLines(items[i]!).join(' '), SHOWN.line);
      const start = `${String(i / 2 + 1).padStart(width)}# ${key} => `;
      this.write(items[i + 1]!, (i === 0 ? first : rest) + start, rest + ' '.repeat(start.length));
    }
    this.more(Math.ceil(omitted / 2), rest);
  }

  private more(count: number, rest: string): void {
    if (count > 0) this.line(`${rest}… and ${count} more`);
  }
}

interface ShownBytes {
  readonly text: string;
  /** The note on the length of a value that was cut. */
  readonly note: string;
}

/** Only the beginning of a long value becomes a string. */
function shownBytes(bytes: Bytes, omitted: number): ShownBytes {
  const length = bytes.length + omitted;
  const note = length > SHOWN.value ? cutNote(length, 'bytes') : '';
  return { text: toLatin1(bytes.slice(0, SHOWN.value)), note };
}
