/**
 * The failover of one master, from the election to the switch: wait_start, select_slave,
 * send_slaveof_noone, wait_promotion, reconf_slaves, update_config.
 *
 * Invariant: until wait_promotion ends, a failover can be aborted without effect. The step to
 * reconf_slaves is made in corrections.ts, when the replica's INFO reports the role of a master.
 */

import { announced } from '../model/address.ts';
import { emitEvent } from '../model/events.ts';
import type { Instance } from '../model/instance.ts';
import { announceSwitch, changeMasterAddress } from '../monitoring/switching.ts';
import type { ActingContext } from './context.ts';
import { countVotes, isLeader } from './election.ts';
import { abortFailover, setFailoverState } from './failoverState.ts';
import { sendReplicaOf } from './reconfigure.ts';
import { selectReplica } from './selection.ts';

export function advanceFailover(sentinel: ActingContext, master: Instance): void {
  if (!master.failoverInProgress) return;
  switch (master.failoverState) {
    case 'wait_start':
      waitForElection(sentinel, master);
      break;
    case 'select_slave':
      select(sentinel, master);
      break;
    case 'send_slaveof_noone':
      promote(sentinel, master);
      break;
    case 'wait_promotion':
      waitForPromotion(sentinel, master);
      break;
    case 'reconf_slaves':
      reconfigureReplicas(sentinel, master);
      break;
    default:
  }
}

function stateAge(sentinel: ActingContext, master: Instance): number {
  return sentinel.nowMs - master.failoverStateChangeTime;
}

function waitForElection(sentinel: ActingContext, master: Instance): void {
  const count = countVotes(sentinel, master, master.failoverEpoch);
  const facts = {
    master: master.name,
    epoch: master.failoverEpoch,
    votes: count.votes,
    candidate: count.candidate ?? '',
    quorum: master.quorum,
    majority: count.majority,
    voters: count.voters,
  };
  if (!isLeader(sentinel, count) && !master.forceFailover) {
    const timeoutMs = Math.min(sentinel.periods.electionTimeout, master.failoverTimeoutMs);
    if (sentinel.nowMs - master.failoverStartTime <= timeoutMs) return;
    emitEvent(sentinel, 'warning', '-failover-abort-not-elected', master);
    sentinel.note({ kind: 'not-elected', ...facts });
    abortFailover(sentinel, master);
    return;
  }
  emitEvent(sentinel, 'warning', '+elected-leader', master);
  sentinel.note({ kind: 'elected', forced: master.forceFailover, ...facts });
  if (sentinel.simulateFailure.afterElection) sentinel.crash();
  setFailoverState(sentinel, master, 'select_slave');
  emitEvent(sentinel, 'warning', '+failover-state-select-slave', master);
}

function select(sentinel: ActingContext, master: Instance): void {
  const { replica, candidates } = selectReplica(sentinel, master);
  if (replica === undefined) {
    emitEvent(sentinel, 'warning', '-failover-abort-no-good-slave', master);
    sentinel.note({ kind: 'not-selected', master: master.name, candidates });
    abortFailover(sentinel, master);
    return;
  }
  emitEvent(sentinel, 'warning', '+selected-slave', replica);
  sentinel.note({ kind: 'selected', master: master.name, replica: replica.name, candidates });
  replica.promoted = true;
  master.promotedReplica = replica;
  setFailoverState(sentinel, master, 'send_slaveof_noone');
  emitEvent(sentinel, 'notice', '+failover-state-send-slaveof-noone', replica);
}

function promote(sentinel: ActingContext, master: Instance): void {
  const replica = master.promotedReplica!;
  if (replica.link.disconnected) {
    waitForPromotion(sentinel, master);
    return;
  }
  if (!sendReplicaOf(sentinel, replica, undefined)) return;
  emitEvent(sentinel, 'notice', '+failover-state-wait-promotion', replica);
  setFailoverState(sentinel, master, 'wait_promotion');
}

/** Aborts when the replica has not become a master within failover-timeout. */
function waitForPromotion(sentinel: ActingContext, master: Instance): void {
  if (stateAge(sentinel, master) <= master.failoverTimeoutMs) return;
  emitEvent(sentinel, 'warning', '-failover-abort-slave-timeout', master);
  abortFailover(sentinel, master);
}

/** Points the other replicas at the new master, `parallel-syncs` at a time. */
function reconfigureReplicas(sentinel: ActingContext, master: Instance): void {
  const replicas = [...master.replicas.values()];
  let underWay = replicas.filter((r) => r.reconfSent || r.reconfInProgress).length;
  for (const replica of replicas) {
    if (underWay >= master.parallelSyncs) break;
    if (replica.promoted || replica.reconfDone) continue;
    // A replica that makes no progress counts as done. corrections.ts corrects it after the failover.
    const sentMs = sentinel.nowMs - replica.reconfSentTime;
    if (replica.reconfSent && sentMs > sentinel.periods.slaveReconfTimeout) {
      emitEvent(sentinel, 'notice', '-slave-reconf-sent-timeout', replica);
      replica.reconfSent = false;
      replica.reconfDone = true;
    }
    if (replica.reconfSent || replica.reconfInProgress || replica.link.disconnected) continue;
    if (!sendReplicaOf(sentinel, replica, master.promotedReplica!.address)) continue;
    replica.reconfSent = true;
    replica.reconfSentTime = sentinel.nowMs;
    emitEvent(sentinel, 'notice', '+slave-reconf-sent', replica);
    underWay += 1;
  }
  detectEnd(sentinel, master);
}

/** The failover ends when every replica that is up follows the new master, or after its timeout. */
function detectEnd(sentinel: ActingContext, master: Instance): void {
  const promoted = master.promotedReplica;
  if (promoted === undefined || promoted.sDown) return;
  const waiting = [...master.replicas.values()].filter(
    (replica) => !replica.promoted && !replica.reconfDone && !replica.sDown,
  );
  const timedOut = stateAge(sentinel, master) > master.failoverTimeoutMs;
  if (timedOut) emitEvent(sentinel, 'warning', '+failover-end-for-timeout', master);
  if (timedOut || waiting.length === 0) {
    emitEvent(sentinel, 'warning', '+failover-end', master);
    setFailoverState(sentinel, master, 'update_config');
  }
  if (!timedOut) return;
  // Best effort: the replicas that are left are told now, all at once.
  for (const replica of master.replicas.values()) {
    if (replica.promoted || replica.reconfDone || replica.reconfSent) continue;
    if (replica.link.disconnected) continue;
    if (!sendReplicaOf(sentinel, replica, promoted.address)) continue;
    emitEvent(sentinel, 'notice', '+slave-reconf-sent-be', replica);
    replica.reconfSent = true;
  }
}

/** Ends the failover: the promoted replica is monitored as the master from now on. */
export function switchToPromoted(sentinel: ActingContext, master: Instance): void {
  const { address } = master.promotedReplica ?? master;
  announceSwitch(sentinel, master, announced(sentinel, address), address.port);
  changeMasterAddress(sentinel, master, address.hostname, address.port);
}
