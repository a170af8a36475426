/**
 * HSCAN, SSCAN and ZSCAN: what they share of cursors and options.
 *
 * A cursor is a slot (data/pagedTable.ts). A collection no larger than what Redis keeps in compact
 * form is returned whole, as there: its cursor is always 0.
 */

import { globMatch } from '../process/glob.ts';
import { indexArgument } from './arguments.ts';
import type { DataCall } from './call.ts';

const COUNT_DEFAULT = 10;
const CURSOR_LIMIT = 1n << 64n;

export interface ScanOptions {
  readonly count: number;
  /** undefined: everything matches. */
  readonly pattern: string | undefined;
}

/** A cursor as strtoul reads it: a sign is allowed, and nothing at all is 0. */
export function readCursor(call: DataCall, index: number): number | undefined {
  const text = call.str(index);
  const digits = /^(?:[+-]?\d+)?$/.test(text) ? text.replace(/^[+-]/, '') : undefined;
  const value = digits === undefined ? CURSOR_LIMIT : BigInt(digits);
  if (value < CURSOR_LIMIT) return Number(value);
  call.reply.error('ERR invalid cursor');
  return undefined;
}

/** `[MATCH pattern] [COUNT count]` behind key and cursor. */
export function readScanOptions(call: DataCall): ScanOptions | undefined {
  let count = COUNT_DEFAULT;
  let pattern: string | undefined;
  for (let i = 3; i < call.argc; i += 2) {
    const option = i + 1 < call.argc ? call.word(i) : '';
    if (option === 'count') {
      const value = indexArgument(call, i + 1);
      if (value === undefined) return undefined;
      if (value < 1) {
        call.syntaxError();
        return undefined;
      }
      count = value;
    } else if (option === 'match') {
      pattern = call.str(i + 1);
    } else {
      call.syntaxError();
      return undefined;
    }
  }
  return { count, pattern: pattern === '*' ? undefined : pattern };
}

export function matches(options: ScanOptions, text: string): boolean {
  return options.pattern === undefined || globMatch(options.pattern, text);
}

/** The reply to a scan of a key that does not exist. */
export function replyEmptyScan(call: DataCall): void {
  call.reply.array(2);
  call.reply.bulk('0');
  call.reply.array(0);
}

/** Where a scan begins and how far it goes: from the top and through all of a small collection. */
export function scanWindow(
  cursor: number,
  options: ScanOptions,
  size: number,
  compactMax: number,
): { from: number; slots: number } {
  if (size <= compactMax) return { from: 0, slots: size };
  return { from: cursor, slots: options.count };
}
