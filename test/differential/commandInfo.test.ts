/** COMMAND INFO, to the byte, of commands without keys (for keys, tips and flags say more there). */

import { differentialList } from './runner.ts';

differentialList(
  'COMMAND INFO',
  ['replicaof', 'select', 'multi', 'swapdb', 'config|get', 'nonsense', 'config|nonsense'].map(
    (name) => ({
      args: ['COMMAND', 'INFO', name],
    }),
  ),
);
