/** Declarations of commands that share a category and have their keys at fixed places. */

import type { CommandFlag, CommandSpec } from '../process/commandTable.ts';
import type { DataCall } from './call.ts';

type Declare = (
  name: string,
  arity: number,
  flags: readonly CommandFlag[],
  run: (call: DataCall) => void,
  lastKey?: number,
) => CommandSpec<DataCall>;

/** `usualLastKey`: where the last key is unless the declaration says so; negative: from the end. */
export function family(category: string, usualLastKey = 1): Declare {
  return (name, arity, flags, run, lastKey = usualLastKey) => {
    const keys = { first: 1, last: lastKey, step: 1 };
    return { name, arity, flags, keys, categories: [category], run };
  };
}
