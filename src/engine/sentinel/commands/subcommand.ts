/** Declares the subcommands of SENTINEL. */

import type { CommandSpec } from '../../process/commandTable.ts';
import { type HelpText, nameOf } from '../../process/help.ts';
import type { SentinelCall } from './sentinelCall.ts';

/** A subcommand whose name is the first word of its help. */
export function subcommand(
  since: string,
  help: HelpText,
  arity: number,
  run: (call: SentinelCall) => void,
): CommandSpec<SentinelCall> {
  return { name: `sentinel|${nameOf(help)}`, since, arity, flags: ['admin'], help, run };
}
