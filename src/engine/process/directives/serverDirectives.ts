/** Every directive of redis.conf 7.0 that CONFIG GET knows, by its present name (not its alias). */

import { cluster } from './cluster.ts';
import { data } from './data.ts';
import { general } from './general.ts';
import { memory } from './memory.ts';
import { network } from './network.ts';
import { persistence } from './persistence.ts';
import { replication } from './replication.ts';
import { security } from './security.ts';

export const serverDirectives = {
  ...network,
  ...general,
  ...persistence,
  ...replication,
  ...security,
  ...memory,
  ...data,
  ...cluster,
};
