/** How subcommands of SENTINEL are declared. */

import type { CommandSpec } from '../process/commandTable.ts';
import type { SentinelCall } from './sentinelCall.ts';

export function subcommand(
  name: string,
  arity: number,
  run: (call: SentinelCall) => void,
): CommandSpec<SentinelCall> {
  return { name: `sentinel|${name}`, arity, flags: ['admin'], run };
}
