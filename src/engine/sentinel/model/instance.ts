/**
 * What a Sentinel knows of one master, replica or other Sentinel.
 *
 * Invariant: plain state, with no decisions in it. Times are Unix milliseconds of this node's clock
 * and 0 means never, as SENTINEL MASTER and its kin show them.
 */

import { registerState } from '../../machine/state.ts';
import type { Address } from './address.ts';
import type { InstanceConnection } from './instanceConnection.ts';
import { DEFAULT_PARALLEL_SYNCS, DEFAULT_REPLICA_PRIORITY, type Periods } from './periods.ts';

/** As events and `flags` spell it. */
export type InstanceKind = 'master' | 'slave' | 'sentinel';

/** A role as INFO reports it. */
export type Role = 'master' | 'slave';

/** In the order in which a failover goes through them; spelled as `failover-state` shows them. */
export type FailoverState =
  | 'none'
  | 'wait_start'
  | 'select_slave'
  | 'send_slaveof_noone'
  | 'wait_promotion'
  | 'reconf_slaves'
  | 'update_config';

/**
 * The connections to one instance: one for commands, one for Pub/Sub. Sentinels that are known
 * under several masters share one, and `refcount` counts the instances that use it.
 */
export class InstanceLink {
  refcount = 1;
  /** True until both connections have been asked for; asked for is enough, they may still hang. */
  disconnected = true;
  /** Commands sent and not yet answered, of both connections. */
  pendingCommands = 0;
  commands: InstanceConnection | undefined = undefined;
  pubSub: InstanceConnection | undefined = undefined;
  commandsSince = 0;
  pubSubSince = 0;
  /** The last message on the Pub/Sub connection: our own hellos come back there, too. */
  lastPubSubActivity = 0;
  lastReconnectTime = 0;
  /** Last acceptable reply to a PING. */
  lastAvailableTime: number;
  /** When the oldest PING without an acceptable reply was sent; 0 when there is none. */
  actPingTime: number;
  lastPingTime = 0;
  /** Last reply to a PING, of any kind. */
  lastPongTime: number;

  constructor(now: number) {
    // As if a PING were under way: an instance that can never be reached is down in time, too.
    this.actPingTime = now;
    this.lastAvailableTime = now;
    this.lastPongTime = now;
  }
}
registerState(InstanceLink);

export class Instance {
  readonly kind: InstanceKind;
  /** A master's name, a replica's `ip:port`, a Sentinel's run ID. */
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
  /** The last INFO as it came. */
  info: string | undefined = undefined;
  /** Undefined for Sentinels, and for an INFO without a role. */
  roleReported: Role | undefined;
  roleReportedTime: number;

  // Of a Sentinel: what it said of its master.

  /** It says that the master is down. */
  masterDown = false;
  lastMasterDownReplyTime: number;
  /** Of a Sentinel: whom it voted for. Of a master: whom this Sentinel voted for. */
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
  /** When what it replicates from last changed. */
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
  /** Commands under another name there; keys in lower case. */
  readonly renamedCommands = new Map<string, RenamedCommand>();
  /** It came back as another process: `master_reboot` until it answers PONG. */
  masterReboot = false;
  masterRebootSince = 0;
  masterRebootDownAfterMs = 0;
  failoverState: FailoverState = 'none';
  failoverStateChangeTime = 0;
  failoverInProgress = false;
  /** SENTINEL FAILOVER: nobody is asked for a vote. */
  forceFailover = false;
  failoverEpoch = 0;
  failoverStartTime = 0;
  /** The failoverStartTime that "Next failover delay" was logged for. */
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
registerState(Instance);

export interface RenamedCommand {
  /** As it was written. */
  readonly command: string;
  readonly renamed: string;
}

/** The name of a command on the instance; its master's rename-command applies to all around it. */
export function commandName(instance: Instance, command: string): string {
  const renamed = (instance.master ?? instance).renamedCommands.get(command.toLowerCase());
  return renamed?.renamed ?? command;
}

/** `flags` of SENTINEL MASTER and its kin, in 7.0's order. */
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
