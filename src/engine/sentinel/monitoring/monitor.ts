/**
 * One turn of the clock: what a Sentinel does for each instance it knows, ten to twenty times a
 * second. Order follows 7.0's: a master, its replicas, its Sentinels, then the next master.
 */

import { startFailoverIfNeeded } from '../acting/election.ts';
import { advanceFailover, switchToPromoted } from '../acting/failover.ts';
import { emitMessage } from '../events.ts';
import type { Instance } from '../model/instance.ts';
import { FAST_INFO_PERIOD_MS, PENDING_COMMANDS_MAX } from '../model/periods.ts';
import type { Sentinel } from '../sentinel.ts';
import { askOtherSentinels, checkObjectivelyDown, checkSubjectivelyDown } from './downState.ts';
import { sendHello } from './hello.ts';
import { reconnect, sendCommand, sendPing } from './instanceLinks.ts';

export function turn(sentinel: Sentinel): void {
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

/**
 * TILT: the clock jumped, or this process did not run for a while. What it then sees as silence may be
 * its own, so it goes on monitoring and stops acting until the world has been calm for a while.
 */
function checkTilt(sentinel: Sentinel): void {
  const now = sentinel.nowMs;
  const delta = now - sentinel.previousTurnTime;
  if (delta < 0 || delta > sentinel.periods.tiltTrigger) {
    sentinel.tilt = true;
    sentinel.tiltSince = now;
    emitMessage(sentinel, 'warning', '+tilt', '#tilt mode entered');
    sentinel.note({ kind: 'tilt', entered: true, jumpMs: delta });
  }
  sentinel.previousTurnTime = now;
}

function handle(sentinel: Sentinel, instance: Instance): void {
  reconnect(sentinel, instance);
  sendPeriodicCommands(sentinel, instance);
  if (sentinel.tilt) {
    if (sentinel.nowMs - sentinel.tiltSince < sentinel.periods.tiltPeriod) return;
    sentinel.tilt = false;
    emitMessage(sentinel, 'warning', '-tilt', '#tilt mode exited');
    sentinel.note({ kind: 'tilt', entered: false, jumpMs: 0 });
  }
  checkSubjectivelyDown(sentinel, instance);
  if (instance.kind !== 'master') return;
  checkObjectivelyDown(sentinel, instance);
  if (startFailoverIfNeeded(sentinel, instance)) askOtherSentinels(sentinel, instance, true);
  advanceFailover(sentinel, instance);
  askOtherSentinels(sentinel, instance, false);
}

/** INFO, PING and the hello, each when its time has come. */
function sendPeriodicCommands(sentinel: Sentinel, instance: Instance): void {
  const { link } = instance;
  const { periods } = sentinel;
  const now = sentinel.nowMs;
  if (link.disconnected) return;
  // Whoever answers this little gets nothing more to answer.
  if (link.pendingCommands >= PENDING_COMMANDS_MAX * link.refcount) return;
  if (instance.kind !== 'sentinel') {
    const isDue =
      instance.infoRefresh === 0 || now - instance.infoRefresh > infoPeriod(sentinel, instance);
    if (isDue) sendCommand(sentinel, instance, 'info', 'INFO');
  }
  const pingPeriod = Math.min(instance.downAfterMs, periods.pingPeriod);
  if (now - link.lastPongTime > pingPeriod && now - link.lastPingTime > pingPeriod / 2) {
    sendPing(sentinel, instance);
  }
  if (now - instance.lastPublishTime > periods.publishPeriod) sendHello(sentinel, instance);
}

/** Replicas are watched closely while their master fails, or is out of their reach. */
function infoPeriod(sentinel: Sentinel, instance: Instance): number {
  const master = instance.master;
  const isClose =
    instance.kind === 'slave' &&
    (master!.oDown || master!.failoverInProgress || instance.masterLinkDownMs !== 0);
  return isClose ? FAST_INFO_PERIOD_MS : sentinel.periods.infoPeriod;
}
