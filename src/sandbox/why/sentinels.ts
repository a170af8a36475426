/** Why a Sentinel considers an instance down, votes, leads, or waits. */

import type { Note } from '../../engine/machine/notes.ts';
import { count, duration, outOf } from './amounts.ts';
import type { Names } from './names.ts';

type Of<Kind extends Note['kind']> = Extract<Note, { readonly kind: Kind }>;

const SILENT = 'no acceptable reply to PING';

export function whySubjectivelyDown(note: Of<'sdown'>, names: Names): string {
  const { down, reason, silentMs, downAfterMs, repliedMs } = note;
  const who = note.role === 'master' ? `master ${note.instance}` : nameOfInstance(note, names);
  if (!down) return `${who} is no longer subjectively down: it ${reason}`;
  if (reason !== SILENT) return `${who} is subjectively down: ${reason}`;
  const limit = `down-after-milliseconds ${downAfterMs}`;
  return `${who} is subjectively down: ${reason} for ${duration(silentMs)} (${limit}), the last one came ${duration(repliedMs)} ago`;
}

/** Sentinels are known by their IDs, replicas by their addresses. */
function nameOfInstance({ role, instance }: Of<'sdown'>, names: Names): string {
  return role === 'slave' ? names.node(instance) : `Sentinel ${names.sentinel(instance)}`;
}

export function whyObjectivelyDown(note: Of<'odown'>): string {
  const { master, down, was, votes, quorum, sentinels } = note;
  const share = outOf(votes, sentinels, 'Sentinel');
  if (down) return `master ${master} is objectively down: ${share} say so (quorum ${quorum})`;
  if (!was) {
    return `master ${master} is not objectively down yet: ${share} say so, quorum ${quorum} is needed`;
  }
  if (votes === 0) return `master ${master} is no longer objectively down: it answers again`;
  return `master ${master} is no longer objectively down: only ${share} still say so, quorum ${quorum} is needed`;
}

export function whyVoted(note: Of<'vote'>, names: Names): string {
  const whom = note.own ? 'itself' : names.sentinel(note.for);
  return `votes for ${whom} in epoch ${note.epoch}: it has not voted in that epoch before`;
}

export function whyElected(note: Of<'elected'>, names: Names): string {
  if (note.forced) {
    return `leads the failover of ${note.master} in epoch ${note.epoch} without votes: SENTINEL FAILOVER asked for it`;
  }
  return `is elected in epoch ${note.epoch}: ${votesFor(note, names)}; ${needed(note)}`;
}

export function whyNotElected(note: Of<'not-elected'>, names: Names): string {
  return `is not elected in epoch ${note.epoch}: ${votesFor(note, names)}; ${needed(note)}`;
}

function votesFor(
  { votes, voters, candidate }: Of<'elected'> | Of<'not-elected'>,
  names: Names,
): string {
  if (candidate === '') return `nothing of ${count(voters, 'vote')}`;
  return `${outOf(votes, voters, 'vote')} for ${names.sentinel(candidate)}`;
}

/** The larger of quorum and majority. */
function needed({ quorum, majority }: Of<'elected'> | Of<'not-elected'>): string {
  return `${Math.max(quorum, majority)} needed (quorum ${quorum}, majority ${majority})`;
}

export function whyDelayed(note: Of<'failover-delayed'>, names: Names): string {
  const { master, waitMs, failoverTimeoutMs, votedFor, votedForItself } = note;
  const before =
    votedFor === '' || votedForItself
      ? 'the last attempt began'
      : `it voted for ${names.sentinel(votedFor)}`;
  const limit = `twice failover-timeout, ${duration(2 * failoverTimeoutMs)}`;
  return `starts no failover of ${master} for another ${duration(waitMs)}: ${before} less than ${limit}, ago`;
}

export function whyTilt({ entered, jumpMs }: Of<'tilt'>): string {
  if (!entered) return 'TILT is over: the clock has been steady for long enough';
  return jumpMs < 0
    ? `TILT: the clock has gone back by ${duration(-jumpMs)}`
    : `TILT: ${duration(jumpMs)} have passed since the last turn, so what looks silent may have answered`;
}
