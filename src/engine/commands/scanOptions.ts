/** Cursors, options and replies of SCAN, HSCAN, SSCAN and ZSCAN. */

import type { DataCall } from '../execution/dataCall.ts';
import { globMatch, matchesAll } from '../process/glob.ts';
import type { Bytes } from '../resp/bytes.ts';

const COUNT_DEFAULT = 10;
const CURSOR_LIMIT = 1n << 64n;

export interface ScanOptions {
  count: number;
  /** undefined: everything matches. */
  pattern: string | undefined;
  /** SCAN's TYPE, in lower case; an unknown type matches nothing. */
  type: string | undefined;
}

/** A cursor as strtoul parses it: a sign and leading zeros are allowed, a NUL ends it, and empty text is 0. */
const CURSOR = /^(?:[+-]?(?=\d)0*(\d{0,20}))?(?:\0|$)/;

export function readCursor(call: DataCall, index: number): number | undefined {
  const match = CURSOR.exec(call.str(index));
  const value = match === null ? CURSOR_LIMIT : BigInt(match[1] ?? 0);
  if (value < CURSOR_LIMIT) return Number(value);
  call.reply.error('ERR invalid cursor');
  return undefined;
}

/**
 * Parses `[MATCH pattern] [COUNT count]` and, for SCAN, `[TYPE type]` after the cursor. Replies with an
 * error and returns undefined if they are invalid.
 */
export function readScanOptions(
  call: DataCall,
  cursorAt: number,
  knowsType: boolean,
): ScanOptions | undefined {
  const options: ScanOptions = { count: COUNT_DEFAULT, pattern: undefined, type: undefined };
  for (let at = cursorAt + 1; at < call.argc; at += 2) {
    const word = at + 1 < call.argc ? call.word(at) : '';
    if (word === 'match') {
      const pattern = call.str(at + 1);
      options.pattern = matchesAll(pattern) ? undefined : pattern;
    } else if (word === 'type' && knowsType) {
      options.type = call.word(at + 1);
    } else if (word === 'count') {
      const count = call.int(at + 1);
      if (count === undefined) return undefined;
      if (count < 1) return refused(call);
      options.count = count;
    } else {
      return refused(call);
    }
  }
  return options;
}

function refused(call: DataCall): undefined {
  call.syntaxError();
}

export function matches({ pattern }: ScanOptions, text: string): boolean {
  return pattern === undefined || globMatch(pattern, text);
}

export function replyScanned(call: DataCall, cursor: number, found: readonly Bytes[]): void {
  const { reply } = call;
  reply.array(2);
  reply.bulk(String(cursor));
  reply.array(found.length);
  for (const item of found) reply.bulk(item);
}
