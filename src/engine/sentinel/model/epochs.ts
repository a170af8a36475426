/**
 * Epochs that other Sentinels name. Redis counts in 64 bits and takes over any. Numbers here are
 * exact up to 2^53, and an epoch taken over from there could not grow any more: no later failover
 * would have an epoch of its own, and none would ever be elected.
 *
 * A failover uses up one epoch, so an honest Sentinel is never far ahead. Example: at epoch 7 a
 * Sentinel takes over 4294967303, which is 7 + 2^32, and refuses 4294967304.
 */

const STEP_MAX = 2 ** 32;

/** True when an epoch may be taken over by a Sentinel that is in `current`. */
export function isReachable(epoch: number | bigint, current: number): epoch is number {
  return Number.isSafeInteger(epoch) && Number(epoch) - current <= STEP_MAX;
}
