/** Makes the declarations of commands that share their ACL categories. */

import type { DataCall } from '../execution/dataCall.ts';
import type { DeclaredCategory } from '../process/categories.ts';
import type { CommandFlag, CommandSpec } from '../process/commandTable.ts';
import type { KeySpec } from '../process/keySpecs.ts';

type Declare = (
  name: string,
  since: string,
  arity: number,
  flags: readonly CommandFlag[],
  keys: readonly KeySpec[],
  run: (call: DataCall) => void,
  more?: Pick<CommandSpec, 'tips' | 'traits' | 'keysAt'>,
) => CommandSpec<DataCall>;

/** Returns a function whose parameters are the fields of CommandSpec with these names. */
export function family(...categories: readonly DeclaredCategory[]): Declare {
  return (name, since, arity, flags, keys, run, more) => ({
    name,
    since,
    arity,
    flags,
    keys,
    categories,
    run,
    ...more,
  });
}
