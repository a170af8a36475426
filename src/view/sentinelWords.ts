/** What a Sentinel is about to do, in words that the trees and the page share. */

import type { SentinelInstanceSnapshot, SentinelSnapshot } from './snapshot.ts';

/** A shorter silence is an ordinary wait for a PONG. */
const SILENT_MS_MIN = 500;

/**
 * `SDOWN in 1.4 s`: the time until the Sentinel considers the instance down. Empty while the instance
 * answers, and once it is down.
 */
export function countdownOf({ flags, silentMs, downAfterMs }: SentinelInstanceSnapshot): string {
  const isDown = flags.split(',').some((flag) => flag === 's_down' || flag === 'o_down');
  if (isDown || silentMs < Math.min(SILENT_MS_MIN, downAfterMs / 2)) return '';
  const leftMs = Math.max(0, downAfterMs - silentMs);
  return `SDOWN in ${(leftMs / 1000).toFixed(1)} s`;
}

/**
 * `candidate` until it is elected, then `leader: select_slave`, the step of the failover as
 * SENTINEL MASTER prints it. Empty while it runs no failover.
 */
export function failoverRoleOf({ failoverState }: SentinelSnapshot): string {
  if (failoverState === '') return '';
  // It has started the failover, and asks the others for their votes.
  return failoverState === 'wait_start' ? 'candidate' : `leader: ${failoverState}`;
}
