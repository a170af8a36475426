/** Declarations of commands that share their categories and have their keys at fixed places. */

import type { DataCall } from '../execution/dataCall.ts';
import type { CommandFlag, CommandSpec, KeyRange } from '../process/commandTable.ts';

export const NO_KEYS: KeyRange = { first: 0, last: 0, step: 0 };
export const ONE_KEY: KeyRange = { first: 1, last: 1, step: 1 };
export const TWO_KEYS: KeyRange = { first: 1, last: 2, step: 1 };
export const ALL_KEYS: KeyRange = { first: 1, last: -1, step: 1 };

type Declare = (
  name: string,
  arity: number,
  flags: readonly CommandFlag[],
  run: (call: DataCall) => void,
  keys?: KeyRange,
) => CommandSpec<DataCall>;

/** `usualKeys`: where the keys are unless a declaration says so. */
export function family(categories: readonly string[], usualKeys = ONE_KEY): Declare {
  return (name, arity, flags, run, keys = usualKeys) => ({
    name,
    arity,
    flags,
    ...(keys === NO_KEYS ? {} : { keys }),
    categories,
    run,
  });
}
