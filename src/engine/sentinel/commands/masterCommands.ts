/** Subcommands of SENTINEL that change which masters are monitored, and how. */

import { globMatch } from '../../process/glob.ts';
import { parseInteger } from '../../resp/integer.ts';
import { startFailover } from '../acting/election.ts';
import { selectReplica } from '../acting/selection.ts';
import { setDownAfter } from '../conf/directives.ts';
import { NO_SCRIPTS } from '../conf/settings.ts';
import { resolveHost } from '../model/address.ts';
import { WORD_BYTES_MAX } from '../model/bounds.ts';
import { emitEvent } from '../model/events.ts';
import type { Instance } from '../model/instance.ts';
import { createInstance, creationErrorText } from '../model/instances.ts';
import { removeMaster, resetMasterByUser } from '../monitoring/forgetting.ts';
import { closeLink } from '../monitoring/instanceLinks.ts';
import type { SentinelHost } from './host.ts';
import type { SentinelCall } from './sentinelCall.ts';
import { subcommand } from './subcommand.ts';

export const masterCommands = [
  subcommand(
    '2.8.4',
    ['MONITOR <name> <ip> <port> <quorum>', 'Begins to watch a master.'],
    6,
    monitor,
  ),
  subcommand('2.8.4', ['REMOVE <master-name>', 'Stops watching a master.'], 3, remove),
  subcommand(
    '2.8.4',
    ['RESET <pattern>', 'Forgets the replicas, Sentinels and state of masters whose names match.'],
    3,
    reset,
  ),
  subcommand(
    '2.8.4',
    ['FAILOVER <master-name>', 'Fails over without asking the other Sentinels.'],
    3,
    failover,
  ),
  subcommand(
    '2.8.4',
    [
      'SET <master-name> <option> <value> [<option> <value> ...]',
      'Changes the options of one master.',
    ],
    -5,
    set,
  ),
];

function monitor(call: SentinelCall): void {
  const { sentinel, reply } = call;
  const quorum = call.int(5, 'ERR Invalid quorum');
  if (quorum === undefined) return;
  const port = call.int(4, 'ERR Invalid port');
  if (port === undefined) return;
  if (quorum <= 0) {
    reply.error('ERR Quorum must be 1 or greater.');
    return;
  }
  const hostname = call.str(3);
  if (resolveHost(hostname, sentinel.settings.resolveHostnames) === undefined) {
    reply.error('ERR Invalid IP address or hostname specified');
    return;
  }
  if (call.tooLong(2)) return;
  const created = createInstance(sentinel, {
    kind: 'master',
    name: call.str(2),
    hostname,
    port,
    quorum,
  });
  if (typeof created === 'string') {
    reply.error(`ERR ${creationErrorText(created, 'master')}`);
    return;
  }
  emitEvent(sentinel, 'warning', '+monitor', created, `quorum ${quorum}`);
  sentinel.stateFile.requestBy(call.client);
}

function remove(call: SentinelCall): void {
  const master = call.master(2);
  if (master === undefined) return;
  emitEvent(call.sentinel, 'warning', '-monitor', master);
  removeMaster(call.sentinel, master);
  call.sentinel.stateFile.requestBy(call.client);
}

function reset(call: SentinelCall): void {
  const pattern = call.str(2);
  let count = 0;
  for (const master of call.sentinel.masters.values()) {
    if (!globMatch(pattern, master.name)) continue;
    resetMasterByUser(call.sentinel, master);
    count += 1;
  }
  call.reply.integer(count);
}

function failover(call: SentinelCall): void {
  const { sentinel, reply } = call;
  const master = call.master(2);
  if (master === undefined) return;
  if (master.failoverInProgress) {
    reply.error('INPROG Failover already in progress');
    return;
  }
  if (selectReplica(sentinel, master).replica === undefined) {
    reply.error('NOGOODSLAVE No suitable replica to promote');
    return;
  }
  sentinel.log('warning', `Executing user requested FAILOVER of '${master.name}'`);
  startFailover(sentinel, master);
  master.forceFailover = true;
  reply.ok();
}

/** One option of SENTINEL SET and its number of values. `apply` returns false when a value is invalid. */
interface Option {
  readonly values: 1 | 2;
  apply(sentinel: SentinelHost, master: Instance, values: readonly string[]): boolean;
}

const options: ReadonlyMap<string, Option> = new Map<string, Option>([
  ['down-after-milliseconds', number(1, setDownAfter)],
  ['failover-timeout', number(1, (master, ms) => setNumber(master, 'failoverTimeoutMs', ms))],
  ['parallel-syncs', number(1, (master, count) => setNumber(master, 'parallelSyncs', count))],
  ['quorum', number(1, (master, count) => setNumber(master, 'quorum', count))],
  [
    'master-reboot-down-after-period',
    number(0, (master, ms) => setNumber(master, 'masterRebootDownAfterMs', ms)),
  ],
  ['auth-pass', { values: 1, apply: (...args) => setCredential('authPass', ...args) }],
  ['auth-user', { values: 1, apply: (...args) => setCredential('authUser', ...args) }],
  ['rename-command', { values: 2, apply: renameCommand }],
  // Scripts can only be cleared, and none is ever set: see scriptError.
  ['notification-script', { values: 1, apply: () => true }],
  ['client-reconfig-script', { values: 1, apply: () => true }],
]);

type MasterNumber = 'failoverTimeoutMs' | 'parallelSyncs' | 'quorum' | 'masterRebootDownAfterMs';

function setNumber(master: Instance, field: MasterNumber, value: number): void {
  master[field] = value;
}

function number(min: number, assign: (master: Instance, value: number) => void): Option {
  return {
    values: 1,
    apply: (_sentinel, master, [text]) => {
      const value = parseInteger(text!);
      if (typeof value !== 'number' || value < min) return false;
      assign(master, value);
      return true;
    },
  };
}

/** Sets a credential, and closes the links so that they are opened with it. */
function setCredential(
  field: 'authPass' | 'authUser',
  sentinel: SentinelHost,
  master: Instance,
  [value]: readonly string[],
): boolean {
  master[field] = value === '' ? undefined : value;
  for (const instance of [master, ...master.replicas.values()]) closeLink(sentinel, instance.link);
  return true;
}

function renameCommand(
  _sentinel: SentinelHost,
  master: Instance,
  [command, renamed]: readonly string[],
): boolean {
  if (command === '' || renamed === '') return false;
  const key = command!.toLowerCase();
  master.renamedCommands.delete(key);
  if (key !== renamed!.toLowerCase()) {
    master.renamedCommands.set(key, { command: command!, renamed: renamed! });
  }
  return true;
}

/** SENTINEL SET name option value…. Options before an erroneous one stay set, and are saved. */
function set(call: SentinelCall): void {
  const { sentinel } = call;
  const master = call.master(2);
  if (master === undefined) return;
  let at = 3;
  while (at < call.argc) {
    const error = setOption(call, master, at);
    if (error !== undefined) {
      if (at > 3) sentinel.save();
      call.reply.error(`ERR ${error}`);
      return;
    }
    at += 1 + options.get(call.word(at))!.values;
  }
  sentinel.stateFile.requestBy(call.client);
}

function setOption(call: SentinelCall, master: Instance, at: number): string | undefined {
  const { sentinel } = call;
  const name = call.str(at);
  const option = options.get(name.toLowerCase());
  if (option === undefined || at + option.values >= call.argc) {
    return `Unknown option or number of arguments for SENTINEL SET '${name}'`;
  }
  const values = [call.str(at + 1), ...(option.values === 2 ? [call.str(at + 2)] : [])];
  const denied = scriptError(sentinel, name.toLowerCase(), values[0]!);
  if (denied !== undefined) return denied;
  const isTooLong = values.some((value) => value.length > WORD_BYTES_MAX);
  if (isTooLong || !option.apply(sentinel, master, values)) {
    const bad = option.values === 2 && values[1] === '' ? values[1] : values[0];
    return `Invalid argument '${bad}' for SENTINEL SET '${name}'`;
  }
  const shown = name.toLowerCase() === 'auth-pass' ? '******' : values.join(' ');
  emitEvent(sentinel, 'warning', '+set', master, `${name} ${shown}`);
  return undefined;
}

function scriptError(sentinel: SentinelHost, option: string, value: string): string | undefined {
  if (!option.endsWith('-script')) return undefined;
  if (sentinel.settings.denyScriptsReconfig) {
    return 'Reconfiguration of scripts path is denied for security reasons. Check the deny-scripts-reconfig configuration directive in your Sentinel configuration';
  }
  return value === '' ? undefined : NO_SCRIPTS;
}
