/**
 * The `sentinel …` lines of sentinel.conf 7.0, by the word after `sentinel`, and how a Sentinel treats
 * the directives of redis.conf, which its file may contain, too.
 */

import type { Effect, Unit } from './directive.ts';
import type { serverDirectives } from './serverDirectives.ts';

/** One value of a line. The master's name, if the line has one, is not among the values. */
export interface SentinelValue {
  readonly name: string;
  /**
   * Numbers are read as C's atoi and atoll do: `12x` is 12, `x` is 0. An integer has 32 bits, an
   * epoch 64.
   */
  readonly type: 'text' | 'integer' | 'epoch' | 'yesNo';
  readonly min?: number;
  /** Redis's error for a number below `min`, or for a word other than yes and no. */
  readonly error?: string;
  readonly unit?: Unit;
}

export type SentinelDirective = {
  /** The older word, accepted everywhere. */
  readonly alias?: string;
  /** Whether it applies to the whole Sentinel, or to the master whose name comes first. */
  readonly of: 'sentinel' | 'master';
  readonly values: readonly SentinelValue[];
  /** The value without such a line. */
  readonly default?: string | number | boolean;
  /** There may be several such lines for one master. */
  readonly multiple?: true;
  /** Written by the Sentinel: state, not configuration. */
  readonly isState?: true;
  /** Its value is a password: it is neither shown nor recorded. */
  readonly isSecret?: true;
  /** What it does in Redis, in one sentence. */
  readonly help: string;
} & Effect<never>;

const NO_SCRIPTS = 'Scripts are not run here: no notification or reconfiguration script can be set';
const NOT_POSITIVE = 'negative or zero time parameter.';
const EPOCH = [{ name: 'epoch', type: 'epoch' }] as const;

export const sentinelDirectives = {
  monitor: {
    of: 'master',
    values: [
      { name: 'host', type: 'text' },
      { name: 'port', type: 'integer' },
      { name: 'quorum', type: 'integer', min: 1, error: 'Quorum must be 1 or greater.' },
    ],
    effect: 'full',
    help: 'Monitors a master under this name; the quorum is how many Sentinels must agree that it is down.',
  },
  'down-after-milliseconds': {
    of: 'master',
    values: [{ name: 'time', type: 'integer', min: 1, error: NOT_POSITIVE, unit: 'milliseconds' }],
    default: 30_000,
    effect: 'full',
    help: 'Silence after which an instance is considered subjectively down.',
  },
  'failover-timeout': {
    of: 'master',
    values: [{ name: 'time', type: 'integer', min: 1, error: NOT_POSITIVE, unit: 'milliseconds' }],
    default: 180_000,
    effect: 'full',
    help: 'Time limit for the steps of a failover; the next attempt starts after twice this time.',
  },
  'parallel-syncs': {
    of: 'master',
    values: [{ name: 'replicas', type: 'integer' }],
    default: 1,
    effect: 'full',
    help: 'How many replicas are reconfigured for the new master at the same time.',
  },
  'notification-script': {
    of: 'master',
    values: [{ name: 'path', type: 'text' }],
    effect: 'refused',
    inFile: 'fatal',
    why: NO_SCRIPTS,
    help: 'Runs a program for each event that is logged as a warning.',
  },
  'client-reconfig-script': {
    of: 'master',
    values: [{ name: 'path', type: 'text' }],
    effect: 'refused',
    inFile: 'fatal',
    why: NO_SCRIPTS,
    help: 'Runs a program when a failover has changed the address of the master.',
  },
  'auth-pass': {
    of: 'master',
    values: [{ name: 'password', type: 'text' }],
    isSecret: true,
    effect: 'full',
    help: 'Password for the master and its replicas.',
  },
  'auth-user': {
    of: 'master',
    values: [{ name: 'user', type: 'text' }],
    effect: 'full',
    help: 'User for the master and its replicas.',
  },
  'master-reboot-down-after-period': {
    of: 'master',
    values: [
      {
        name: 'time',
        type: 'integer',
        min: 0,
        error: 'negative time parameter.',
        unit: 'milliseconds',
      },
    ],
    default: 0,
    effect: 'full',
    help: 'How long a restarted master may load its data before it is considered down; 0 for no limit.',
  },
  'rename-command': {
    of: 'master',
    values: [
      { name: 'command', type: 'text' },
      { name: 'renamed', type: 'text' },
    ],
    multiple: true,
    effect: 'full',
    help: 'Name of a command on this master and its replicas, if their rename-command has changed it.',
  },
  'config-epoch': {
    of: 'master',
    values: EPOCH,
    default: 0,
    isState: true,
    effect: 'full',
    help: "Epoch of the failover that determined the master's present address.",
  },
  'leader-epoch': {
    of: 'master',
    values: EPOCH,
    default: 0,
    isState: true,
    effect: 'full',
    help: 'Epoch in which this Sentinel last voted for a leader.',
  },
  'known-replica': {
    of: 'master',
    alias: 'known-slave',
    values: [
      { name: 'host', type: 'text' },
      { name: 'port', type: 'integer' },
    ],
    multiple: true,
    isState: true,
    effect: 'full',
    help: 'A replica of the master.',
  },
  'known-sentinel': {
    of: 'master',
    values: [
      { name: 'host', type: 'text' },
      { name: 'port', type: 'integer' },
      { name: 'run ID', type: 'text' },
    ],
    multiple: true,
    isState: true,
    effect: 'full',
    help: 'Another Sentinel that monitors the master.',
  },
  'current-epoch': {
    of: 'sentinel',
    values: EPOCH,
    default: 0,
    isState: true,
    effect: 'full',
    help: 'Highest epoch that this Sentinel has seen.',
  },
  myid: {
    of: 'sentinel',
    values: [{ name: 'run ID', type: 'text' }],
    isState: true,
    effect: 'full',
    help: 'Identity of this Sentinel: 40 characters.',
  },
  'announce-ip': {
    of: 'sentinel',
    values: [{ name: 'address', type: 'text' }],
    default: '',
    effect: 'full',
    help: 'Address that this Sentinel announces to the others; empty for its own.',
  },
  'announce-port': {
    of: 'sentinel',
    values: [{ name: 'port', type: 'integer' }],
    default: 0,
    effect: 'full',
    help: 'Port that this Sentinel announces to the others; 0 for its own.',
  },
  'resolve-hostnames': {
    of: 'sentinel',
    values: [
      {
        name: 'answer',
        type: 'yesNo',
        error: 'Please specify yes or no for the resolve-hostnames option.',
      },
    ],
    default: false,
    effect: 'full',
    help: 'Whether host names are accepted instead of addresses.',
  },
  'announce-hostnames': {
    of: 'sentinel',
    values: [
      {
        name: 'answer',
        type: 'yesNo',
        error: 'Please specify yes or no for the announce-hostnames option.',
      },
    ],
    default: false,
    effect: 'full',
    help: 'Whether host names are announced instead of addresses.',
  },
  'sentinel-user': {
    of: 'sentinel',
    values: [{ name: 'user', type: 'text' }],
    default: '',
    effect: 'full',
    help: 'User for other Sentinels.',
  },
  'sentinel-pass': {
    of: 'sentinel',
    values: [{ name: 'password', type: 'text' }],
    isSecret: true,
    default: '',
    effect: 'full',
    help: 'Password for other Sentinels; empty for requirepass.',
  },
  'deny-scripts-reconfig': {
    of: 'sentinel',
    values: [
      {
        name: 'answer',
        type: 'yesNo',
        error: 'Please specify yes or no for the deny-scripts-reconfig options.',
      },
    ],
    default: true,
    effect: 'full',
    help: 'Whether SENTINEL SET may not change scripts.',
  },
} as const satisfies Readonly<Record<string, SentinelDirective>>;

type ServerName = keyof typeof serverDirectives;

/** Directives of redis.conf that are settings of a Sentinel, too. */
export const sentinelSettings = [
  'port',
  'maxclients',
  'proto-max-bulk-len',
  'requirepass',
] as const satisfies readonly ServerName[];

export const SENTINEL_PORT = 26379;

/** Directives of redis.conf that the program around a Sentinel applies. */
export const heededAroundSentinel: readonly ServerName[] = ['dir', 'logfile', 'loglevel'];

/** Directives of redis.conf whose effect a user would miss. All others have little or no effect in Redis's Sentinel, too. */
export const refusedBySentinel: readonly ServerName[] = ['aclfile', 'tls-port', 'tls-replication'];
