/**
 * The instances a Sentinel knows: made, found, replaced and forgotten.
 *
 * Invariant: a master is in `sentinel.masters` under its name; a replica in its master's `replicas`
 * under `ip:port`, a Sentinel in its `sentinels` under its run ID.
 */

import { emitEvent } from '../events.ts';
import { closeLink, releaseLink } from '../monitoring/instanceLinks.ts';
import type { Sentinel } from '../sentinel.ts';
import { type Address, sameAddress } from './address.ts';
import { Instance, type InstanceKind } from './instance.ts';

/** Why an instance could not be made. */
export type CreationError = 'duplicate' | 'unresolved' | 'port';

export interface InstanceSpec {
  readonly kind: InstanceKind;
  /** Not for replicas: they are named by their address. */
  readonly name?: string;
  readonly hostname: string;
  readonly port: number;
  readonly quorum: number;
  readonly master?: Instance;
}

/** Makes an instance and puts it where it belongs. */
export function createInstance(sentinel: Sentinel, spec: InstanceSpec): Instance | CreationError {
  const { kind, master } = spec;
  const address = sentinel.makeAddress(spec.hostname, spec.port, true);
  if (typeof address === 'string') return address;
  const name = kind === 'slave' ? nameOfReplica(sentinel, address) : spec.name!;
  const table = tableFor(sentinel, kind, master);
  if (table.has(name)) return 'duplicate';
  const instance = new Instance(
    kind,
    name,
    address,
    spec.quorum,
    master,
    sentinel.periods,
    sentinel.nowMs,
  );
  table.set(name, instance);
  return instance;
}

function nameOfReplica(sentinel: Sentinel, address: Address): string {
  const host = sentinel.announced(address);
  return host.includes(':') ? `[${host}]:${address.port}` : `${host}:${address.port}`;
}

function tableFor(
  sentinel: Sentinel,
  kind: InstanceKind,
  master: Instance | undefined,
): Map<string, Instance> {
  if (kind === 'master') return sentinel.masters;
  return kind === 'slave' ? master!.replicas : master!.sentinels;
}

/** The error's text in configuration files and replies. */
export function creationErrorText(error: CreationError, kind: InstanceKind): string {
  if (error === 'unresolved') return "Can't resolve instance hostname.";
  if (error === 'port') return 'Invalid port number.';
  if (kind === 'master') return 'Duplicate master name.';
  if (kind === 'slave') return 'Duplicate hostname and port for replica.';
  return 'Duplicate runid for sentinel.';
}

export function findReplica(
  sentinel: Sentinel,
  master: Instance,
  hostname: string,
  port: number,
): Instance | undefined {
  const address = sentinel.makeAddress(hostname, port, true);
  if (typeof address === 'string') return undefined;
  return master.replicas.get(nameOfReplica(sentinel, address));
}

/** The first instance of that address, that run ID, or both. */
export function findInstance(
  sentinel: Sentinel,
  instances: ReadonlyMap<string, Instance>,
  place: { readonly hostname: string; readonly port: number } | undefined,
  runid: string | undefined,
): Instance | undefined {
  let address: Address | undefined;
  if (place !== undefined) {
    const made = sentinel.makeAddress(place.hostname, place.port, true);
    if (typeof made === 'string') return undefined;
    address = made;
  }
  for (const instance of instances.values()) {
    if (runid !== undefined && instance.runid !== runid) continue;
    if (address === undefined || sameAddress(instance.address, address)) return instance;
  }
  return undefined;
}

/** Forgets the Sentinels of that run ID; gives how many there were. */
export function removeSentinels(sentinel: Sentinel, master: Instance, runid: string): number {
  let removed = 0;
  for (const [name, other] of master.sentinels) {
    if (other.runid !== runid) continue;
    releaseLink(sentinel, other);
    master.sentinels.delete(name);
    removed += 1;
  }
  return removed;
}

/** A Sentinel known under another master, too, is asked on the one link to it. */
export function shareLink(sentinel: Sentinel, instance: Instance): void {
  if (instance.runid === undefined || instance.link.refcount > 1) return;
  for (const master of sentinel.masters.values()) {
    if (master === instance.master) continue;
    const match = findInstance(sentinel, master.sentinels, undefined, instance.runid);
    if (match === undefined || match === instance) continue;
    releaseLink(sentinel, instance);
    instance.link = match.link;
    match.link.refcount += 1;
    return;
  }
}

/** Forgets a master and all around it. */
export function removeMaster(sentinel: Sentinel, master: Instance): void {
  releaseAll(sentinel, master.replicas);
  releaseAll(sentinel, master.sentinels);
  releaseLink(sentinel, master);
  sentinel.masters.delete(master.name);
}

function releaseAll(sentinel: Sentinel, instances: Map<string, Instance>): void {
  for (const instance of instances.values()) releaseLink(sentinel, instance);
  instances.clear();
}

/** Puts a master back to what it was when its monitoring began; Sentinels may be kept. */
export function resetMaster(sentinel: Sentinel, master: Instance, keepSentinels: boolean): void {
  const now = sentinel.nowMs;
  releaseAll(sentinel, master.replicas);
  if (!keepSentinels) releaseAll(sentinel, master.sentinels);
  closeLink(sentinel, master.link);
  clearFlags(master);
  master.leader = undefined;
  master.failoverState = 'none';
  master.failoverStateChangeTime = 0;
  master.failoverStartTime = 0; // The next failover need not wait.
  master.promotedReplica = undefined;
  master.runid = undefined;
  master.masterHost = undefined;
  master.link.actPingTime = now;
  master.link.lastPingTime = 0;
  master.link.lastAvailableTime = now;
  master.link.lastPongTime = now;
  master.roleReported = 'master';
  master.roleReportedTime = now;
}

function clearFlags(master: Instance): void {
  master.sDown = false;
  master.oDown = false;
  master.failoverInProgress = false;
  master.forceFailover = false;
  master.scriptKillSent = false;
  master.masterReboot = false;
}

/** SENTINEL RESET of one master. */
export function resetMasterByUser(sentinel: Sentinel, master: Instance): void {
  resetMaster(sentinel, master, false);
  emitEvent(sentinel, 'warning', '+reset-master', master);
}

/**
 * The master is another process now: the old master and all replicas but the new master become its
 * replicas. False when the address cannot be used.
 *
 * Example: m at 7000 with r1 at 7001 and r2 at 7002; switching to 7001 leaves 7002 and 7000 as replicas.
 */
export function changeMasterAddress(
  sentinel: Sentinel,
  master: Instance,
  hostname: string,
  port: number,
): boolean {
  const next = sentinel.makeAddress(hostname, port, false);
  if (typeof next === 'string') return false;
  const replicas = [...master.replicas.values()]
    .map((replica) => replica.address)
    .filter((address) => !sameAddress(address, next));
  if (!sameAddress(next, master.address)) replicas.push(master.address);
  resetMaster(sentinel, master, true);
  master.address = next;
  master.oDownSince = 0;
  master.sDownSince = 0;
  for (const address of replicas) {
    const replica = createInstance(sentinel, {
      kind: 'slave',
      hostname: address.hostname,
      port: address.port,
      quorum: master.quorum,
      master,
    });
    if (typeof replica !== 'string') emitEvent(sentinel, 'notice', '+slave', replica);
  }
  sentinel.save();
  return true;
}

/** Where the master is, as clients and other Sentinels are told. */
export function currentAddress(master: Instance): Address {
  // From reconf_slaves on the replica has said that it is a master, and has the new epoch.
  const { promotedReplica, failoverInProgress, failoverState } = master;
  const switched = failoverState === 'reconf_slaves' || failoverState === 'update_config';
  return failoverInProgress && promotedReplica !== undefined && switched
    ? promotedReplica.address
    : master.address;
}
