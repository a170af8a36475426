/**
 * Random writes, each followed by one to a marker key, so that what commands cause elsewhere (in the
 * replication stream, in notifications) can be told apart.
 */

import { Random, seedFromNumber } from '../../src/engine/machine/random.ts';
import { destructive, expiry, mixed, small } from './keyMakers.ts';
import type { Arg } from './realServer.ts';
import { bits, from, numbers, parts, whole } from './stringMakers.ts';

export const MARKER = 'marker';

const COMMANDS = 4000;

const strings = from([...whole, ...whole, ...parts, ...numbers, ...bits]);
const keys = mixed([0.5, small], [0.48, expiry], [0.02, destructive]);

export function markedCommands(seedDefault: number): { seed: number; commands: Arg[][] } {
  const seed = Number(process.env['DIFFERENTIAL_SEED'] ?? seedDefault);
  const random = new Random(seedFromNumber(seed));
  const commands: Arg[][] = [];
  for (let i = 0; i < COMMANDS; i += 1) {
    const { args } = (random.chance(0.5) ? strings : keys)(random);
    commands.push([...args], ['SET', MARKER, String(i)]);
  }
  return { seed, commands };
}

/** What each command caused; the markers themselves are left out. */
export function piecesOf<T>(caused: readonly T[], isMarker: (item: T) => boolean): T[][] {
  const pieces: T[][] = [[]];
  for (const item of caused) {
    if (isMarker(item)) pieces.push([]);
    else pieces.at(-1)!.push(item);
  }
  return pieces;
}

/** For a failure: the command of piece `index`. */
export function contextOf(seed: number, commands: readonly Arg[][], index: number): string {
  const command = commands[index * 2]?.map((arg) => JSON.stringify(String(arg).slice(0, 100)));
  return `seed ${seed}, command ${index}: ${command?.join(' ')}`;
}
