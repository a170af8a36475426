/** The settings of a LOAD: directives of its node, and signals that change them later. */

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

/** `RATE 500 64`: the signal that starts or changes a load. */
export function rateSignal(rate: number, bytes: number): string {
  return `RATE ${rate} ${bytes}`;
}

export function readRateSignal(name: string): { rate: number; bytes: number } | undefined {
  const match = /^RATE (\d+) (\d+)$/.exec(name);
  return match === null ? undefined : { rate: Number(match[1]), bytes: Number(match[2]) };
}

/** `SENTINELS 127.0.0.1:26400 127.0.0.1:26401`: the signal with the present Sentinels. */
export function sentinelsSignal(sentinels: readonly Address[]): string {
  return ['SENTINELS', ...sentinels.map(({ host, port }) => `${host}:${port}`)].join(' ');
}

export function readSentinelsSignal(name: string): Address[] | undefined {
  const [word, ...addresses] = name.split(' ');
  if (word !== 'SENTINELS') return undefined;
  return addresses.map((address) => {
    const [host, port] = address.split(':');
    return { host: host!, port: Number(port) };
  });
}
