/**
 * Selects the replica to promote (sentinelSelectSlave): among the suitable ones the one with the
 * lowest priority number, then the greatest replication offset, then the lowest run ID.
 *
 * Example: priority 100 at offset 900, 100 at 1200 and 50 at 10: the third wins, and without it the
 * second.
 */

import type { Candidate } from '../../machine/notes.ts';
import type { Instance } from '../model/instance.ts';
import type { ActingContext } from './context.ts';

interface Selection {
  readonly replica: Instance | undefined;
  /** The suitable ones, best first, then the others. */
  readonly candidates: readonly Candidate[];
}

export function selectReplica(sentinel: ActingContext, master: Instance): Selection {
  const good: Instance[] = [];
  const others: Candidate[] = [];
  for (const replica of master.replicas.values()) {
    const reason = reasonAgainst(sentinel, master, replica);
    if (reason === undefined) good.push(replica);
    else others.push(candidate(replica, reason));
  }
  good.sort(compareReplicas);
  const suitable = good.map((replica) => candidate(replica, ''));
  return { replica: good[0], candidates: [...suitable, ...others] };
}

function candidate(replica: Instance, excluded: string): Candidate {
  const { name, replicaPriority: priority, replicaOffset: offset, runid = '' } = replica;
  return { name, priority, offset, runid, excluded };
}

/** Why the replica must not be promoted; undefined when it may. */
function reasonAgainst(
  sentinel: ActingContext,
  master: Instance,
  replica: Instance,
): string | undefined {
  const { pingPeriod, infoPeriod } = sentinel.periods;
  const now = sentinel.nowMs;
  if (replica.sDown || replica.oDown) return 'down';
  if (replica.link.disconnected) return 'disconnected';
  const silentMs = now - replica.link.lastAvailableTime;
  if (silentMs > pingPeriod * 5) return `no reply to PING for ${silentMs} ms`;
  if (replica.replicaPriority === 0) return 'priority 0';
  // INFO comes every second while the master is down, otherwise every INFO period.
  const validMs = master.sDown ? pingPeriod * 5 : infoPeriod * 3;
  if (now - replica.infoRefresh > validMs) return 'its INFO is too old';
  // A replica may have been disconnected for as long as the master is down, plus ten times
  // down-after-milliseconds. Example: with 2 s, and a master down for 5 s, that is 25 s.
  const masterDownMs = master.sDown ? now - master.sDownSince : 0;
  const linkDownMax = masterDownMs + master.downAfterMs * 10;
  if (replica.masterLinkDownMs > linkDownMax) {
    return `link to the master down for ${replica.masterLinkDownMs} ms, more than ${linkDownMax} ms`;
  }
  return undefined;
}

/** Negative when `a` is the better one. A replica without a run ID comes last. */
export function compareReplicas(a: Instance, b: Instance): number {
  if (a.replicaPriority !== b.replicaPriority) return a.replicaPriority - b.replicaPriority;
  if (a.replicaOffset !== b.replicaOffset) return b.replicaOffset - a.replicaOffset;
  if (a.runid === undefined || b.runid === undefined) {
    return (a.runid === undefined ? 1 : 0) - (b.runid === undefined ? 1 : 0);
  }
  const left = a.runid.toLowerCase();
  const right = b.runid.toLowerCase();
  return left < right ? -1 : left > right ? 1 : 0;
}
