/**
 * What a Sentinel knows of one master, replica or other Sentinel.
 *
 * Invariant: plain state, without decisions. Times are Unix milliseconds on this node's clock, and 0
 * means never, as in the replies of SENTINEL MASTER, REPLICAS and SENTINELS.
 */

import { registerState } from '../../machine/state.ts';
import type { Address } from './address.ts';
import type { InstanceConnection } from './instanceConnection.ts';
import { DEFAULT_PARALLEL_SYNCS, DEFAULT_REPLICA_PRIORITY, type Periods } from './periods.ts';

/** Spelled as in events and in `flags`. */
export type InstanceKind = 'master' | 'slave' | 'sentinel';

/** A role, as INFO reports it. */
export type Role = 'master' | 'slave';

/** In the order of a failover, spelled as in `failover-state`. */
export type FailoverState =
  | 'none'
  | 'wait_start'
  | 'select_slave'
  | 'send_slaveof_noone'
  | 'wait_promotion'
  | 'reconf_slaves'
  | 'update_config';

/**
 * An instance link: the connections to one instance, one for commands and one for Pub/Sub. The
 * entries of one Sentinel under several masters share a link; `refcount` counts them.
 */
export class InstanceLink {
  refcount = 1;
  /** False once both connections have been requested, even while they hang. */
  disconnected = true;
  /** Commands sent and not yet answered, on both connections together. */
  pendingCommands = 0;
  commands: InstanceConnection | undefined = undefined;
  pubSub: InstanceConnection | undefined = undefined;
  commandsSince = 0;
  pubSubSince = 0;
  /** Time of the last message on the Pub/Sub connection. Our own hellos come back on it. */
  lastPubSubActivity = 0;
  lastReconnectTime = 0;
  /** Time of the last acceptable reply to a PING. */
  lastAvailableTime: number;
  /** Time of the oldest PING without an acceptable reply; 0 when there is none. */
  actPingTime: number;
  lastPingTime = 0;
  /** Time of the last reply to a PING, acceptable or not. */
  lastPongTime: number;

  constructor(now: number) {
    // As if a PING had been sent: an instance that is never reached becomes SDOWN, too.
    this.actPingTime = now;
    this.lastAvailableTime = now;
    this.lastPongTime = now;
  }
}
registerState('InstanceLink', InstanceLink);

export class Instance {
  readonly kind: InstanceKind;
  /** The name of a master, the `ip:port` of a replica, the run ID of a Sentinel. */
  readonly name: string;
  runid: string | undefined = undefined;
  address: Address;
  link: InstanceLink;
  /** The master this replica or Sentinel belongs to. */
  readonly master: Instance | undefined;

  sDown = false;
  oDown = false;
  sDownSince = 0;
  oDownSince = 0;
  downAfterMs: number;

  lastPublishTime: number;
  lastHelloTime: number;

  /** Time of the last INFO; 0 before the first. */
  infoRefresh = 0;
  /** The text of the last INFO. */
  info: string | undefined = undefined;
  /** Undefined for Sentinels, and after an INFO without a role. */
  roleReported: Role | undefined;
  roleReportedTime: number;

  // Of a Sentinel: what it reports about the master.

  /** It sees the master as down. */
  masterDown = false;
  lastMasterDownReplyTime: number;
  /** Of a Sentinel: the run ID it voted for. Of a master: the run ID this Sentinel voted for. */
  leader: string | undefined = undefined;
  leaderEpoch = 0;

  // Of a replica.

  promoted = false;
  reconfSent = false;
  reconfInProgress = false;
  reconfDone = false;
  reconfSentTime = 0;
  replicaPriority = DEFAULT_REPLICA_PRIORITY;
  replicaOffset = 0;
  replicaAnnounced = true;
  masterHost: string | undefined = undefined;
  masterPort = 0;
  masterLinkUp = false;
  masterLinkDownMs = 0;
  /** Time of the last change of the master it replicates from. */
  replicaConfChangeTime: number;

  // Of a master.

  readonly replicas = new Map<string, Instance>();
  readonly sentinels = new Map<string, Instance>();
  quorum: number;
  configEpoch = 0;
  parallelSyncs = DEFAULT_PARALLEL_SYNCS;
  failoverTimeoutMs: number;
  authPass: string | undefined = undefined;
  authUser: string | undefined = undefined;
  /** Commands that have another name on the instances, by their own name in lower case. */
  readonly renamedCommands = new Map<string, RenamedCommand>();
  /** True from an INFO with another run ID until the next PONG: flag `master_reboot`. */
  masterReboot = false;
  masterRebootSince = 0;
  masterRebootDownAfterMs = 0;
  failoverState: FailoverState = 'none';
  failoverStateChangeTime = 0;
  failoverInProgress = false;
  /** SENTINEL FAILOVER: the failover needs no votes. */
  forceFailover = false;
  failoverEpoch = 0;
  failoverStartTime = 0;
  /** The failoverStartTime for which "Next failover delay" has been logged. */
  failoverDelayLogged = 0;
  promotedReplica: Instance | undefined = undefined;

  scriptKillSent = false;

  constructor(
    kind: InstanceKind,
    name: string,
    address: Address,
    quorum: number,
    master: Instance | undefined,
    periods: Periods,
    now: number,
  ) {
    this.kind = kind;
    this.name = name;
    this.address = address;
    this.quorum = quorum;
    this.master = master;
    this.link = new InstanceLink(now);
    this.downAfterMs = master?.downAfterMs ?? periods.defaultDownAfter;
    this.failoverTimeoutMs = periods.defaultFailoverTimeout;
    this.lastPublishTime = now;
    this.lastHelloTime = now;
    this.lastMasterDownReplyTime = now;
    this.roleReported = kind === 'sentinel' ? undefined : kind;
    this.roleReportedTime = now;
    this.replicaConfChangeTime = now;
  }
}
registerState('Instance', Instance);

interface RenamedCommand {
  /** As the user wrote it. */
  readonly command: string;
  readonly renamed: string;
}

/** The name of a command on the instance. A master's rename-command holds for its replicas, too. */
export function commandName(instance: Instance, command: string): string {
  const renamed = (instance.master ?? instance).renamedCommands.get(command.toLowerCase());
  return renamed?.renamed ?? command;
}

/** The field `flags` of SENTINEL MASTER, REPLICAS and SENTINELS, in 7.0's order. */
export function flagsOf(instance: Instance): string {
  const flags: readonly (readonly [boolean, string])[] = [
    [instance.sDown, 's_down'],
    [instance.oDown, 'o_down'],
    [true, instance.kind],
    [instance.link.disconnected, 'disconnected'],
    [instance.masterDown, 'master_down'],
    [instance.failoverInProgress, 'failover_in_progress'],
    [instance.promoted, 'promoted'],
    [instance.reconfSent, 'reconf_sent'],
    [instance.reconfInProgress, 'reconf_inprog'],
    [instance.reconfDone, 'reconf_done'],
    [instance.forceFailover, 'force_failover'],
    [instance.scriptKillSent, 'script_kill_sent'],
    [instance.masterReboot, 'master_reboot'],
  ];
  return flags
    .filter(([isSet]) => isSet)
    .map(([, flag]) => flag)
    .join(',');
}
