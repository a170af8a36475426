/**
 * The instances a Sentinel knows: how they are made and found.
 *
 * Invariant: a master is in `masters` under its name, a replica in its master's `replicas` under
 * `ip:port`, a Sentinel in its master's `sentinels` under its run ID.
 */

import { type Address, type AddressError, announced, makeAddress, sameAddress } from './address.ts';
import { INSTANCES_MAX } from './bounds.ts';
import type { ModelContext } from './context.ts';
import { Instance, type InstanceKind } from './instance.ts';

const TOO_MANY = `Too many instances: a Sentinel here knows at most ${INSTANCES_MAX}.`;

/** Why an instance could not be made. */
type CreationError = 'duplicate' | 'full' | AddressError;

export interface InstanceSpec {
  readonly kind: InstanceKind;
  /** Absent for replicas: their address is their name. */
  readonly name?: string;
  readonly hostname: string;
  readonly port: number;
  readonly quorum: number;
  readonly master?: Instance;
}

/** Makes an instance and adds it to its table; returns why not when it cannot be made. */
export function createInstance(
  sentinel: ModelContext,
  spec: InstanceSpec,
): Instance | CreationError {
  const { kind, master } = spec;
  const address = makeAddress(sentinel, spec.hostname, spec.port, true);
  if (typeof address === 'string') return address;
  const name = kind === 'slave' ? nameOfReplica(sentinel, address) : spec.name!;
  const table = tableFor(sentinel, kind, master);
  if (table.has(name)) return 'duplicate';
  if (countInstances(sentinel) >= INSTANCES_MAX) {
    sentinel.log('warning', `${TOO_MANY} ${kind} ${name} is left out.`);
    return 'full';
  }
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

function countInstances(sentinel: ModelContext): number {
  let count = sentinel.masters.size;
  for (const { replicas, sentinels } of sentinel.masters.values()) {
    count += replicas.size + sentinels.size;
  }
  return count;
}

function nameOfReplica(sentinel: ModelContext, address: Address): string {
  const host = announced(sentinel, address);
  return host.includes(':') ? `[${host}]:${address.port}` : `${host}:${address.port}`;
}

function tableFor(
  sentinel: ModelContext,
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
  if (error === 'full') return TOO_MANY;
  if (kind === 'master') return 'Duplicate master name.';
  if (kind === 'slave') return 'Duplicate hostname and port for replica.';
  return 'Duplicate runid for sentinel.';
}

/** The master's replica at that host and port. */
export function findReplica(
  sentinel: ModelContext,
  master: Instance,
  hostname: string,
  port: number,
): Instance | undefined {
  const address = makeAddress(sentinel, hostname, port, true);
  if (typeof address === 'string') return undefined;
  return master.replicas.get(nameOfReplica(sentinel, address));
}

/** The first instance with that address and run ID; undefined stands for any. */
export function findInstance(
  sentinel: ModelContext,
  instances: ReadonlyMap<string, Instance>,
  place: { readonly hostname: string; readonly port: number } | undefined,
  runid: string | undefined,
): Instance | undefined {
  let address: Address | undefined;
  if (place !== undefined) {
    const made = makeAddress(sentinel, place.hostname, place.port, true);
    if (typeof made === 'string') return undefined;
    address = made;
  }
  for (const instance of instances.values()) {
    if (runid !== undefined && instance.runid !== runid) continue;
    if (address === undefined || sameAddress(instance.address, address)) return instance;
  }
  return undefined;
}

/**
 * Lets a Sentinel's new entry use the instance link of its entry under another master, if there is
 * one. The new entry's own link has never been opened, so it need not be closed.
 */
export function shareLink(sentinel: ModelContext, instance: Instance): void {
  if (instance.runid === undefined || instance.link.refcount > 1) return;
  for (const master of sentinel.masters.values()) {
    if (master === instance.master) continue;
    const match = findInstance(sentinel, master.sentinels, undefined, instance.runid);
    if (match === undefined || match === instance) continue;
    instance.link = match.link;
    match.link.refcount += 1;
    return;
  }
}

/** The master's address, as it is told to clients and other Sentinels. */
export function currentAddress(master: Instance): Address {
  // From reconf_slaves on the promoted replica is the master in the new epoch.
  const { promotedReplica, failoverInProgress, failoverState } = master;
  const switched = failoverState === 'reconf_slaves' || failoverState === 'update_config';
  return failoverInProgress && promotedReplica !== undefined && switched
    ? promotedReplica.address
    : master.address;
}
