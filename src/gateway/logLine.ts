/** Log lines in Redis's form: `<pid>:<role> 22 Nov 2026 07:33:20.953 * message`. */

import { writeSync } from 'node:fs';
import type { LogLevel, Micros } from '../engine/machine/machine.ts';
import type { FeedEntry } from '../view/messages.ts';
import { errnoCode } from './errno.ts';

const MARKS: Readonly<Record<LogLevel, string>> = {
  debug: '.',
  verbose: '-',
  notice: '*',
  warning: '#',
};
const RANKS: Readonly<Record<LogLevel, number>> = { debug: 0, verbose: 1, notice: 2, warning: 3 };
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** `22 Nov 2026 07:33:20.953`, local time. */
export function logTime(at: Micros): string {
  const date = new Date(Math.floor(at / 1000));
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${two(date.getDate())} ${MONTHS[date.getMonth()]} ${date.getFullYear()}`;
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return `${day} ${time}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

export function formatLogLine(
  pid: number,
  role: string,
  at: Micros,
  level: LogLevel,
  line: string,
): string {
  return `${pid}:${role} ${logTime(at)} ${MARKS[level]} ${line}\n`;
}

/** A line of a node's log, whose writer is `1234:M`. */
export function formatLogEntry({ writer = '', at, level, text }: FeedEntry): string {
  const [pid, role] = writer.split(':');
  return formatLogLine(Number(pid), role ?? '', at, level, text);
}

/** Whether a log of level `threshold` contains lines of `level`. */
export function isShown(level: LogLevel, threshold: LogLevel): boolean {
  return RANKS[level] >= RANKS[threshold];
}

/**
 * Writes a machine's text at once and unbuffered, so that a line is visible before its consequences. Its
 * characters are bytes, so a name in UTF-8 is written as it was received. A write to a full pipe (EAGAIN)
 * is retried; a closed pipe is ignored.
 */
export function writeOut(fd: number, text: string): void {
  const bytes = Buffer.from(text, 'latin1');
  let written = 0;
  while (written < bytes.length) {
    try {
      written += writeSync(fd, bytes, written);
    } catch (error) {
      if (errnoCode(error) !== 'EAGAIN') return;
    }
  }
}
