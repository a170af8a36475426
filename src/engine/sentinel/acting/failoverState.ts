/** The state a failover is in, and how it is given up. */

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

/** Only before the promoted replica has become a master: from then on there is no way back. */
export function abortFailover(sentinel: ActingContext, master: Instance): void {
  master.failoverInProgress = false;
  master.forceFailover = false;
  setFailoverState(sentinel, master, 'none');
  if (master.promotedReplica === undefined) return;
  master.promotedReplica.promoted = false;
  master.promotedReplica = undefined;
}
