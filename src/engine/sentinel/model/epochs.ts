/**
 * Which epochs of other Sentinels are believed. Redis counts epochs in 64 bits and adopts any.
 * Numbers here are exact up to 2^53. A Sentinel that adopted an epoch from there could not count on:
 * its failovers would have no epoch of their own, and none would be elected.
 *
 * Each failover uses one epoch, so an honest Sentinel is never far ahead. Example: at epoch 7 a
 * Sentinel adopts 4294967303, which is 7 + 2^32, and refuses 4294967304.
 */

const STEP_MAX = 2 ** 32;

/** True when a Sentinel whose epoch is `current` may adopt `epoch`. */
export function isReachable(epoch: number | bigint, current: number): epoch is number {
  return Number.isSafeInteger(epoch) && Number(epoch) - current <= STEP_MAX;
}
