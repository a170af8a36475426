/**
 * One turn of the clock: what a Sentinel does for each instance it knows, ten to twenty times a
 * second. The order is 7.0's: a master, its replicas, its Sentinels, then the next master
 * (sentinelHandleDictOfRedisInstances).
 */

import type { ActingContext } from './acting/context.ts';
import { startFailoverIfNeeded } from './acting/election.ts';
import { advanceFailover, switchToPromoted } from './acting/failover.ts';
import type { Instance } from './model/instance.ts';
import type { MonitoringContext } from './monitoring/context.ts';
import {
  askOtherSentinels,
  checkObjectivelyDown,
  checkSubjectivelyDown,
} from './monitoring/downState.ts';
import { reconnect } from './monitoring/instanceLinks.ts';
import { sendPeriodicCommands } from './monitoring/periodicCommands.ts';
import { checkTilt, isInTilt } from './monitoring/tilt.ts';

type TurnContext = MonitoringContext & ActingContext;

export function turn(sentinel: TurnContext): void {
  checkTilt(sentinel);
  let switching: Instance | undefined;
  for (const master of sentinel.masters.values()) {
    handle(sentinel, master);
    for (const replica of master.replicas.values()) handle(sentinel, replica);
    for (const other of master.sentinels.values()) handle(sentinel, other);
    if (master.failoverState === 'update_config') switching = master;
  }
  if (switching !== undefined) switchToPromoted(sentinel, switching);
}

function handle(sentinel: TurnContext, instance: Instance): void {
  reconnect(sentinel, instance);
  sendPeriodicCommands(sentinel, instance);
  if (isInTilt(sentinel)) return;
  checkSubjectivelyDown(sentinel, instance);
  if (instance.kind !== 'master') return;
  checkObjectivelyDown(sentinel, instance);
  if (startFailoverIfNeeded(sentinel, instance)) askOtherSentinels(sentinel, instance, true);
  advanceFailover(sentinel, instance);
  askOtherSentinels(sentinel, instance, false);
}
