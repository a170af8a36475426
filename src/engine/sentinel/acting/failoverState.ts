/** The state of a failover, and its end before it takes effect. */

import type { FailoverState, Instance } from '../model/instance.ts';
import type { ActingContext } from './context.ts';

export function setFailoverState(
  sentinel: ActingContext,
  master: Instance,
  state: FailoverState,
): void {
  master.failoverState = state;
  master.failoverStateChangeTime = sentinel.nowMs;
  sentinel.note({ kind: 'failover-state', master: master.name, state });
}

/** Aborts a failover. Not possible once the promoted replica is a master. */
export function abortFailover(sentinel: ActingContext, master: Instance): void {
  master.failoverInProgress = false;
  master.forceFailover = false;
  setFailoverState(sentinel, master, 'none');
  if (master.promotedReplica === undefined) return;
  master.promotedReplica.promoted = false;
  master.promotedReplica = undefined;
}
