/** The periodic commands to an instance: INFO, PING and the hello. */

import type { Instance } from '../model/instance.ts';
import { FAST_INFO_PERIOD_MS, PENDING_COMMANDS_MAX } from '../model/periods.ts';
import type { MonitoringContext } from './context.ts';
import { sendHello } from './hello.ts';
import { sendCommand, sendPing } from './instanceLinks.ts';

/** Sends the commands that are due, unless too many are unanswered already. */
export function sendPeriodicCommands(sentinel: MonitoringContext, instance: Instance): void {
  const { link } = instance;
  const { periods } = sentinel;
  const now = sentinel.nowMs;
  if (link.disconnected) return;
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

/** The INFO period: a second for replicas whose master fails over or is out of their reach. */
function infoPeriod(sentinel: MonitoringContext, instance: Instance): number {
  const master = instance.master;
  const isClose =
    instance.kind === 'slave' &&
    (master!.oDown || master!.failoverInProgress || instance.masterLinkDownMs !== 0);
  return isClose ? FAST_INFO_PERIOD_MS : sentinel.periods.infoPeriod;
}
