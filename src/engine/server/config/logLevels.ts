/** `loglevel`: what is less important than it says is not logged. */

import type { LogLevel } from '../../machine/machine.ts';

/** From the least important on. */
export const LOG_LEVELS: readonly LogLevel[] = ['debug', 'verbose', 'notice', 'warning'];

export function isLogged(level: LogLevel, least: string): boolean {
  return LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(least as LogLevel);
}
