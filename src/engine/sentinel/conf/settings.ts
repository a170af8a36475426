/** What a Sentinel's configuration sets for all of it; what concerns one master is in the master. */

import type { ProcessSettings } from '../../process/process.ts';

export interface SentinelSettings extends ProcessSettings {
  port: number;
  maxclients: number;
  protoMaxBulkLen: number;
  requirepass: string;
  /** How others are told to reach this Sentinel; empty and 0: by its address and port. */
  announceIp: string;
  announcePort: number;
  resolveHostnames: boolean;
  announceHostnames: boolean;
  denyScriptsReconfig: boolean;
  /** For the links to other Sentinels; empty: none, and requirepass is used there, too. */
  sentinelUser: string;
  sentinelPass: string;
}

export function defaultSettings(): SentinelSettings {
  return {
    port: 26379,
    maxclients: 10_000,
    protoMaxBulkLen: 512 * 1024 * 1024,
    requirepass: '',
    announceIp: '',
    announcePort: 0,
    resolveHostnames: false,
    announceHostnames: false,
    denyScriptsReconfig: true,
    sentinelUser: '',
    sentinelPass: '',
  };
}

/** `yes` and `no` in any case; undefined for anything else. */
export function parseYesNo(text: string): boolean | undefined {
  const word = text.toLowerCase();
  return word === 'yes' ? true : word === 'no' ? false : undefined;
}

/** The error of everything that would have a script run. */
export const NO_SCRIPTS =
  'Scripts are not run here: no notification or reconfiguration script can be set';
