/** The server's command table, assembled from every family. */

import { bitCommands } from '../../commands/bits.ts';
import { expiryCommands } from '../../commands/expiry.ts';
import { hashCommands } from '../../commands/hashes.ts';
import { keyCommands } from '../../commands/keys.ts';
import { listCommands } from '../../commands/lists.ts';
import { setCommands } from '../../commands/sets.ts';
import { sortCommands } from '../../commands/sort.ts';
import { sortedSetCommands } from '../../commands/sortedSets.ts';
import { stringCommands } from '../../commands/strings.ts';
import { clientCommands } from '../../process/clientCommands.ts';
import { commandCommands } from '../../process/commandCommands.ts';
import { CommandTable } from '../../process/commandTable.ts';
import { connectionCommands } from '../../process/connectionCommands.ts';
import { pubSubCommands } from '../../process/pubSubCommands.ts';
import { replicationCommands } from '../../replication/commands.ts';
import { configCommands } from './configCommands.ts';
import { debugCommands } from './debugCommands.ts';
import { dumpCommands } from './dumpCommands.ts';
import { pauseCommands } from './pauseCommands.ts';
import { serverCommands } from './serverCommands.ts';
import { transactionCommands } from './transactions.ts';

/** CLIENT as servers and Sentinels share it, with what only a server has. */
const serverClientCommands = clientCommands.map((spec) => ({
  ...spec,
  subcommands: [...spec.subcommands!, ...pauseCommands],
}));

export const serverTable = new CommandTable(
  connectionCommands,
  serverClientCommands,
  commandCommands,
  pubSubCommands,
  serverCommands,
  configCommands,
  debugCommands,
  dumpCommands,
  transactionCommands,
  replicationCommands,
  stringCommands,
  bitCommands,
  keyCommands,
  expiryCommands,
  hashCommands,
  listCommands,
  setCommands,
  sortedSetCommands,
  sortCommands,
);
