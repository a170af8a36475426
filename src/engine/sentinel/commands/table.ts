/**
 * The command table of a Sentinel: SENTINEL, and the few commands of a server that 7.0 keeps for it.
 * Deliberately absent: ACL, and with it any user except the default one.
 */

import type { Call } from '../../process/call.ts';
import { clientCommands } from '../../process/clientCommands.ts';
import { commandCommands } from '../../process/commandCommands.ts';
import { type CommandSpec, CommandTable } from '../../process/commandTable.ts';
import { connectionCommands } from '../../process/connectionCommands.ts';
import { pubSubCommands } from '../../process/pubSubCommands.ts';
import { globalCommands } from './globalCommands.ts';
import { masterCommands } from './masterCommands.ts';
import { processCommands } from './processCommands.ts';
import { queryCommands } from './queryCommands.ts';
import type { SentinelCall } from './sentinelCall.ts';

/** The commands of a family that a Sentinel has: neither ECHO nor QUIT nor RESET, for instance. */
function shared(family: readonly CommandSpec<Call>[]): CommandSpec<Call>[] {
  return family.filter((spec) => spec.traits?.includes('sentinel') === true);
}

const sentinelCommand: CommandSpec<SentinelCall> = {
  name: 'sentinel',
  since: '2.8.4',
  arity: -2,
  flags: ['admin'],
  run: (call) => call.wrongArity(),
  subcommands: [...queryCommands, ...masterCommands, ...globalCommands],
};

export const sentinelTable = new CommandTable(
  shared(connectionCommands),
  shared(clientCommands),
  shared(commandCommands),
  shared(pubSubCommands),
  processCommands,
  [sentinelCommand],
);
