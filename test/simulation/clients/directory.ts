/** What clients of the world are told when they start: directives of their node, read in one place. */

import type { Facts } from '../../../src/engine/machine/machine.ts';

export interface ClientSettings {
  /** Ports of servers, tried in turn. */
  readonly ports: readonly number[];
  /** Mean time between two batches of commands. */
  readonly periodMicros: number;
  /** Largest ordinary value. */
  readonly valueBytes: number;
  /** A batch of `burstCount` values of `burstBytes` now and then; 0: never. */
  readonly burstCount: number;
  readonly burstBytes: number;
}

export function readSettings(facts: Facts): ClientSettings {
  const words = (name: string): readonly string[] =>
    facts.directives.find((directive) => directive[0] === name)?.slice(1) ?? [];
  const numbers = (name: string): number[] => words(name).map(Number);
  const [burstCount = 0, burstBytes = 0] = numbers('burst');
  return {
    ports: numbers('to'),
    periodMicros: numbers('period-micros')[0] ?? 20_000,
    valueBytes: numbers('value-bytes')[0] ?? 32,
    burstCount,
    burstBytes,
  };
}
