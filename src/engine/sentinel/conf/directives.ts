/**
 * The `sentinel …` directives of sentinel.conf: the user's and those that keep this Sentinel's
 * state. Each takes its values and gives an error text in 7.0's words.
 */

import type { Instance } from '../model/instance.ts';
import {
  createInstance,
  creationErrorText,
  type InstanceSpec,
  shareLink,
} from '../model/instances.ts';
import { leadingInteger } from '../model/numbers.ts';
import type { ConfContext } from './context.ts';
import { NO_SCRIPTS, parseYesNo } from './settings.ts';

type Values = readonly string[];

export interface Directive {
  /** Read before masters are made (what concerns all), as masters, or after them. */
  readonly pass: 'before' | 'monitor' | 'after';
  accepts(count: number): boolean;
  read(sentinel: ConfContext, values: Values): string | undefined;
}

/** Reads what follows a master's name. */
type MasterReader = (master: Instance, values: Values, sentinel: ConfContext) => string | undefined;

export const directives: ReadonlyMap<string, Directive> = new Map<string, Directive>([
  ['monitor', { pass: 'monitor', accepts: (count) => count === 4, read: readMonitor }],
  ['down-after-milliseconds', ofMaster(1, readDownAfter)],
  ['failover-timeout', ofMaster(1, readFailoverTimeout)],
  ['parallel-syncs', ofMaster(1, readParallelSyncs)],
  ['notification-script', ofMaster(1, () => NO_SCRIPTS)],
  ['client-reconfig-script', ofMaster(1, () => NO_SCRIPTS)],
  ['auth-pass', ofMaster(1, readAuthPass)],
  ['auth-user', ofMaster(1, readAuthUser)],
  ['config-epoch', ofMaster(1, readConfigEpoch)],
  ['leader-epoch', ofMaster(1, readLeaderEpoch)],
  ['master-reboot-down-after-period', ofMaster(1, readMasterReboot)],
  ['known-replica', ofMaster(2, readKnownReplica)],
  ['known-slave', ofMaster(2, readKnownReplica)],
  ['known-sentinel', ofMaster(3, readKnownSentinel)],
  ['rename-command', ofMaster(2, readRenameCommand)],
  ['current-epoch', ofAll(readCurrentEpoch)],
  ['myid', ofAll(readMyId)],
  ['announce-ip', ofAll(readAnnounceIp)],
  ['announce-port', ofAll(readAnnouncePort)],
  ['sentinel-user', ofAll(readSentinelUser)],
  ['sentinel-pass', ofAll(readSentinelPass)],
  ['resolve-hostnames', ofAll(readResolveHostnames)],
  ['announce-hostnames', ofAll(readAnnounceHostnames)],
  ['deny-scripts-reconfig', ofAll(readDenyScripts)],
]);

function ofAll(read: (sentinel: ConfContext, value: string) => string | undefined): Directive {
  return {
    pass: 'before',
    accepts: (count) => count === 1,
    read: (sentinel, [value]) => read(sentinel, value!),
  };
}

/** A directive whose first value names a master; `count` more follow. */
function ofMaster(count: number, read: MasterReader): Directive {
  return {
    pass: 'after',
    accepts: (given) => given === count + 1,
    read: (sentinel, [name, ...values]) => {
      const master = sentinel.masters.get(name!);
      if (master === undefined) return 'No such master with specified name.';
      return read(master, values, sentinel);
    },
  };
}

function readMonitor(sentinel: ConfContext, values: Values): string | undefined {
  const [name, hostname, port, quorum] = values as [string, string, string, string];
  if (leadingInteger(quorum) <= 0) return 'Quorum must be 1 or greater.';
  return create(sentinel, {
    kind: 'master',
    name,
    hostname,
    port: leadingInteger(port),
    quorum: leadingInteger(quorum),
  });
}

function create(sentinel: ConfContext, spec: InstanceSpec): string | undefined {
  const created = createInstance(sentinel, spec);
  return typeof created === 'string' ? creationErrorText(created, spec.kind) : undefined;
}

function readDownAfter(master: Instance, values: Values): string | undefined {
  const ms = leadingInteger(values[0]!);
  if (ms <= 0) return 'negative or zero time parameter.';
  setDownAfter(master, ms);
  return undefined;
}

/** Applies to the master and to all around it. */
export function setDownAfter(master: Instance, ms: number): void {
  for (const instance of [master, ...master.replicas.values(), ...master.sentinels.values()]) {
    instance.downAfterMs = ms;
  }
}

function readFailoverTimeout(master: Instance, values: Values): string | undefined {
  const ms = leadingInteger(values[0]!);
  if (ms <= 0) return 'negative or zero time parameter.';
  master.failoverTimeoutMs = ms;
  return undefined;
}

function readParallelSyncs(master: Instance, values: Values): undefined {
  master.parallelSyncs = leadingInteger(values[0]!);
}

function readAuthPass(master: Instance, values: Values): undefined {
  master.authPass = values[0]!;
}

function readAuthUser(master: Instance, values: Values): undefined {
  master.authUser = values[0]!;
}

function readConfigEpoch(master: Instance, values: Values, sentinel: ConfContext): undefined {
  master.configEpoch = leadingInteger(values[0]!);
  sentinel.currentEpoch = Math.max(sentinel.currentEpoch, master.configEpoch);
}

function readLeaderEpoch(master: Instance, values: Values): undefined {
  master.leaderEpoch = leadingInteger(values[0]!);
}

function readMasterReboot(master: Instance, values: Values): string | undefined {
  const ms = leadingInteger(values[0]!);
  if (ms < 0) return 'negative time parameter.';
  master.masterRebootDownAfterMs = ms;
  return undefined;
}

function readKnownReplica(
  master: Instance,
  values: Values,
  sentinel: ConfContext,
): string | undefined {
  const [hostname, port] = values as [string, string];
  return create(sentinel, {
    kind: 'slave',
    hostname,
    port: leadingInteger(port),
    quorum: master.quorum,
    master,
  });
}

function readKnownSentinel(
  master: Instance,
  values: Values,
  sentinel: ConfContext,
): string | undefined {
  const [hostname, port, runid] = values as [string, string, string];
  const created = createInstance(sentinel, {
    kind: 'sentinel',
    name: runid,
    hostname,
    port: leadingInteger(port),
    quorum: master.quorum,
    master,
  });
  if (typeof created === 'string') return creationErrorText(created, 'sentinel');
  created.runid = runid;
  shareLink(sentinel, created);
  return undefined;
}

function readRenameCommand(master: Instance, values: Values): string | undefined {
  const [command, renamed] = values as [string, string];
  const key = command.toLowerCase();
  if (master.renamedCommands.has(key)) {
    return 'Same command renamed multiple times with rename-command.';
  }
  master.renamedCommands.set(key, { command, renamed });
  return undefined;
}

function readCurrentEpoch(sentinel: ConfContext, value: string): undefined {
  sentinel.currentEpoch = Math.max(sentinel.currentEpoch, leadingInteger(value));
}

function readMyId(sentinel: ConfContext, value: string): string | undefined {
  if (value.length !== 40) return 'Malformed Sentinel id in myid option.';
  sentinel.myId = value;
  return undefined;
}

function readAnnounceIp(sentinel: ConfContext, value: string): undefined {
  sentinel.settings.announceIp = value;
}

function readAnnouncePort(sentinel: ConfContext, value: string): undefined {
  sentinel.settings.announcePort = leadingInteger(value);
}

function readSentinelUser(sentinel: ConfContext, value: string): undefined {
  sentinel.settings.sentinelUser = value;
}

function readSentinelPass(sentinel: ConfContext, value: string): undefined {
  sentinel.settings.sentinelPass = value;
}

function readResolveHostnames(sentinel: ConfContext, value: string): string | undefined {
  const flag = parseYesNo(value);
  if (flag === undefined) return 'Please specify yes or no for the resolve-hostnames option.';
  sentinel.settings.resolveHostnames = flag;
  return undefined;
}

function readAnnounceHostnames(sentinel: ConfContext, value: string): string | undefined {
  const flag = parseYesNo(value);
  if (flag === undefined) return 'Please specify yes or no for the announce-hostnames option.';
  sentinel.settings.announceHostnames = flag;
  return undefined;
}

function readDenyScripts(sentinel: ConfContext, value: string): string | undefined {
  const flag = parseYesNo(value);
  if (flag === undefined) return 'Please specify yes or no for the deny-scripts-reconfig options.';
  sentinel.settings.denyScriptsReconfig = flag;
  return undefined;
}
