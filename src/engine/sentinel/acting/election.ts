/**
 * The election: in each epoch the Sentinels of a master elect at most one leader for its failover.
 *
 * Invariant: a Sentinel votes at most once an epoch, for the first candidate that asks, and never in
 * an epoch below one it has seen. Epoch and vote are on disk before any reply leaves (stateFile.ts),
 * so a Sentinel that crashes does not vote twice.
 *
 * Example: s1 starts epoch 7, asks s2 and s3, and votes for itself. s2 has not seen epoch 7: it adopts
 * it and votes for s1. That is two of three: a majority. With a quorum of 2, s1 leads.
 */

import { emitEvent, emitMessage } from '../model/events.ts';
import type { Instance } from '../model/instance.ts';
import { DESYNC_MS_MAX } from '../model/periods.ts';
import { dateText } from './calendar.ts';
import type { ActingContext } from './context.ts';
import { setFailoverState } from './failoverState.ts';

export interface Vote {
  readonly leader: string | undefined;
  readonly epoch: number;
}

/** Votes for the candidate unless this Sentinel has voted in that epoch; returns the vote that stands. */
export function vote(
  sentinel: ActingContext,
  master: Instance,
  epoch: number,
  candidate: string,
): Vote {
  if (epoch > sentinel.currentEpoch) {
    sentinel.currentEpoch = epoch;
    sentinel.save();
    emitMessage(sentinel, 'warning', '+new-epoch', String(epoch));
  }
  if (master.leaderEpoch < epoch && sentinel.currentEpoch <= epoch) {
    master.leader = candidate;
    master.leaderEpoch = sentinel.currentEpoch;
    sentinel.save();
    emitMessage(sentinel, 'warning', '+vote-for-leader', `${candidate} ${master.leaderEpoch}`);
    sentinel.note({
      kind: 'vote',
      master: master.name,
      for: candidate,
      epoch: master.leaderEpoch,
      own: isSelf(sentinel, candidate),
    });
    // Another Sentinel fails over: this one waits as if it had started a failover itself.
    if (!isSelf(sentinel, candidate)) {
      master.failoverStartTime = sentinel.nowMs + sentinel.random.below(DESYNC_MS_MAX);
    }
  }
  return { leader: master.leader, epoch: master.leaderEpoch };
}

function isSelf(sentinel: ActingContext, runid: string): boolean {
  return runid.toLowerCase() === sentinel.myId;
}

interface Count {
  readonly leader: string | undefined;
  /** The votes of the candidate that has most, elected or not. */
  readonly votes: number;
  readonly candidate: string | undefined;
  readonly voters: number;
  readonly majority: number;
}

/**
 * Counts the votes of an epoch. If this Sentinel has not voted in it, it votes now: for the candidate
 * with most votes, or else for itself.
 */
export function countVotes(sentinel: ActingContext, master: Instance, epoch: number): Count {
  const counts = new Map<string, number>();
  for (const other of master.sentinels.values()) {
    if (other.leader === undefined || other.leaderEpoch !== sentinel.currentEpoch) continue;
    counts.set(other.leader, (counts.get(other.leader) ?? 0) + 1);
  }
  const favourite = mostVoted(counts);
  const own = vote(sentinel, master, epoch, favourite ?? sentinel.myId);
  if (own.leader !== undefined && own.epoch === epoch) {
    counts.set(own.leader, (counts.get(own.leader) ?? 0) + 1);
  }
  const candidate = mostVoted(counts);
  const votes = candidate === undefined ? 0 : counts.get(candidate)!;
  const voters = master.sentinels.size + 1;
  const majority = Math.floor(voters / 2) + 1;
  // The majority makes the leader unique. The quorum is the user's condition on top of it.
  const isElected = votes >= majority && votes >= master.quorum;
  return { leader: isElected ? candidate : undefined, votes, candidate, voters, majority };
}

function mostVoted(counts: ReadonlyMap<string, number>): string | undefined {
  let best: string | undefined;
  let votes = 0;
  for (const [candidate, count] of counts) {
    if (count <= votes) continue;
    best = candidate;
    votes = count;
  }
  return best;
}

/** True when this Sentinel leads the failover of that master. */
export function isLeader(sentinel: ActingContext, count: Count): boolean {
  return count.leader !== undefined && isSelf(sentinel, count.leader);
}

/**
 * Starts a failover of a master that is objectively down, unless one was tried too recently. Example:
 * with a failover-timeout of 10 s, the next attempt may start 20 s after the last one.
 */
export function startFailoverIfNeeded(sentinel: ActingContext, master: Instance): boolean {
  if (!master.oDown || master.failoverInProgress) return false;
  const nextMs = master.failoverStartTime + master.failoverTimeoutMs * 2;
  if (sentinel.nowMs < nextMs) {
    if (master.failoverDelayLogged !== master.failoverStartTime) {
      master.failoverDelayLogged = master.failoverStartTime;
      const date = dateText(Math.floor(nextMs / 1000));
      const delay = `I will not start a failover before ${date}`;
      sentinel.log('warning', `Next failover delay: ${delay}`);
      sentinel.note({
        kind: 'failover-delayed',
        master: master.name,
        waitMs: nextMs - sentinel.nowMs,
        failoverTimeoutMs: master.failoverTimeoutMs,
        votedFor: master.leader ?? '',
        votedForItself: isSelf(sentinel, master.leader ?? ''),
      });
    }
    return false;
  }
  startFailover(sentinel, master);
  return true;
}

/** Starts a failover: in a new epoch, with this Sentinel as a candidate. */
export function startFailover(sentinel: ActingContext, master: Instance): void {
  master.failoverInProgress = true;
  setFailoverState(sentinel, master, 'wait_start');
  sentinel.currentEpoch += 1;
  master.failoverEpoch = sentinel.currentEpoch;
  emitMessage(sentinel, 'warning', '+new-epoch', String(sentinel.currentEpoch));
  emitEvent(sentinel, 'warning', '+try-failover', master);
  master.failoverStartTime = sentinel.nowMs + sentinel.random.below(DESYNC_MS_MAX);
}
