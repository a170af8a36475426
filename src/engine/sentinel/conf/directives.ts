/**
 * Takes the `sentinel …` lines of sentinel.conf in. Which there are, and what their words must be,
 * stands in the table (process/directives/sentinelDirectives.ts); here is what they change.
 */

import {
  type SentinelDirective,
  type SentinelValue,
  sentinelDirectives,
} from '../../process/directives/sentinelDirectives.ts';
import { fieldName } from '../../process/values/fields.ts';
import type { Instance } from '../model/instance.ts';
import {
  createInstance,
  creationErrorText,
  type InstanceSpec,
  shareLink,
} from '../model/instances.ts';
import { leadingInteger } from '../model/numbers.ts';
import type { ConfContext } from './context.ts';
import { parseYesNo, type SettingName } from './settings.ts';

type Values = readonly string[];
type Table = typeof sentinelDirectives;
export type OptionName = keyof Table;
/** Options of a master that exists: not `monitor`, which makes it. */
type MasterOption = {
  [N in OptionName]: Table[N] extends { readonly of: 'master'; readonly effect: 'full' }
    ? N
    : never;
}[Exclude<OptionName, 'monitor'>];

/** Takes in what follows a master's name; an error text when it cannot. */
type MasterReader = (master: Instance, values: Values, sentinel: ConfContext) => string | undefined;

const table: Readonly<Record<OptionName, SentinelDirective>> = sentinelDirectives;

const byName = new Map<string, OptionName>();
for (const name of Object.keys(table) as OptionName[]) {
  byName.set(name, name);
  const { alias } = table[name];
  if (alias !== undefined) byName.set(alias, name);
}

/** The present name of an option, by that or by its alias, in lower case. */
export function findOption(name: string): OptionName | undefined {
  return byName.get(name);
}

/** Options are read in this order, so that their order in the file does not matter. */
export const PASSES = ['sentinel', 'monitor', 'master'] as const;

export function passOf(name: OptionName): (typeof PASSES)[number] {
  return name === 'monitor' ? 'monitor' : table[name].of;
}

/** Whether so many words may follow the option: its values, and before them a master's name. */
export function acceptsCount(name: OptionName, count: number): boolean {
  const { of, values } = table[name];
  return count === values.length + (of === 'master' ? 1 : 0);
}

/** Takes in the words after the option; an error text in 7.0's words when it cannot. */
export function readOption(
  sentinel: ConfContext,
  name: OptionName,
  words: Values,
): string | undefined {
  const option = table[name];
  const values = option.of === 'master' ? words.slice(1) : words;
  if (name === 'monitor') return badValue(option, values) ?? monitor(sentinel, words);
  if (option.of === 'sentinel') return badValue(option, values) ?? readOwn(sentinel, name, values);
  const master = sentinel.masters.get(words[0]!);
  if (master === undefined) return 'No such master with specified name.';
  if (option.effect === 'refused') return option.why;
  return badValue(option, values) ?? masterReaders[name as MasterOption](master, values, sentinel);
}

function badValue({ values }: SentinelDirective, words: Values): string | undefined {
  const bad = values.find(({ type, min }, at) => {
    if (type === 'yesNo') return parseYesNo(words[at]!) === undefined;
    return min !== undefined && integerOf(words[at]!) < min;
  });
  return bad?.error;
}

function readOwn(sentinel: ConfContext, name: OptionName, [word]: Values): string | undefined {
  if (name === 'current-epoch') {
    sentinel.currentEpoch = Math.max(sentinel.currentEpoch, leadingInteger(word!));
  } else if (name === 'myid') {
    if (word!.length !== ID_LENGTH) return 'Malformed Sentinel id in myid option.';
    sentinel.myId = word!;
  } else {
    const [value] = table[name].values;
    const settings = sentinel.settings as unknown as Record<string, unknown>;
    settings[fieldName(name as SettingName)] = valueOfType(value!.type, word!);
  }
  return undefined;
}

const ID_LENGTH = 40;

function valueOfType(type: SentinelValue['type'], word: string): string | number | boolean {
  if (type === 'yesNo') return parseYesNo(word)!;
  return type === 'integer' ? integerOf(word) : word;
}

/** As C's atoi: 99999999999 is 1215752191, its lower 32 bits. */
function integerOf(word: string): number {
  return leadingInteger(word) | 0;
}

const masterReaders: { readonly [N in MasterOption]: MasterReader } = {
  'down-after-milliseconds': (master, [ms]) => {
    setDownAfter(master, integerOf(ms!));
    return undefined;
  },
  'failover-timeout': (master, [ms]) => set(master, 'failoverTimeoutMs', integerOf(ms!)),
  'parallel-syncs': (master, [count]) => set(master, 'parallelSyncs', integerOf(count!)),
  'auth-pass': (master, [password]) => set(master, 'authPass', password),
  'auth-user': (master, [user]) => set(master, 'authUser', user),
  'master-reboot-down-after-period': (master, [ms]) =>
    set(master, 'masterRebootDownAfterMs', integerOf(ms!)),
  'config-epoch': (master, [epoch], sentinel) => {
    master.configEpoch = leadingInteger(epoch!);
    sentinel.currentEpoch = Math.max(sentinel.currentEpoch, master.configEpoch);
    return undefined;
  },
  'leader-epoch': (master, [epoch]) => set(master, 'leaderEpoch', leadingInteger(epoch!)),
  'known-replica': readKnownReplica,
  'known-sentinel': readKnownSentinel,
  'rename-command': readRenameCommand,
};

function set<F extends keyof Instance>(master: Instance, field: F, value: Instance[F]): undefined {
  master[field] = value;
  return undefined;
}

function monitor(sentinel: ConfContext, words: Values): string | undefined {
  const [name, hostname, port, quorum] = words as [string, string, string, string];
  return create(sentinel, {
    kind: 'master',
    name,
    hostname,
    port: integerOf(port),
    quorum: integerOf(quorum),
  });
}

function create(sentinel: ConfContext, spec: InstanceSpec): string | undefined {
  const created = createInstance(sentinel, spec);
  return typeof created === 'string' ? creationErrorText(created, spec.kind) : undefined;
}

/** Applies to the master and to all around it. */
export function setDownAfter(master: Instance, ms: number): void {
  for (const instance of [master, ...master.replicas.values(), ...master.sentinels.values()]) {
    instance.downAfterMs = ms;
  }
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
    port: integerOf(port),
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
    port: integerOf(port),
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
