/**
 * Which instances are down: subjectively (SDOWN), in this Sentinel's own view; objectively (ODOWN,
 * masters only), when a quorum of Sentinels share that view. ODOWN is not a consensus: the other
 * Sentinels' answers may be five ask periods old.
 *
 * Example: with a quorum of 2, s1 sees its master SDOWN and has an answer of s2, 4.9 s old, that says
 * the same: ODOWN. At 5.1 s the answer is void, and ODOWN ends unless s2 has repeated it.
 */

import { type Reply, replyText } from '../../resp/replyReader.ts';
import { announced } from '../model/address.ts';
import { WORD_BYTES_MAX } from '../model/bounds.ts';
import { isReachable } from '../model/epochs.ts';
import { emitEvent } from '../model/events.ts';
import type { Instance } from '../model/instance.ts';
import type { MonitoringContext } from './context.ts';
import { closeCommands, closePubSub, sendCommand } from './instanceLinks.ts';

export function checkSubjectivelyDown(sentinel: MonitoringContext, instance: Instance): void {
  dropSilentLinks(sentinel, instance);
  const silentMs = silence(sentinel, instance);
  const reason = reasonDown(sentinel, instance, silentMs);
  if (reason === undefined) {
    if (!instance.sDown) return;
    emitEvent(sentinel, 'warning', '-sdown', instance);
    instance.sDown = false;
    instance.scriptKillSent = false;
    noteDown(sentinel, instance, 'answers again', silentMs);
    return;
  }
  if (instance.sDown) return;
  emitEvent(sentinel, 'warning', '+sdown', instance);
  instance.sDownSince = sentinel.nowMs;
  instance.sDown = true;
  noteDown(sentinel, instance, reason, silentMs);
}

function noteDown(
  sentinel: MonitoringContext,
  instance: Instance,
  reason: string,
  silentMs: number,
): void {
  sentinel.note({
    kind: 'sdown',
    instance: instance.name,
    role: instance.kind,
    master: (instance.master ?? instance).name,
    down: instance.sDown,
    reason,
    silentMs,
    downAfterMs: instance.downAfterMs,
    repliedMs: sentinel.nowMs - instance.link.lastAvailableTime,
  });
}

/** Milliseconds since the oldest unanswered PING, or since the last answer of a lost instance. */
function silence(sentinel: MonitoringContext, instance: Instance): number {
  const { link } = instance;
  if (link.actPingTime !== 0) return sentinel.nowMs - link.actPingTime;
  return link.disconnected ? sentinel.nowMs - link.lastAvailableTime : 0;
}

function reasonDown(
  sentinel: MonitoringContext,
  instance: Instance,
  silentMs: number,
): string | undefined {
  if (silentMs > instance.downAfterMs) return 'no acceptable reply to PING';
  // Down as a master when it has reported to be a replica through two INFO periods and down-after.
  const roleMs = sentinel.nowMs - instance.roleReportedTime;
  const patience = instance.downAfterMs + sentinel.periods.infoPeriod * 2;
  if (instance.kind === 'master' && instance.roleReported === 'slave' && roleMs > patience) {
    return 'it says it is a replica';
  }
  const rebootMs = sentinel.nowMs - instance.masterRebootSince;
  if (instance.masterReboot && rebootMs > instance.masterRebootDownAfterMs) {
    return 'it rebooted and does not serve yet';
  }
  return undefined;
}

/** Closes connections that are open but silent, so that they are opened again. */
function dropSilentLinks(sentinel: MonitoringContext, instance: Instance): void {
  const { link } = instance;
  const { minLinkReconnectPeriod, publishPeriod } = sentinel.periods;
  const now = sentinel.nowMs;
  const half = instance.downAfterMs / 2;
  if (
    link.commands !== undefined &&
    now - link.commandsSince > minLinkReconnectPeriod &&
    link.actPingTime !== 0 &&
    now - link.actPingTime > half &&
    now - link.lastPongTime > half
  ) {
    closeCommands(sentinel, link);
  }
  if (
    link.pubSub !== undefined &&
    now - link.pubSubSince > minLinkReconnectPeriod &&
    now - link.lastPubSubActivity > publishPeriod * 3
  ) {
    closePubSub(sentinel, link);
  }
}

export function checkObjectivelyDown(sentinel: MonitoringContext, master: Instance): void {
  let votes = 0;
  if (master.sDown) {
    votes = 1;
    for (const other of master.sentinels.values()) if (other.masterDown) votes += 1;
  }
  const isDown = master.sDown && votes >= master.quorum;
  if (isDown === master.oDown) {
    const hasJustGone = master.sDown && master.sDownSince === sentinel.nowMs;
    if (hasJustGone && !isDown) noteObjectivelyDown(sentinel, master, votes, false);
    return;
  }
  if (isDown) {
    emitEvent(sentinel, 'warning', '+odown', master, `#quorum ${votes}/${master.quorum}`);
    master.oDownSince = sentinel.nowMs;
  } else {
    emitEvent(sentinel, 'warning', '-odown', master);
  }
  noteObjectivelyDown(sentinel, master, votes, !isDown);
  master.oDown = isDown;
}

function noteObjectivelyDown(
  sentinel: MonitoringContext,
  master: Instance,
  votes: number,
  was: boolean,
): void {
  const { name, sDown, quorum, sentinels } = master;
  const down = sDown && votes >= quorum;
  const count = sentinels.size + 1;
  sentinel.note({ kind: 'odown', master: name, down, was, votes, quorum, sentinels: count });
}

/**
 * Asks the other Sentinels whether they see the master down and, while this Sentinel attempts a
 * failover, for their vote. With `forced` it asks at once instead of once an ask period.
 */
export function askOtherSentinels(
  sentinel: MonitoringContext,
  master: Instance,
  forced: boolean,
): void {
  const { askPeriod } = sentinel.periods;
  const candidate = master.failoverState === 'none' ? '*' : sentinel.myId;
  for (const other of master.sentinels.values()) {
    const elapsed = sentinel.nowMs - other.lastMasterDownReplyTime;
    if (elapsed > askPeriod * 5) {
      other.masterDown = false;
      other.leader = undefined;
    }
    if (!master.sDown || other.link.disconnected) continue;
    if (!forced && elapsed < askPeriod) continue;
    sendCommand(
      sentinel,
      other,
      'masterDown',
      'SENTINEL',
      'is-master-down-by-addr',
      announced(sentinel, master.address),
      String(master.address.port),
      String(sentinel.currentEpoch),
      candidate,
    );
  }
}

/** Stores the reply `[1 or 0, leader or *, epoch]`. Any other reply is ignored: old answers expire. */
export function receiveMasterDownReply(
  sentinel: MonitoringContext,
  other: Instance,
  reply: Reply,
): void {
  if (reply.type !== 'array' || reply.items.length !== 3) return;
  const [down, leader, epoch] = reply.items;
  if (down?.type !== 'integer' || leader?.type !== 'bulk' || epoch?.type !== 'integer') return;
  other.lastMasterDownReplyTime = sentinel.nowMs;
  other.masterDown = Number(down.value) === 1;
  if (leader.bytes.length > WORD_BYTES_MAX) return;
  const name = replyText(leader)!;
  if (name === '*') return;
  const leaderEpoch = epoch.value;
  if (!isReachable(leaderEpoch, sentinel.currentEpoch)) {
    sentinel.log('warning', `${other.name} voted in epoch ${leaderEpoch}: out of reach, ignored`);
    return;
  }
  if (other.leaderEpoch !== leaderEpoch) {
    sentinel.log('warning', `${other.name} voted for ${name} ${leaderEpoch}`);
  }
  other.leader = name;
  other.leaderEpoch = leaderEpoch;
}
