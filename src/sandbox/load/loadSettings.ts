/** The settings of a LOAD: directives of its node, and instructions that change them later. */

import type { Facts } from '../../engine/machine/machine.ts';
import { SLOTS } from './writeBook.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface LoadSettings {
  /** The Sentinels that are asked in turn; if empty, `master` is used. */
  readonly sentinels: readonly Address[];
  readonly master: Address;
  readonly masterName: string;
  /** The number of keys, which are written in turn. */
  readonly slots: number;
}

/** `sentinel HOST PORT` (any number), `master HOST PORT`, `master-name NAME`, `slots N`. */
export function readLoadSettings(facts: Facts): LoadSettings {
  const sentinels: Address[] = [];
  let master: Address = { host: '127.0.0.1', port: 0 };
  let masterName = '';
  let slots = SLOTS;
  for (const [name, first, second] of facts.directives) {
    if (name === 'sentinel') sentinels.push({ host: first!, port: Number(second) });
    else if (name === 'master') master = { host: first!, port: Number(second) };
    else if (name === 'master-name') masterName = first!;
    else if (name === 'slots') slots = Number(first);
  }
  return { sentinels, master, masterName, slots };
}

/** What a load client can be told while it runs. */
export type LoadInstruction =
  /** Starts the load, or changes it: writes a second, and bytes of each value. */
  | { readonly kind: 'rate'; readonly rate: number; readonly bytes: number }
  /** Ends it after the keys are read back. */
  | { readonly kind: 'stop' }
  /** The Sentinels there are now. */
  | { readonly kind: 'sentinels'; readonly sentinels: readonly Address[] };
