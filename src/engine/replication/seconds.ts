/**
 * Replication's timeouts and lags are counted in whole seconds of Unix time, as Redis counts them:
 * an event at 10.9 s is one second old at 11.0 s, and a timeout of 5 s applies from the sixth second on.
 */

import type { Micros } from '../machine/machine.ts';

export const SECOND_MICROS = 1_000_000;

export function unixSeconds(at: Micros): number {
  return Math.floor(at / SECOND_MICROS);
}

export function secondsBetween(since: Micros, now: Micros): number {
  return unixSeconds(now) - unixSeconds(since);
}
