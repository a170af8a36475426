/**
 * The `sentinel …` lines of sentinel.conf 7.0, by the word after `sentinel`, and what a Sentinel
 * makes of the directives of redis.conf, which its file may hold, too.
 */

import type { Effect, Unit } from './directive.ts';
import type { serverDirectives } from './serverDirectives.ts';

/** One word of a line, after the master's name if there is one. */
export interface SentinelValue {
  readonly name: string;
  /**
   * Numbers are read as C's atoi and atoll do: a text that begins with none is 0. An integer has 32
   * bits, an epoch 64.
   */
  readonly type: 'text' | 'integer' | 'epoch' | 'yesNo';
  readonly min?: number;
  /** Redis's reply to a number below `min`, or to what is neither yes nor no. */
  readonly error?: string;
  readonly unit?: Unit;
}

export type SentinelDirective = {
  /** The older word, valid everywhere. */
  readonly alias?: string;
  /** Whether it concerns all of the Sentinel, or the master whose name comes first. */
  readonly of: 'sentinel' | 'master';
  readonly values: readonly SentinelValue[];
  /** What holds without the line. */
  readonly default?: string | number | boolean;
  /** May stand on several lines for one master. */
  readonly multiple?: true;
  /** Written by the Sentinel: its state, not the user's wish. */
  readonly isState?: true;
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
    help: 'Watches a master under this name; as many Sentinels as the quorum must agree that it is down.',
  },
  'down-after-milliseconds': {
    of: 'master',
    values: [{ name: 'time', type: 'integer', min: 1, error: NOT_POSITIVE, unit: 'milliseconds' }],
    default: 30_000,
    effect: 'full',
    help: 'Silence after which an instance is taken for subjectively down.',
  },
  'failover-timeout': {
    of: 'master',
    values: [{ name: 'time', type: 'integer', min: 1, error: NOT_POSITIVE, unit: 'milliseconds' }],
    default: 180_000,
    effect: 'full',
    help: 'How long the steps of a failover may take; another try comes after twice as long.',
  },
  'parallel-syncs': {
    of: 'master',
    values: [{ name: 'replicas', type: 'integer' }],
    default: 1,
    effect: 'full',
    help: 'How many replicas at a time are pointed at the new master.',
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
    effect: 'full',
    help: 'Password for the master and its replicas.',
  },
  'auth-user': {
    of: 'master',
    values: [{ name: 'user', type: 'text' }],
    effect: 'full',
    help: 'User to authenticate as at the master and its replicas.',
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
    help: 'How long a restarted master may load its data before it is taken for down; 0 for no limit.',
  },
  'rename-command': {
    of: 'master',
    values: [
      { name: 'command', type: 'text' },
      { name: 'renamed', type: 'text' },
    ],
    multiple: true,
    effect: 'full',
    help: 'Name of a command at this master and its replicas, where rename-command has changed it.',
  },
  'config-epoch': {
    of: 'master',
    values: EPOCH,
    default: 0,
    isState: true,
    effect: 'full',
    help: "Epoch of the failover that gave the master's present address.",
  },
  'leader-epoch': {
    of: 'master',
    values: EPOCH,
    default: 0,
    isState: true,
    effect: 'full',
    help: 'Epoch in which this Sentinel last voted for a leader of a failover.',
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
    help: 'Another Sentinel that watches the master.',
  },
  'current-epoch': {
    of: 'sentinel',
    values: EPOCH,
    default: 0,
    isState: true,
    effect: 'full',
    help: 'Highest epoch this Sentinel has seen.',
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
    help: 'Address this Sentinel tells the others; empty for its own.',
  },
  'announce-port': {
    of: 'sentinel',
    values: [{ name: 'port', type: 'integer' }],
    default: 0,
    effect: 'full',
    help: 'Port this Sentinel tells the others; 0 for its own.',
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
    help: 'Whether host names may stand for addresses.',
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
    help: 'Whether host names are told instead of addresses.',
  },
  'sentinel-user': {
    of: 'sentinel',
    values: [{ name: 'user', type: 'text' }],
    default: '',
    effect: 'full',
    help: 'User to authenticate as at other Sentinels.',
  },
  'sentinel-pass': {
    of: 'sentinel',
    values: [{ name: 'password', type: 'text' }],
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

/** Those that the program around a Sentinel heeds. */
export const heededAroundSentinel: readonly ServerName[] = ['dir', 'logfile', 'loglevel'];

/** Those whose effect would be missed; all others change nothing in Redis's Sentinel either, or little. */
export const refusedBySentinel: readonly ServerName[] = ['aclfile', 'tls-port', 'tls-replication'];
